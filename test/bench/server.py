"""A throw-away server for benchmarks, SQL through psycopg2, single-row statements through pgbench."""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import psycopg2

TREE = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = str(TREE / "test" / "lib" / "server.sh")
CONFIGURATION = """
autovacuum = off
max_wal_size = 32GB
checkpoint_timeout = 1h
shared_buffers = 2GB
work_mem = 64MB
maintenance_work_mem = 512MB
synchronous_commit = off
jit = off
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
"""
WARM_UP = 20  # transactions at the beginning of a pgbench run that are not counted: caches fill then


def start():
    os.environ.update(PGTV_SERVER="bench", PGTV_CONF=CONFIGURATION)
    for verb in ("install", "stop", "start"):
        subprocess.run([SCRIPT, verb], check=True)
    exports = subprocess.run([SCRIPT, "env"], check=True, capture_output=True, text=True).stdout.split()[1:]
    os.environ.update(entry.split("=", 1) for entry in exports)
    os.environ["PGDATABASE"] = "bench"
    with Session("postgres") as session:
        session.run("CREATE DATABASE bench")
    with Session() as session:
        session.run("CREATE EXTENSION pg_tviews")
        try:
            session.run("CREATE EXTENSION pg_ivm")
        except psycopg2.Error:
            print("pg_ivm is not installed: its columns stay empty", file=sys.stderr)


def stop():
    subprocess.run([SCRIPT, "stop"], check=True)


class Session:
    """One connection, in autocommit mode."""

    def __init__(self, database="bench", schema="public"):
        self.connection = psycopg2.connect(dbname=database, options=f"-c search_path={schema},public")
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def run(self, sql):
        self.cursor.execute(sql)

    def rows(self, sql):
        self.cursor.execute(sql)
        return self.cursor.fetchall()

    def value(self, sql):
        return self.rows(sql)[0][0]

    def seconds(self, sql):
        begun = time.perf_counter()
        self.cursor.execute(sql)
        return time.perf_counter() - begun


def totals():
    """(blocks touched in the database, bytes of WAL written) so far."""
    with Session() as session:
        time.sleep(0.02)  # backends report their numbers when they exit
        session.run("SELECT pg_stat_force_next_flush()")
        return session.rows("""SELECT blks_hit + blks_read, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint
                               FROM pg_stat_database WHERE datname = current_database()""")[0]


class Sample:
    """What one statement cost: times in seconds, blocks and WAL bytes on average. Rounds add up."""

    def __init__(self):
        self.times = []
        self.blocks = []
        self.wal = []
        self.given_up = False

    def give_up(self, seconds):
        self.given_up = True
        self.times = [seconds]

    def add(self, times, blocks, wal):
        self.times += times
        self.blocks.append(blocks)
        self.wal.append(wal)

    def median(self):
        return statistics.median(self.times)

    def mean_blocks(self):
        return statistics.median(self.blocks)

    def mean_wal(self):
        return statistics.median(self.wal)


def pgbench(sample, schema, script, first, transactions):
    """Runs `script` with one client, prepared; the variable i counts from `first`."""
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / "script.sql"
        file.write_text(script)
        before = totals()
        finished = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", "1", "-t", str(transactions), "-D", f"i={first}", "-f", str(file), "-l",
             f"--log-prefix={directory}/log"],
            check=False, capture_output=True, text=True, env={**os.environ, "PGOPTIONS": f"-c search_path={schema},public"})
        if finished.returncode != 0:
            sys.exit(f"pgbench in {schema}: {script}\n{finished.stderr}")
        after = totals()
        log = next(pathlib.Path(directory).glob("log*")).read_text().splitlines()
    times = [int(line.split()[2]) / 1e6 for line in log][WARM_UP:]
    sample.add(times, *((b - a) / transactions for a, b in zip(before, after)))


LOOP = """DO $$ DECLARE begun timestamptz; taken double precision[]; var_i bigint; var_k bigint; BEGIN
    FOR var_k IN {start} + 1 .. {start} + {count} LOOP
        var_i := {first} + var_k;
        begun := clock_timestamp();
        {statement}
        COMMIT;
        taken := taken || extract(epoch FROM clock_timestamp() - begun)::double precision;
    END LOOP;
    PERFORM set_config('bench.taken', taken::text, false);
END $$"""


def loop(sample, schema, sql, first, numbers):
    """Runs `sql` once per number k, a transaction each, inside the server: no time is spent on waking up a client. i: first + k."""
    statement_text = sql.replace(":i", "var_i").replace(":k", "var_k")
    before = totals()
    with Session(schema=schema) as session:
        session.run(LOOP.format(start=numbers.start, count=len(numbers), first=first, statement=statement_text))
        times = [float(text) for text in session.value("SELECT current_setting('bench.taken')").strip("{}").split(",")]
    after = totals()
    sample.add(times[WARM_UP:], *((b - a) / len(numbers) for a, b in zip(before, after)))


def statement(sample, session, sql):
    """Runs one statement with many rows."""
    before = totals()
    seconds = session.seconds(sql)
    session.run("SELECT pg_stat_force_next_flush()")
    session.run("SELECT 1")
    after = totals()
    sample.add([seconds], *(b - a for a, b in zip(before, after)))
