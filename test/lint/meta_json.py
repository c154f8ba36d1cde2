#!/usr/bin/python3
"""META.json has what PGXN's specification 1.0.0 asks for, and its version is the one of the control file."""
import json
import pathlib
import re
import sys

meta = json.loads(pathlib.Path("META.json").read_text())
control = pathlib.Path("pg_tviews.control").read_text()
version = re.search(r"^default_version = '([^']+)'", control, re.M).group(1)
bad = [f"META.json: {field} is missing" for field in
       ("name", "version", "abstract", "maintainer", "license", "provides", "meta-spec") if not meta.get(field)]
bad += [f"META.json: version {found} of {what}, control file {version}" for what, found in
        [("the distribution", meta.get("version"))] + [(name, one["version"]) for name, one in meta["provides"].items()]
        if found != version]
bad += [f"META.json: {one[key]} does not exist" for one in meta["provides"].values() for key in ("file", "docfile")
        if key in one and not pathlib.Path(one[key]).exists()]
bad += [f"META.json: {found} is no semantic version" for found in [meta.get("version", "")]
        if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", found)]
if not re.search(rf"^## {re.escape(version)}\b", pathlib.Path("CHANGELOG.md").read_text(), re.M):
    bad.append(f"CHANGELOG.md: no section ## {version}")
for problem in bad:
    print(problem)
if bad:
    print("cure: bring META.json, pg_tviews.control, CHANGELOG.md and sql/ to one version")
sys.exit(bool(bad))
