EXTENSION = pg_tviews
MODULE_big = pg_tviews
SOURCES = $(sort $(wildcard src/*.cpp src/*/*.cpp))
OBJS = $(SOURCES:.cpp=.o)
DATA = sql/pg_tviews--0.1.0.sql

PG_CONFIG ?= pg_config
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror
PG_CPPFLAGS = -Iinclude -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CXXFLAGS = -std=c++20 -fvisibility=hidden -fno-strict-aliasing -fwrapv $(WARNINGS)
SHLIB_LINK += -lstdc++
override with_llvm = no

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

HEADERS_ALL := $(wildcard include/pg_tviews/*.hpp src/*/*.hpp)
$(OBJS): $(HEADERS_ALL)
