"""A shape: sources, views over them, operations, and the contenders that keep the views up to date."""
import pathlib
import re

import psycopg2
import psycopg2.errors

import server

SHAPES = pathlib.Path(__file__).resolve().parent / "shapes"
PATIENCE = 10  # seconds after which a statement of pg_ivm, some of which are quadratic, is given up
LABELS = {"bare": "bare", "row": "hand-written, by row", "statement": "hand-written, by statement", "ours": "TVIEW", "ivm": "pg_ivm"}


class Operation:
    def __init__(self, kind, name, sql):
        self.kind = kind
        self.name = name
        self.sql = sql


def blocks(text):
    """The parts of a file that begin with a line '-- kind: name'."""
    parts = re.split(r"^-- (\w+): (.*)$", text, flags=re.MULTILINE)[1:]
    return [Operation(*(part.strip() for part in parts[i:i + 3])) for i in range(0, len(parts), 3)]


class Shape:
    def __init__(self, name, size):
        self.name = name
        self.size = size
        self.title = self.read("schema.sql").splitlines()[0].split(": ", 1)[1]
        self.views = [(block.name, block.sql) for block in blocks(self.read("views.sql"))]
        self.operations = blocks(self.read("operations.sql"))
        self.variables = self.read("variables.pgbench")
        self.contenders = []
        self.refused = {}
        self.samples = {}
        self.abandoned = set()  # contenders without the rows that further operations need

    def read(self, file):
        return (SHAPES / self.name / file).read_text().replace(":size", str(self.size))

    def has(self, file):
        return (SHAPES / self.name / file).exists()

    def schema(self, contender):
        return f"{self.name}_{contender}"

    def session(self, contender):
        return server.Session(schema=self.schema(contender))

    # Set-up

    def prepare(self):
        for contender in LABELS:
            if contender in ("row", "statement") and not self.has(f"hand_{contender}.sql"):
                continue
            with server.Session() as session:
                session.run(f"CREATE SCHEMA {self.schema(contender)}")
            with self.session(contender) as session:
                session.run(self.read("schema.sql"))
                try:
                    getattr(self, f"create_{contender}")(session)
                except psycopg2.Error as error:
                    if contender != "ivm":
                        raise
                    self.refused["ivm"] = str(error).splitlines()[0]
                    continue
                session.run("VACUUM ANALYZE")
            self.contenders.append(contender)

    def create_bare(self, session):
        for name, query in self.views:
            session.run(f"CREATE MATERIALIZED VIEW {name} AS {query}")

    def create_row(self, session):
        self.create_by_hand(session, "row")

    def create_statement(self, session):
        self.create_by_hand(session, "statement")

    def create_by_hand(self, session, kind):
        for name, query in self.views:
            session.run(f"CREATE TABLE {name} AS {query}")
        session.run(self.read(f"hand_{kind}.sql"))

    def create_ours(self, session):
        for name, query in self.views:
            session.run(f"CREATE TVIEW {name} AS {query}")

    def create_ivm(self, session):
        if len(self.views) > 1:
            raise psycopg2.Error("pg_ivm keeps no view of a view that it keeps")
        if not session.value("SELECT count(*) FROM pg_extension WHERE extname = 'pg_ivm'"):
            raise psycopg2.Error("pg_ivm is not installed")
        name, query = self.views[0]
        session.cursor.execute("SELECT pgivm.create_immv(%s, %s)", (f"{self.schema('ivm')}.{name}", query))

    # Measurements

    def measure(self, kind, rounds, transactions):
        """Interleaved: each round runs every operation for every contender."""
        for number in range(rounds):
            for operation in (operation for operation in self.operations if operation.kind == kind):
                for contender in self.contenders:
                    sample = self.samples.setdefault((operation.name, contender), server.Sample())
                    if kind == "single":
                        self.run_single(sample, contender, operation, number * transactions, transactions)
                    else:
                        self.run_bulk(sample, contender, operation, number)

    def run_single(self, sample, contender, operation, first, transactions):
        count = max(transactions // 10, server.WARM_UP * 2) if contender == "ivm" else transactions
        script = f"\\set i :i + 1\n{self.variables}\n{operation.sql}\n"
        server.pgbench(sample, self.schema(contender), script, first, count)

    def run_bulk(self, sample, contender, operation, number):
        if contender in self.abandoned:
            return
        with self.session(contender) as session:
            session.run(f"SET statement_timeout = {PATIENCE * 1000 if contender == 'ivm' else 0}")
            try:
                server.statement(sample, session, operation.sql.replace(":i", str(number)))
            except psycopg2.errors.QueryCanceled:
                sample.give_up(PATIENCE)
                self.abandoned.add(contender)
                return
            session.run("RESET statement_timeout")
            if contender != "bare":
                session.run("VACUUM result")

    def refresh_seconds(self):
        """What one REFRESH MATERIALIZED VIEW of the same views takes."""
        with self.session("bare") as session:
            return sum(session.seconds(f"REFRESH MATERIALIZED VIEW {name}") for name, _ in self.views)

    def differences(self, contender):
        """The oracle: rows in which a maintained view differs from its query."""
        with self.session(contender) as session:
            wrong = 0
            for name, query in self.views:
                session.run(f"CREATE TEMPORARY VIEW expected AS {query}")
                columns = ", ".join(row[0] for row in session.rows(
                    "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = 'expected'::regclass AND attnum > 0 ORDER BY attnum"))
                stored, computed = f"SELECT {columns} FROM {name}", "SELECT * FROM expected"
                wrong += session.value(f"""SELECT count(*) FROM (({stored} EXCEPT ALL {computed})
                    UNION ALL ({computed} EXCEPT ALL {stored})) AS difference""")
                session.run("DROP VIEW expected")
            return wrong

    def drop(self):
        for contender in LABELS:
            with server.Session() as session:
                session.run("SET client_min_messages = warning")
                session.run(f"DROP SCHEMA IF EXISTS {self.schema(contender)} CASCADE")
