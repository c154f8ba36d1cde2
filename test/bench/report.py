"""The report: Markdown tables, the machine, and whether every maintained view equals its query."""
import os
import platform

import server
from shape_tables import HEADER

INTRODUCTION = """Medians of interleaved runs. One client; single-row statements through pgbench, prepared, one statement per transaction.
"bare" is the statement without anything maintained; the columns of the contenders say what they **add** to that: µs for
single rows, ms for many. REFRESH: the time of one REFRESH MATERIALIZED VIEW of the same query."""


def machine():
    cpu = next((line.split(": ")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo", encoding="utf-8") if line.startswith("MemTotal")) // 1024 // 1024
    return f"{os.cpu_count()} × {cpu}, {memory} GB, {platform.system()} {platform.release()}; load at the start {os.getloadavg()[0]:.1f}"


def table(header, lines):
    rows = [header, ["---"] * len(header), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


class Report:
    def __init__(self, options):
        with server.Session() as session:
            postgres = session.value("SELECT version()").split(" on ")[0]
        settings = " ".join(server.CONFIGURATION.split("\n")).strip()
        self.parts = [f"Machine: {machine()}. {postgres}. Scale {options.size:g}, {options.rounds} rounds of {options.transactions} "
                      f"transactions.\nServer: `{settings}`\n\n{INTRODUCTION}\n"]
        self.verdicts = []

    def add(self, title, text):
        print(f"\n## {title}\n\n{text}", flush=True)
        self.parts.append(f"## {title}\n\n{text}")

    def shapes(self, shapes, single, bulk, remarks, verdicts):
        titles = "\n".join(f"- {shape.name.upper()}: {shape.title}" for shape in shapes)
        notes = "\n".join(f"- {remark}" for remark in remarks)
        if single:
            self.add("Goal 1: one row", f"{titles}\n\nMicroseconds.\n\n{table(HEADER, single)}\n{notes}\n")
        if bulk:
            self.add("Goals 2 and 5: many rows in one statement", f"Milliseconds.\n\n{table(HEADER, bulk)}")
        self.verdicts += verdicts

    def goal(self, title, introduction, header, lines, verdicts):
        self.add(title, f"{introduction}\n\n{table(header, lines)}")
        self.verdicts += verdicts

    def finish(self):
        wrong = [verdict for verdict in self.verdicts if verdict[2] != "0"]
        text = f"{len(self.verdicts)} maintained views compared with their queries, {len(wrong)} differ.\n"
        self.add("The oracle", text + (f"\n{table(['shape', 'contender', 'rows that differ'], wrong)}" if wrong else ""))
        file = server.TREE / "build" / "bench.md"
        file.write_text("\n".join(self.parts))
        print(f"written to {file}")
        return 1 if wrong else 0
