#!/usr/bin/python3
"""Includes never point upwards: every file has the level of its stage and includes only what is level or below."""
import pathlib
import re
import sys

LEVEL = {
    "error": 0, "settings": 0, "counters": 0,
    "pg": 1,
    "jsonb": 2, "analysis": 2,
    "plan": 3,
    "catalog": 4,
    "capture": 5,
    "maintenance": 6,
    "ddl": 7, "scheduler": 7,
    "monitoring": 8,
    "module": 9,
}
# The prelude of server headers may be included from everywhere, the public headers of level 0 by pg/postgres.hpp too.
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def stage(path):
    """The stage of src/<stage>/x.cpp, src/module.cpp or include/pg_tviews/<stage>.hpp."""
    parts = path.parts
    return path.stem if parts[0] == "include" or len(parts) == 2 else parts[1]


def target(including, name):
    """The file an include names, as a path from the top of the tree; None when it is none of ours."""
    for candidate in (including.parent / name, pathlib.Path("src") / name, pathlib.Path("include") / name):
        if candidate.exists():
            return pathlib.Path(*[part for part in candidate.parts if part != "."])
    return None


def main():
    bad = False
    for path in sorted([*pathlib.Path("src").rglob("*.[ch]pp"), *pathlib.Path("include").rglob("*.hpp")]):
        own = stage(path)
        if own not in LEVEL:
            print(f"{path}: stage {own} has no level")
            bad = True
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            included = match and target(path, match.group(1))
            if included and LEVEL.get(stage(included), 99) > LEVEL[own]:
                print(f"{path}:{number}: {own} (level {LEVEL[own]}) includes {included} (level {LEVEL.get(stage(included))})")
                bad = True
    if bad:
        print("cure: move the declaration down to the stage that owns it, or let the upper stage register a callback;"
              " a new stage gets its line in the table of test/lint/layers.py")
    return bad


sys.exit(main())
