#!/usr/bin/python3
"""Every SQL function states volatility and parallel safety; one in an SQL or PL language pins its search_path."""
import pathlib
import re
import sys

bad = False
for path in sorted(pathlib.Path("sql/extension").glob("*.sql")):
    text = re.sub(r"--[^\n]*", "", path.read_text())
    for match in re.finditer(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\s+([\w.@\"]+)(.*?);", text, re.S):
        name, rest = match.groups()
        head = re.sub(r"\$(\w*)\$.*?(\$\1\$|$)", "", rest, flags=re.S)
        tail = text[match.start():text.find("\nCREATE", match.end())]
        whole = head + tail
        missing = []
        if not re.search(r"\b(VOLATILE|STABLE|IMMUTABLE)\b", whole) and "PROCEDURE" not in match.group(0)[:40]:
            missing.append("volatility")
        if not re.search(r"\bPARALLEL\s+(SAFE|RESTRICTED|UNSAFE)\b", whole) and "PROCEDURE" not in match.group(0)[:40]:
            missing.append("parallel safety")
        if re.search(r"\bLANGUAGE\s+'?(sql|plpgsql)\b", whole, re.I) and \
                not re.search(r"\bSET\s+search_path\b", whole, re.I) and "BEGIN ATOMIC" not in whole:
            missing.append("SET search_path")
        if missing:
            print(f"{path}: {name} does not state {', '.join(missing)}")
            bad = True
if bad:
    print("cure: write it out, even where it is the default")
sys.exit(bad)
