"""A connection that runs steps, and the oracle: after each step every TVIEW equals its query.

Lifetime: one schema of one round or one replay.
"""

import io
import os
import time

import psycopg2
from psycopg2 import extensions

# Errors a writer's statement may raise by itself.
LEGITIMATE = ('22', '23', '21', 'P0', '27')
LEGITIMATE_CODES = ('42P10', '0A000', '54001', '42809')


PREPARED_NAME = 'oracle_%d' % os.getpid()


class Failure(Exception):
    """What the oracle found: a difference, an illegitimate error or a crash."""

    def __init__(self, kind, detail, tview=None):
        super().__init__('%s: %s' % (kind, detail))
        self.kind = kind
        self.detail = detail
        self.tview = tview


def in_maintenance(error):
    return 'tview "' in (error.diag.context or '')


def connect(attempts=60):
    for attempt in range(attempts):
        try:
            return psycopg2.connect(dbname='postgres')
        except psycopg2.OperationalError:
            if attempt == attempts - 1:
                raise
            time.sleep(0.5)


class Session:
    def __init__(self, schema, as_views=False, settings=()):
        self.as_views = as_views  # TVIEWs become plain views: what would the statements do without us?
        self.schema = schema
        self.tviews = []
        self.errors = {}
        self.shifting = False  # TVIEWs were created or dropped since all were created
        self.transactions = 0  # after every third one scheduled TVIEWs are refreshed
        self.connection = connect()
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.forget_prepared()
        for sql in ('SET client_min_messages = error', 'DROP SCHEMA IF EXISTS %s CASCADE' % schema,
                    'CREATE SCHEMA %s' % schema, 'SET search_path = %s, public' % schema, "SET TimeZone = 'UTC'",
                    'SET jit = off', "SET lock_timeout = '5s'", "SET statement_timeout = '60s'", "SET plpgsql.variable_conflict = use_column") + tuple(settings):
            self.cursor.execute(sql)

    def close(self):
        """Leaves the schema behind only when the server is gone or something in it is broken."""
        try:
            self.cursor.execute('ROLLBACK')
            self.cursor.execute('RESET ROLE')
            self.forget_prepared()
            self.cursor.execute('DROP SCHEMA IF EXISTS %s CASCADE' % self.schema)
        except psycopg2.Error:
            pass
        self.connection.close()

    def forget_prepared(self):
        self.cursor.execute('SELECT gid FROM pg_prepared_xacts WHERE gid = %s', (PREPARED_NAME,))
        if self.cursor.fetchone():
            self.cursor.execute("ROLLBACK PREPARED '%s'" % PREPARED_NAME)

    def status(self):
        return self.connection.info.transaction_status

    def in_transaction(self):
        return self.status() == extensions.TRANSACTION_STATUS_INTRANS

    def broken(self):
        return self.status() == extensions.TRANSACTION_STATUS_INERROR

    def execute(self, step):
        """Runs one step; returns its error (None if it worked)."""
        sql = step.sql
        if self.as_views and step.tview:
            sql = 'CREATE VIEW %s AS %s' % (step.tview.name, step.tview.query)
        elif self.as_views and 'tview_flush' in sql:
            return None
        try:
            if step.copy_rows is not None:
                self.cursor.copy_expert(sql, io.StringIO(step.copy_rows))
            else:
                self.cursor.execute(sql)
            return None
        except psycopg2.Error as error:
            if self.connection.closed or error.pgcode is None or error.pgcode.startswith('57P'):
                raise Failure('crash', str(error).strip().split('\n')[0])
            self.errors[error.pgcode] = self.errors.get(error.pgcode, 0) + 1
            return error

    def add_tview(self, tview):
        self.cursor.execute('CREATE VIEW %s AS %s' % (tview.oracle_view(), tview.query))
        self.tviews.append(tview)

    def run(self, step):
        """Runs a step and asks the oracle; raises Failure."""
        error = self.execute(step)
        if error is not None:
            if step.kind in ('dml', 'tx', 'tview', 'prepare'):
                self.judge_error(error)
        elif step.tview and not self.as_views:
            self.add_tview(step.tview)
            self.shifting = self.shifting or self.in_transaction()
        self.shifting = self.shifting or 'DROP TVIEW' in step.sql
        if step.kind in ('dml', 'tx', 'tview') and not self.as_views:
            self.check(step.sql == 'SELECT tview_flush()')
        return error

    def judge_error(self, error):
        code = error.pgcode
        context = error.diag.context or ''
        internal = code.startswith(('XX', '58', '53')) or code in ('57014', '42883', '42703', '42601')
        ours = in_maintenance(error) and not code.startswith(LEGITIMATE) and code not in LEGITIMATE_CODES
        if internal or ours:
            raise Failure('error ' + code, '%s | %s' % (error.diag.message_primary, context))

    def check(self, flushed=False):
        if self.broken():
            return
        inside = self.in_transaction()
        tviews = self.existing() if self.shifting else self.tviews
        refreshed = not inside and self.refresh_scheduled(tviews)
        for tview in tviews:
            if refreshed if tview.refresh == 'scheduled' else tview.refresh == 'immediate' or not inside or flushed:
                self.check_one(tview, inside)

    def refresh_scheduled(self, tviews):
        """After some of the transactions; in the order of creation, in which TVIEWs read each other."""
        self.transactions += 1
        if self.transactions % 3 != 0:
            return False
        for tview in tviews:
            if tview.refresh != 'scheduled':
                continue
            try:
                self.cursor.execute("SELECT tview_refresh('%s')" % tview.name)
            except psycopg2.Error as error:
                if self.connection.closed or error.pgcode is None:
                    raise Failure('crash', 'while refreshing %s' % tview.name, tview)
                self.judge_error(error)
                return False
        return True

    def existing(self):
        """TVIEWs are created and dropped in transactions that may be rolled back."""
        self.cursor.execute('SELECT n FROM unnest(%s::text[]) AS n WHERE to_regclass(n) IS NOT NULL', ([t.name for t in self.tviews],))
        names = {row[0] for row in self.cursor.fetchall()}
        return [t for t in self.tviews if t.name in names]

    def check_one(self, tview, inside):
        try:
            if inside:
                self.cursor.execute('SAVEPOINT oracle_check')
            self.cursor.execute(tview.difference_sql())
            rows = self.cursor.fetchall()
            if inside:
                self.cursor.execute('RELEASE oracle_check')
        except psycopg2.Error as error:
            if self.connection.closed or error.pgcode is None:
                raise Failure('crash', 'while reading %s' % tview.name, tview)
            raise Failure('query fails but the write did not: ' + error.pgcode, error.diag.message_primary, tview)
        if rows:
            shown = '; '.join(str(row) for row in rows[:6])
            raise Failure('difference', '%s: (row, surplus in the table) %s' % (tview.name, shown), tview)
