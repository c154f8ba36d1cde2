"""Goals 3 and 4: what a single-row change costs when the sources, the group or the TVIEW are up to a thousand (a hundred thousand) times as large.

All sizes are there at once and their runs interleave, so that what else the machine does reaches all alike."""
import server
from shape_tables import microseconds
from size_cases import CASES, SALES, SOURCES

SIZES = {"TVIEW": [10_000, 100_000, 1_000_000], "sources": [10_000, 100_000, 1_000_000, 10_000_000], "group": [10, 1_000, 100_000, 1_000_000]}
CONTENDERS = ("bare", "hand", "ours")


def sizes_of(kind, options):
    """Of the sizes wanted only those that the scale allows; the last is never below a hundred times the first."""
    most = max(SIZES[kind][-1] * options.size, SIZES[kind][0] * 100)
    return [rows for rows in SIZES[kind] if rows <= most]


def schema_of(kind, rows):
    return f"size_{'group' if kind == 'group' else 'sources'}_{rows}"


def create(kind, rows):
    with server.Session() as session:
        session.run(f"CREATE SCHEMA IF NOT EXISTS {schema_of(kind, rows)}")
    with server.Session(schema=schema_of(kind, rows)) as session:
        session.run("SET statement_timeout = 0")
        if session.value("SELECT to_regclass('users') IS NOT NULL OR to_regclass('sales') IS NOT NULL"):
            return
        for statement in SALES if kind == "group" else SOURCES:
            session.run(statement.format(rows=rows * 10 if kind == "group" else rows))


class Measurement:
    """One case over all of its sizes."""

    def __init__(self, case, options, first):
        """`first`: where the variable i of the statements begins; k counts from 1."""
        self.case = case
        self.options = options
        self.first = first
        self.done = 0
        self.count = min(options.transactions, 100)
        self.sizes = sizes_of(case.kind, options)
        self.samples = {}
        self.wrong = []

    def session(self, rows):
        return server.Session(schema=schema_of(self.case.kind, rows))

    def run(self):
        for contender in CONTENDERS:
            if contender == "hand" and not self.case.hand:
                continue
            for rows in self.sizes:
                self.prepare(contender, rows)
            for _ in range(self.options.rounds):
                for rows in self.sizes:
                    sample = self.samples.setdefault((contender, rows), server.Sample())
                    numbers = range(self.done, self.done + self.count)
                    server.loop(sample, schema_of(self.case.kind, rows), self.case.statement, self.first, numbers)
                self.done += self.count
            for rows in self.sizes:
                self.clean(contender, rows)

    def prepare(self, contender, rows):
        with self.session(rows) as session:
            session.run("SET statement_timeout = 0")
            if contender == "hand":
                session.run(self.case.hand)
                session.run("VACUUM ANALYZE kept")
            for name, query in self.case.views if contender == "ours" else []:
                session.run(f"CREATE TVIEW {name} AS {query}")
                session.run(f"VACUUM ANALYZE {name}")

    def clean(self, contender, rows):
        with self.session(rows) as session:
            session.run("SET statement_timeout = 0")
            if contender == "hand":
                session.run("DROP FUNCTION keep CASCADE")
                session.run("DROP TABLE kept")
            for name, query in reversed(self.case.views if contender == "ours" else []):
                wrong = session.value(f"SELECT count(*) FROM ((TABLE {name} EXCEPT ALL ({query})) UNION ALL (({query}) EXCEPT ALL TABLE {name})) AS d")
                self.wrong.append(["size", f"{self.case.name}, {name}, {rows:,}", str(wrong)])
                session.run(f"DROP TVIEW {name}")

    def added(self, contender, rows):
        """(seconds, blocks) that the contender adds to the bare statement."""
        sample, bare = self.samples[contender, rows], self.samples["bare", rows]
        return sample.median() - bare.median(), sample.mean_blocks() - bare.mean_blocks()

    def line(self):
        bare = [self.samples["bare", rows] for rows in self.sizes]
        ours = [self.added("ours", rows) for rows in self.sizes]
        hand = [self.added("hand", rows) for rows in self.sizes] if self.case.hand else None
        line = [self.case.name]
        for part, show in enumerate((microseconds, "{:,.0f}".format)):
            line.append(" / ".join(show(sample.mean_blocks() if part else sample.median()) for sample in bare))
            line.append(" / ".join(show(added[part]) for added in hand) if hand else "–")
            line.append(" / ".join(show(added[part]) for added in ours))
            line.append(f"{ours[-1][part] / ours[0][part]:.2f}" if ours[0][part] > 0 else "–")
            line.append(f"{self.whole(-1)[part] / self.whole(0)[part]:.2f}")
        return line

    def whole(self, which):
        """(seconds, blocks) of the statement with all that maintains the TVIEW."""
        sample = self.samples["ours", self.sizes[which]]
        return sample.median(), sample.mean_blocks()


def size(options):
    lines, verdicts = [], []
    for number, case in enumerate(CASES):
        for rows in sizes_of(case.kind, options):
            create(case.kind, rows)
        measurement = Measurement(case, options, number * 10_000)
        measurement.run()
        lines.append([f"{case.kind}: {measurement.line()[0]}", *measurement.line()[1:]])
        print("  ".join(lines[-1]), flush=True)
        verdicts += measurement.wrong
    for kind in SIZES:
        for rows in sizes_of(kind, options):
            with server.Session() as session:
                session.run("SET client_min_messages = warning")
                session.run(f"DROP SCHEMA IF EXISTS {schema_of(kind, rows)} CASCADE")
    introduction = ("Single-row statements. " + "; ".join(f"{kind}: {' / '.join(f'{rows:,}' for rows in sizes_of(kind, options))} rows" for kind in SIZES) +
                    ". TVIEW: as many rows as its sources; sources: the TVIEW has a tenth of their rows or groups of ten; group: the rows of each of ten. "
                    "One number per size: of the bare statement, and what the best trigger and the TVIEW add to it.")
    return ("Goals 3 and 4: independent of size", introduction,
            ["change", "bare, µs", "by hand adds, µs", "TVIEW adds, µs", "added, last : first", "in all, last : first", "bare, blocks",
             "by hand adds, blocks", "TVIEW adds, blocks", "added, last : first", "in all, last : first"], lines, verdicts)
