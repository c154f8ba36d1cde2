# Two faces: plain PGXS (all, install, installcheck, clean …) and the project's own goals, which work on a machine
# without PostgreSQL because the first thing they do is install what is missing.
PROJECT_GOALS = demo demo-stop check check-matrix coverage valgrind bench bench-growth bench-concurrency tap format format-check lint unit \
                isolation races stress stress-kill docs-check setup

ifneq ($(filter $(PROJECT_GOALS),$(MAKECMDGOALS)),)

.PHONY: $(PROJECT_GOALS)
.NOTPARALLEL:
Makefile: ;

setup:        ; @test/lib/setup.sh
demo:         ; @demo/start.sh
demo-stop:    ; @demo/stop.sh
check:        ; @test/check.sh
check-matrix: ; @test/matrix/run.sh
coverage:     ; @test/coverage.sh
valgrind:     ; @test/valgrind/run.sh
bench:        ; @test/bench/run
bench-growth: ; @test/bench/growth
bench-concurrency: ; @test/bench/concurrency
format:       ; @test/lib/format.sh --write
format-check: ; @test/check.sh format
lint:         ; @test/check.sh lint
unit:         ; @test/check.sh unit
isolation:    ; @test/check.sh isolation
races:        ; @test/check.sh races
stress:       ; @test/stress/run
stress-kill:  ; @test/stress/run --kill
tap:          ; @test/check.sh tap
docs-check:   ; @test/check.sh docs
# Any other goal beside these (make lint installcheck) is PGXS's.
%:            ; @$(MAKE) --no-print-directory $@

else

EXTENSION = pg_tviews
MODULE_big = pg_tviews
SOURCES = $(sort $(wildcard src/*.cpp src/*/*.cpp))
OBJS = $(SOURCES:.cpp=.o)
# The script CREATE EXTENSION runs is put together from sql/extension, in the order of the file names.
EXTENSION_VERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" pg_tviews.control)
DATA = $(wildcard sql/pg_tviews--*--*.sql)
DATA_built = sql/pg_tviews--$(EXTENSION_VERSION).sql
EXTRA_CLEAN = $(OBJS:.o=.d) build results regression.diffs regression.out output_iso

# A test named unloaded_… runs in a server that does not preload the library (test/check.sh); all others expect it loaded.
TESTS := $(sort $(filter-out pg_tviews--% unloaded_%,$(basename $(notdir $(wildcard sql/*.sql)))))
REGRESS := $(TESTS)
REGRESS_OPTS = --load-extension=$(EXTENSION)
ISOLATION := $(sort $(basename $(notdir $(wildcard test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=$(EXTENSION)
installcheck: export PGOPTIONS += -c session_preload_libraries=pg_tviews

PG_CONFIG ?= pg_config
WERROR ?= -Werror
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion $(WERROR)
PG_CPPFLAGS = -Iinclude -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server) -MMD -MP
PG_CPPFLAGS += -DPGTV_VERSION='"$(EXTENSION_VERSION)"'
PG_CXXFLAGS = -std=c++20 -fvisibility=hidden -fno-strict-aliasing -fwrapv $(WARNINGS) $(EXTRA_CXXFLAGS)
SHLIB_LINK += -lstdc++ $(EXTRA_LINK)
override with_llvm = no

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS): Makefile

$(DATA_built): $(sort $(wildcard sql/extension/*.sql)) sql/extension
	cat $(filter %.sql,$^) >$@

-include $(OBJS:.o=.d)

endif
