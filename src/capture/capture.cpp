// Start of the capture stage. Lifetime: backend.

#include "pg/postgres.hpp"
#include "pg_tviews/capture.hpp"

#include "capture/descriptor.hpp"
#include "capture/rule_cache.hpp"
#include "capture/source_log.hpp"

namespace pgtv::capture {

void initialize() {
    initialize_rule_cache();
    initialize_descriptors();
    initialize_logs();
}

} // namespace pgtv::capture
