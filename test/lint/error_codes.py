#!/usr/bin/python3
"""docs/ERROR_CODES.md lists every case of the taxonomy with its SQLSTATE, and nothing else.

The case is a table row that holds `CaseName` and `SQLSTATE`."""
import pathlib
import re
import sys

header = pathlib.Path("include/pg_tviews/error.hpp").read_text()
in_code = dict(re.findall(r"^struct (\w+) \{ // ([0-9A-Z]{5})\b", header, re.M))
unmarked = set(re.findall(r"^struct (\w+) \{", header, re.M)) - set(in_code)
bad = [f"error.hpp: struct {name} does not say its SQLSTATE" for name in sorted(unmarked)]

variant = re.search(r"using TViewError =\s*std::variant<([^>]*)>", header).group(1)
bad += [f"error.hpp: {name} is no member of TViewError" for name in in_code if not re.search(rf"\b{name}\b", variant)]

docs = pathlib.Path("docs/ERROR_CODES.md")
rows = [line for line in docs.read_text().splitlines() if line.startswith("|")] if docs.exists() else []
in_docs = {}
for row in rows:
    words = re.findall(r"`(\w+)`", row)
    names = [word for word in words if re.fullmatch(r"[A-Z][A-Za-z]*[a-z][A-Za-z]*", word)]
    states = re.findall(r"\b([0-9][0-9A-Z]{4})\b", row)
    if names and states:
        in_docs[names[0]] = states[0]
bad += [f"{docs}: {name} ({state}) is missing" for name, state in in_code.items() if name not in in_docs]
bad += [f"{docs}: {name} is no case of error.hpp" for name in in_docs if name not in in_code]
bad += [f"{docs}: {name} has {in_docs[name]}, the code {state}" for name, state in in_code.items()
        if name in in_docs and in_docs[name] != state]
for problem in bad:
    print(problem)
if bad:
    print("cure: a table row per case in docs/ERROR_CODES.md: | `CaseName` | `SQLSTATE` | when | what to do |")
sys.exit(bool(bad))
