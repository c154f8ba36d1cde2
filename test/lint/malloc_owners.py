#!/usr/bin/python3
"""An ereport(ERROR) jumps over destructors: a file that sees the server uses no type that owns malloc memory.

A file that keeps every such object guarded (docs/SAFETY_GUIDE.md) says so in a comment: "guarded: why"."""
import pathlib
import re
import sys

OWNER = re.compile(r"\bstd::(string|vector|deque|list|map|set|unordered_\w+|function|unique_ptr|shared_ptr|any|\w*stringstream)\b"
                   r"(?!_view)(?!<[^;]*[Aa]llocator)")
bad = False
for path in sorted([*pathlib.Path("src").rglob("*.[ch]pp"), *pathlib.Path("include").rglob("*.hpp")]):
    text = path.read_text()
    if "pg/postgres.hpp" not in text or "// guarded: " in text:
        continue
    for number, line in enumerate(text.splitlines(), 1):
        match = OWNER.search(re.sub(r"//.*", "", line))
        if match:
            print(f"{path}:{number}: {match.group(0)}")
            bad = True
if bad:
    print("cure: List, StringInfo, palloc'ed arrays, or a Boost container with the MemoryContext allocator")
sys.exit(bad)
