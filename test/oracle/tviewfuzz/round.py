"""One round: a schema, its TVIEWs, and statements with the oracle after each."""

import collections

import psycopg2

from . import types
from .control import judge
from .dml import DmlGenerator
from .query import QueryGenerator
from .schema import SchemaGenerator, quote
from .scope import Source, from_table
from .script import Step, TView
from .session import PREPARED_NAME, Failure

MOST_ROWS = 250
MOST_ROWS_TOUCHED = 15000


def rows_touched(plan):
    """Rows that pass through the nodes of an EXPLAIN ANALYZE plan, whatever the load of the machine."""
    here = sum(plan.get(name, 0) for name in ('Actual Rows', 'Rows Removed by Filter', 'Rows Removed by Join Filter'))
    return here * plan.get('Actual Loops', 1) + sum(rows_touched(child) for child in plan.get('Plans', ()))


class Round:
    def __init__(self, rng, session, counters, options):
        self.rng = rng
        self.session = session
        self.counters = counters
        self.options = options
        self.steps = []
        self.spare = []  # queries for TVIEWs created in the middle of a transaction
        self.created_inside = 0

    def play(self):
        """Runs the round; on Failure, `steps` holds everything that led to it."""
        schema = SchemaGenerator(self.rng)
        schema.generate()
        for step in schema.steps:
            self.run(step)
        queries = QueryGenerator(self.rng, [from_table(t) for t in schema.tables])
        self.create_tviews(queries)
        if self.rng.random() < 0.25:
            self.become_writer(schema)
        dml = DmlGenerator(self.rng, schema, [t.name for t in self.session.tviews])
        for _ in range(self.options.statements_per_round):
            if self.rng.random() < 0.12:
                self.transaction(dml)
            else:
                self.write(dml)
        self.session.check()

    def become_writer(self, schema):
        """Goes on as a role without any right to write TVIEWs."""
        written = ', '.join([t.sql for t in schema.tables] + [quote(name) for t in schema.tables for name in t.parts + t.doors] + ['log'])
        for sql in ('DO $$ BEGIN CREATE ROLE oracle_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$',
                    'DO $$ BEGIN EXECUTE format($f$GRANT USAGE ON SCHEMA %I TO oracle_writer$f$, current_schema); END $$',
                    'DO $$ BEGIN EXECUTE format($f$GRANT SELECT ON ALL TABLES IN SCHEMA %I TO oracle_writer$f$, current_schema); END $$',
                    'GRANT INSERT, UPDATE, DELETE, TRUNCATE ON %s TO oracle_writer' % written, 'SET ROLE oracle_writer'):
            self.run(Step(sql, 'setup'))

    def run(self, step):
        self.steps.append(step)
        self.counters['statements'] += step.kind in ('dml', 'tx')
        error = self.session.run(step)
        if error is not None and step.kind in ('dml', 'tx'):
            judge(error, self.steps)
            self.counters['failed with ' + error.pgcode] += 1
        return error

    def write(self, dml):
        for step in dml.generate():
            if self.session.broken():
                break
            self.run(step)

    # -- TVIEWs

    def create_tviews(self, queries):
        wanted = self.options.queries_per_round
        number = 0
        while len(self.session.tviews) < wanted and number < wanted * 3:
            number += 1
            query = queries.generate()
            if not self.usable(query):
                continue
            if len(self.spare) < 2 and self.rng.random() < 0.3:
                self.spare.append(query)
                continue
            if self.rng.random() < 0.12:
                name = 'plain_%d' % number
                self.run(Step('CREATE VIEW %s AS %s' % (name, query.sql), 'view'))
            else:
                name = 'tv_%d' % number
                self.create_tview(self.tview_of(name, query))
            if len(queries.sources) < 12:
                queries.sources.append(Source(name, query.columns))

    def tview_of(self, name, query):
        names = [(quote(c.name), c.fuzzy) for c in query.columns]
        return TView(name, query.sql, names, self.rng.choice(('immediate', 'immediate', 'deferred', 'scheduled')),
                     self.rng.random() < self.options.literal, self.some_key(query))

    def tview_ddl(self):
        """Creates or drops a TVIEW inside a transaction."""
        if self.spare and self.rng.random() < 0.7:
            self.created_inside += 1
            tview = self.tview_of('tv_inside_%d' % self.created_inside, self.rng.choice(self.spare))
            self.run(Step(tview.create_sql(), 'tview', tview=tview))
        elif self.session.tviews:
            self.run(Step('DROP TVIEW %s CASCADE' % self.rng.choice(self.session.tviews).name, 'tx'))

    def some_key(self, query):
        """Any columns will do as `key`: they only say by what the TVIEW is cut into parts."""
        columns = [c for c in query.columns if c.type is not types.PAIR]  # composite types have no operator class of their own
        if self.rng.random() < 0.88 or not columns:
            return None
        return ', '.join(quote(c.name) for c in self.rng.sample(columns, min(len(columns), self.rng.randint(1, 3))))

    def usable(self, query):
        """Does the query run as a plain view, with a bearable number of rows in all of its steps?"""
        cursor = self.session.cursor
        usable = False
        self.counters['queries generated'] += 1
        try:
            cursor.execute('BEGIN')
            cursor.execute('CREATE VIEW probe AS ' + query.sql)
            cursor.execute("SET LOCAL statement_timeout = '1s'")
            cursor.execute('EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) SELECT %s FROM probe' % (
                ', '.join(quote(c.name) for c in query.columns)))
            plan = cursor.fetchone()[0][0]['Plan']
            usable = plan['Actual Rows'] <= MOST_ROWS and rows_touched(plan) <= MOST_ROWS_TOUCHED
            self.counters['queries too big'] += not usable
            cursor.execute('ROLLBACK')
        except psycopg2.Error as error:
            self.counters['query refused by PostgreSQL ' + error.pgcode] += 1
            cursor.execute('ROLLBACK')
        return usable

    def create_tview(self, tview):
        step = Step(tview.create_sql(), 'tview', tview=tview)
        error = self.run(step)
        if error is not None:
            raise Failure('creation ' + error.pgcode, '%s | %s' % (error.diag.message_primary, tview.query), tview)
        self.counters['TVIEWs created'] += 1
        self.count_strategies(tview)

    def count_strategies(self, tview):
        cursor = self.session.cursor
        try:
            cursor.execute("SELECT strategy, reason FROM tview_explain('%s')" % tview.name)
        except psycopg2.Error as error:
            self.counters['tview_explain failed ' + error.pgcode] += 1
            return
        strategies = collections.Counter()
        for strategy, reason in cursor.fetchall():
            self.counters['strategy ' + strategy] += 1
            strategies[strategy] += 1
            if strategy == 'full':
                self.counters['full: ' + (reason or '')[:70]] += 1
        self.counters['TVIEWs keyed for every source'] += set(strategies) == {'keyed'}

    # -- transactions

    def transaction(self, dml):
        rng = self.rng
        self.run(Step('BEGIN', 'tx'))
        savepoints = 0
        for _ in range(rng.randint(2, 7)):
            roll = rng.random()
            if roll < 0.15:
                savepoints += 1
                self.run(Step('SAVEPOINT s%d' % savepoints, 'tx'))
            elif roll < 0.25 and savepoints:
                self.run(Step('%s s%d' % (rng.choice(('ROLLBACK TO', 'RELEASE', 'ROLLBACK TO')), savepoints), 'tx'))
                savepoints -= 1
            elif roll < 0.33:
                self.run(Step('SELECT tview_flush()', 'tx'))
            elif roll < 0.41:
                self.tview_ddl()
            elif roll < 0.45:
                self.run(Step('SET CONSTRAINTS ALL %s' % rng.choice(('IMMEDIATE', 'DEFERRED')), 'tx'))
            else:
                self.write(dml)
            if self.session.broken():
                if not savepoints:
                    break
                self.run(Step('ROLLBACK TO s%d' % savepoints, 'tx'))
        if self.session.broken() or rng.random() < 0.2:
            self.run(Step('ROLLBACK', 'tx'))
        elif rng.random() < 0.15:
            self.run(Step("PREPARE TRANSACTION '%s'" % PREPARED_NAME, 'prepare'))  # not checked: it may hold any lock
            self.run(Step("%s PREPARED '%s'" % (rng.choice(('COMMIT', 'ROLLBACK')), PREPARED_NAME), 'tx'))
        else:
            self.run(Step('COMMIT', 'tx'))
        if self.session.in_transaction() or self.session.broken():
            self.run(Step('ROLLBACK', 'tx'))
