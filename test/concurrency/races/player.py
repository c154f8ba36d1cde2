"""Plays the orders of one race in a schema of its own and judges each: the oracle, the errors, the waiting.

Lifetime: one scenario with its TVIEWs in one refresh mode.
"""

import os
import time

import psycopg2

from .scenario import SNAPSHOT, interleavings, is_serial
from .session import STUCK_SECONDS, Session, Stuck

ALLOWED = {
    'read committed': set(),
    'repeatable read': {'40001', '40P01'},
    'serializable': {'40001', '40P01'},
}
OUR_LOCKS = """SELECT count(*) FROM pg_locks WHERE pid = ANY (%s) AND (locktype = 'transactionid'
               OR locktype = 'advisory' AND objsubid BETWEEN 21590 AND 21599)"""  # from 0x5456 on
# By each other or by a prepared transaction (0); autovacuum, say, lets go by itself.
BLOCKED = 'SELECT p FROM unnest(%s) AS p WHERE pg_blocking_pids(p) && (%s || 0)'
NO_REASON = 'no reason to fail: '
REPETITIONS = 5


class Player:
    def __init__(self, dsn, scenario, mode, further_settings=()):
        self.scenario, self.mode = scenario, 'scheduled' if scenario.scheduled else mode
        self.schema = 'race_%d' % os.getpid()
        self.cursor, self.glance = self.monitor(dsn), self.monitor(dsn)
        settings = ['SET search_path = %s, public' % self.schema, 'SET client_min_messages = error', 'SET jit = off',
                    "SET deadlock_timeout = '20ms'", "SET statement_timeout = '%ds'" % (2 * STUCK_SECONDS), *further_settings]
        for setting in settings:
            self.cursor.execute(setting)
            self.glance.execute(setting)
        self.glance.execute("SET lock_timeout = '50ms'")
        self.cursor.execute('DROP SCHEMA IF EXISTS %s CASCADE' % self.schema)
        self.cursor.execute('CREATE SCHEMA %s' % self.schema)
        self.cursor.execute(scenario.tables)
        self.cursor.execute("""SELECT string_agg(format('DELETE FROM %%s;', oid::regclass), '' ORDER BY oid DESC) FROM pg_class
                               WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition""",
                            (self.schema,))
        self.empty = self.cursor.fetchone()[0]
        self.create_tviews()
        self.oracle = self.oracle_sql(scenario.tviews)
        self.sessions = [
            Session(dsn, settings + ['SET pg_tviews.full_refresh_threshold = %d' % (number not in scenario.full)])
            for number in range(len(scenario.transactions))]

    @staticmethod
    def monitor(dsn):
        connection = psycopg2.connect(dsn)
        connection.autocommit = True
        return connection.cursor()

    def create_tviews(self):
        for name, query in self.scenario.tviews.items():
            query, key = query if isinstance(query, tuple) else (query, None)
            option = ", key = '%s'" % key if key else ''
            self.cursor.execute('CREATE TVIEW %s WITH (refresh = %s%s) AS %s' % (name, self.mode, option, query))

    @staticmethod
    def oracle_sql(tviews):
        """A query of the names of the TVIEWs that differ from their queries."""
        parts = []
        for name, query in tviews.items():
            query = query[0] if isinstance(query, tuple) else query
            parts.append("""SELECT '%(n)s' WHERE EXISTS ((%(q)s) EXCEPT ALL SELECT * FROM %(n)s)
                            OR EXISTS (SELECT * FROM %(n)s EXCEPT ALL (%(q)s))""" % {'n': name, 'q': query})
        return ' UNION ALL '.join(parts)

    def wrong_tviews(self, cursor):
        """Names of those that differ from their queries."""
        sql = self.oracle_sql(self.current_tviews(cursor)) if self.scenario.changes_tviews else self.oracle
        if not sql:
            return []
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]

    def wrong_tviews_meanwhile(self):
        """None while TRUNCATE or DDL lock readers out."""
        try:
            return self.wrong_tviews(self.glance)
        except psycopg2.errors.LockNotAvailable:
            return None

    def current_tviews(self, cursor):
        cursor.execute('SELECT t.tview::text, rtrim(t.definition, \';\') FROM tview.tviews AS t JOIN pg_class AS c '
                       'ON c.oid = t.tview WHERE c.relnamespace = %s::regnamespace', (self.schema,))
        return dict(cursor.fetchall())

    def close(self):
        for session in self.sessions:
            session.close()
        self.cursor.execute('DROP SCHEMA %s CASCADE' % self.schema)
        for cursor in (self.cursor, self.glance):
            cursor.connection.close()

    def restore(self):
        """The rows, and if need be the TVIEWs, from before the race."""
        if self.scenario.changes_tviews:
            for name in self.current_tviews(self.cursor):
                self.cursor.execute('DROP TVIEW IF EXISTS %s CASCADE' % name)
        self.cursor.execute('BEGIN; %s %s; COMMIT' % (self.empty, self.scenario.data))
        if self.scenario.changes_tviews:
            self.create_tviews()

    def settle(self):
        """Until every session has either ended its statements or waits for a lock."""
        end = time.monotonic() + STUCK_SECONDS
        while True:
            busy = [session for session in self.sessions if session.busy]
            for session in busy:
                if session.poll(0.002):
                    self.next_of_backlog(session)
            busy = [session for session in self.sessions if session.busy]
            if not busy:
                return
            self.cursor.execute(BLOCKED, ([session.pid for session in busy], [session.pid for session in self.sessions]))
            blocked = {row[0] for row in self.cursor.fetchall()}
            waiting = [session for session in busy if session.pid in blocked]
            for session in waiting:
                session.has_waited = True
            if len(waiting) == len(busy):
                return
            if time.monotonic() > end:
                raise Stuck()

    @staticmethod
    def next_of_backlog(session):
        while session.backlog and not session.busy:
            sql = session.backlog.pop(0)
            if session.error is None:
                session.start(sql)

    def drain(self):
        end = time.monotonic() + STUCK_SECONDS
        while any(session.busy for session in self.sessions):
            self.settle()
            if time.monotonic() > end:
                raise Stuck()

    def play(self, level, order):
        """One order of the steps; returns what is wrong with it (None if nothing) and the errors it met."""
        self.restore()
        steps = [self.scenario.statements(number, level) for number in range(len(self.sessions))]
        wrong = []
        for number, session in enumerate(self.sessions):
            session.begin_race()
            if number in self.scenario.outside:
                session.run("SET default_transaction_isolation = '%s'" % level)
            else:
                session.run('BEGIN ISOLATION LEVEL ' + level)
        try:
            for number in order:
                session = self.sessions[number]
                session.backlog.append(steps[number].pop(0))
                if not session.busy:
                    self.next_of_backlog(session)
                self.settle()
                wrong += self.judge_step(session, level)
            self.drain()
        except Stuck:
            wrong.append('stuck: ' + ', '.join(str(s.pid) for s in self.sessions if s.busy))
        for session in self.sessions:
            session.reset()
        if self.scenario.scheduled:
            for name in self.scenario.tviews:
                self.cursor.execute('SELECT tview_refresh(%s)', (name,))
        wrong += ['%s differs from its query at the end' % name for name in self.wrong_tviews(self.cursor)]
        return wrong + self.judge_errors(level, order), [session.error for session in self.sessions]

    def judge_step(self, session, level):
        """Whatever is committed is right at every moment; so is what an immediate TVIEW shows to its writers."""
        committed = [] if self.scenario.scheduled else self.wrong_tviews_meanwhile()
        wrong = ['%s differs from its query' % name for name in committed or ()]
        inside = (committed is not None and self.mode == 'immediate' and not self.scenario.changes_tviews
                  and (level == 'read committed' or level == 'repeatable read' and self.scenario.mvcc))
        if inside and not session.busy and not session.error and session.in_transaction():
            session.run(self.oracle)
            if session.error:
                wrong.append('the oracle fails: ' + session.message)
            else:
                wrong += ['%s differs from its query for its writer' % row[0] for row in session.cursor.fetchall()]
        if self.scenario.quiet:
            self.cursor.execute(OUR_LOCKS, ([session.pid for session in self.sessions],))
            if self.cursor.fetchone()[0]:
                wrong.append('a statement that changes nothing took a lock or a transaction id')
        return wrong

    def failed_without_reason(self, order):
        """If each had the tables to itself, or all failed, so that none was in the way of another."""
        failed = [session for session in self.sessions if session.error and session.error not in self.scenario.errors]
        return failed if is_serial(order) or len(failed) == len(self.sessions) else []

    def judge_errors(self, level, order):
        scenario = self.scenario
        allowed = ALLOWED[level] if scenario.conflicts or level == 'serializable' else set()
        allowed = allowed | scenario.errors | ({'40P01'} if scenario.deadlocks else set())
        wrong = ['%s not allowed: %s' % (session.error, session.message)
                 for session in self.sessions if session.error and session.error not in allowed]
        wrong += [NO_REASON + session.message for session in self.failed_without_reason(order)]
        if not scenario.waits and any(session.has_waited for session in self.sessions):
            wrong.append('waits')
        return wrong

    def play_fairly(self, level, order):
        """SERIALIZABLE may fail because of others that use the same pages of the same catalog: not again and again."""
        for _ in range(REPETITIONS):
            wrong, errors = self.play(level, order)
            if level != 'serializable' or not wrong or not all(line.startswith(NO_REASON) for line in wrong):
                break
        return wrong, errors

    def play_all(self, level, limit):
        """Plays the orders one after the other; yields (order, what is wrong, errors)."""
        lengths = [len(self.scenario.statements(number, level)) for number in range(len(self.sessions))]
        for order in interleavings(lengths, limit, self.scenario.name):
            wrong, errors = self.play_fairly(level, order)
            yield order, wrong, errors

    def script(self, level, order):
        """The race for a reader: who does what, in this order."""
        steps = [self.scenario.statements(number, level) for number in range(len(self.sessions))]
        lines = ['-- %s, %s' % (level, self.mode), self.scenario.tables.strip(), self.scenario.data.strip()]
        lines += ['CREATE TVIEW %s: %s' % item for item in self.scenario.tviews.items()]
        lines += ['  %d> %s' % (number, steps[number].pop(0)) for number in order]
        return '\n'.join(line for line in lines if line.strip() != SNAPSHOT)
