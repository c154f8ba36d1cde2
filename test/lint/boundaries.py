#!/usr/bin/python3
"""No C++ exception reaches the server: the body of every SQL-callable function is pg::boundary."""
import pathlib
import re
import sys

bad = False
for path in sorted(pathlib.Path("src").rglob("*.cpp")):
    text = path.read_text()
    for name in re.findall(r"^PG_FUNCTION_INFO_V1\((\w+)\)", text, re.M):
        body = re.search(r"^Datum\s+" + name + r"\([^)]*\)\s*\{(.*?)^\}", text, re.M | re.S)
        if body is None:
            print(f"{path}: {name} is declared SQL-callable but not defined in the same file")
            bad = True
        elif not re.match(r"\s*return pg(tv::pg)?::boundary\(", re.sub(r"//.*", "", body.group(1))) and \
                not re.match(r"\s*return (pgtv::)?pg::boundary\(", body.group(1)):
            print(f"{path}: {name} does not begin with return pg::boundary(…)")
            bad = True
if bad:
    print("cure: make `return pg::boundary([&] { … });` the whole body")
sys.exit(bad)
