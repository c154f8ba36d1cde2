#!/usr/bin/python3
"""Prints memcheck's reports that are ours: test/valgrind/report.py TREE DIRECTORY-OF-LOGS. Fails when there are any.

Our hooks are on the stack of nearly everything the server does. A report is ours when, going from the place of the
error outwards, a frame of this tree comes before any of the functions through which the server runs what is not ours."""
import collections
import pathlib
import re
import sys

REENTRY = re.compile(r": (standard_ProcessUtility|standard_Executor\w+|ExecutorRun|PortalRun|SPI_execute\w*|SPI_prepare\w*|"
                     r"pg_plan_quer\w+|pg_parse_query|parse_analyze\w*|standard_planner|ProcessUtilitySlow|"
                     r"CommitTransaction|AbortTransaction|AbortSubTransaction|execute_sql_string|heap_\w+|index_\w+) \(")


def reports(path):
    """The reports of one process, each a list of lines without the ==pid== prefix."""
    block = []
    for line in path.read_text(errors="replace").splitlines():
        text = re.sub(r"^==\d+== ?", "", line)
        if text.strip():
            block.append(text)
        elif block:
            yield block
            block = []
    if block:
        yield block


def is_ours(block, tree):
    """Whether the first stack of the report reaches this tree before the server takes over again."""
    for line in block:
        if re.match(r"\s+(at|by) 0x", line):
            if f"({tree}/src/" in line or "pg_tviews.so" in line:
                return True
            if REENTRY.search(line):
                return False
    return False


def main(tree, directory):
    logs = sorted(pathlib.Path(directory).glob("*.log"))
    found = collections.Counter()
    total = 0
    for path in logs:
        for block in reports(path):
            total += 1
            if is_ours(block, tree):
                found["\n".join(re.sub(r"0x[0-9A-F]+", "0x…", re.sub(r"loss record .*", "", line)) for line in block[:25])] += 1
    for text, times in found.most_common():
        print(f"--- {times} times:\n{text}\n")
    print(f"valgrind: {len(logs)} processes, {total} reports, {sum(found.values())} of them ours")
    return 1 if found or not logs else 0


sys.exit(main(*sys.argv[1:3]))
