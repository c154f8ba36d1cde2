#!/usr/bin/python3
"""Runs every ```sql block of a Markdown file, in order, in a fresh database: test/docs/run.py FILE.

A block after <!-- error: 0A000 --> must fail with that SQLSTATE; one after <!-- skip: reason --> is not run. The server
is the one PGHOST and PGPORT name. A file that does not create the extension itself gets it created first."""
import os
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"^(?:<!-- (?P<verb>error|skip): (?P<argument>[^>]*?) -->\n+)?```sql\n(?P<sql>.*?)^```", re.M | re.S)


def psql(database, script, *options):
    """The exit status and output of a session that runs `script`."""
    done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, "-d", database], input=script, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def run_block(database, block):
    """What is wrong with the block, or None."""
    if block["verb"] == "error":
        status, output = psql(database, block["sql"], "-v", "VERBOSITY=sqlstate")
        if status == 0:
            return f"expected error {block['argument']}, but it succeeded"
        return None if f"ERROR:  {block['argument']}" in output else f"expected error {block['argument']}, got:\n{output}"
    status, output = psql(database, block["sql"])
    return f"failed:\n{output}" if status != 0 else None


def main(path):
    text = pathlib.Path(path).read_text()
    blocks = list(BLOCK.finditer(text))
    database = "docs_" + re.sub(r"\W", "_", os.path.splitext(path)[0]).lower()
    psql("postgres", f'DROP DATABASE IF EXISTS "{database}"')
    status, output = psql("postgres", f'CREATE DATABASE "{database}"')
    if status == 0 and not any("CREATE EXTENSION pg_tviews" in block["sql"] for block in blocks):
        status, output = psql(database, "CREATE EXTENSION pg_tviews")
    if status != 0:
        print(output)
        return 1
    bad = 0
    for block in blocks:
        line = text.count("\n", 0, block.start("sql"))
        if block["verb"] == "skip":
            print(f"{path}:{line}: skipped: {block['argument']}")
            continue
        problem = run_block(database, block)
        if problem is not None:
            print(f"{path}:{line}: {problem}")
            bad = 1
    psql("postgres", f'DROP DATABASE "{database}" WITH (FORCE)')
    return bad


sys.exit(main(sys.argv[1]))
