"""Checks what tview_locks says of a TVIEW, on copies of its sources that have neither triggers nor constraints."""

import re

import psycopg2

from .schema import quote

MOST_CHANGED = 3  # rows that stand for the changed ones
COPIES = 'lock_copies'


class Wrong(Exception):
    """A derivation's result changed with rows that hold no locked value."""


class Reader:
    """A row of tview_locks: what is locked of `edge_source` when `source` changes."""

    def __init__(self, source, edge_source, columns, query):
        self.source, self.edge_source, self.columns, self.query = source, edge_source, columns, query


class Locks:
    """The sources of one TVIEW with their derivations and readers."""

    def __init__(self, cursor, schema, tview):
        self.schema = schema
        cursor.execute('SELECT source::oid, relname, strategy, query FROM tview_explain(%s::regclass)'
                       ' JOIN pg_class ON oid = source', (tview,))
        rows = cursor.fetchall()
        self.names = {oid: name for oid, name, _, _ in rows}
        keyed = [row for row in rows if row[2] not in ('full', 'ignore')]  # the others exclude all, or do not matter
        self.free = [oid for oid, _, _, _ in keyed]
        self.derivations = {oid: self.on_copies(text) for oid, _, _, text in keyed if text}
        cursor.execute('SELECT source::oid, edge_source::oid, edge_columns, query FROM tview_locks(%s::regclass)', (tview,))
        self.readers = [Reader(s, e, c, q and self.on_copies(q)) for s, e, c, q in cursor.fetchall()]

    def on_copies(self, text):
        for name in self.names.values():
            quoted = name if re.fullmatch('[a-z_][a-z0-9_]*', name) else quote(name)
            text = re.sub(r'(ONLY )?\b%s\.%s(?![\w"])' % (self.schema, re.escape(quoted)), '%s.%s' % (COPIES, quoted), text)
        return text

    def of(self, source):
        return [reader for reader in self.readers if reader.source == source]


class Check:
    """One attempt with one source of a TVIEW. Runs in a transaction that is rolled back."""

    def __init__(self, rng, cursor, locks, source, rows_of):
        self.rng, self.cursor, self.locks, self.source, self.rows_of = rng, cursor, locks, source, rows_of

    def copy(self, oid):
        return '%s.%s' % (COPIES, quote(self.locks.names[oid]))

    def run(self, with_locks):
        """Returns (rows derived, rows changed, did the result change)."""
        self.copy_sources()
        self.choose_changed()
        conditions = self.conditions(with_locks)
        before = self.results(with_locks)
        changed = sum(self.change(oid, conditions.get(oid, [])) for oid in self.locks.free)
        after = self.results(with_locks)
        if with_locks and before != after:
            raise Wrong('%s: %s became %s' % (self.locks.names[self.source], before, after))
        return len(before[0]), changed, before != after

    def copy_sources(self):
        self.cursor.execute('CREATE SCHEMA %s' % COPIES)
        for oid, name in self.locks.names.items():
            self.cursor.execute('CREATE TABLE %s AS TABLE %s.%s' % (self.copy(oid), self.locks.schema, quote(name)))
            self.insert_rows(self.copy(oid), oid, 4)

    def insert_rows(self, target, oid, count):
        for sql in self.rows_of(self.cursor, self.locks.names[oid], self.copy(oid), target, count):
            self.cursor.execute('SAVEPOINT one_row')
            try:
                self.cursor.execute(sql)
            except psycopg2.Error:
                self.cursor.execute('ROLLBACK TO one_row')

    def choose_changed(self):
        """Rows that are there (new images) and rows that are not (old images)."""
        delta = '%s.changed_rows' % COPIES
        source = self.copy(self.source)
        self.cursor.execute('CREATE TABLE %s AS SELECT * FROM %s ORDER BY random() LIMIT %d' % (
            delta, source, self.rng.randint(0, MOST_CHANGED)))
        self.cursor.execute('CREATE TABLE {c}.old_rows (LIKE {s}); '.format(c=COPIES, s=source))
        self.insert_rows('%s.old_rows' % COPIES, self.source, self.rng.randint(0, 2))
        self.cursor.execute('INSERT INTO {c}.changed_rows SELECT * FROM {c}.old_rows'.format(c=COPIES))

    def text(self, query):
        """The query with the changed rows in place; run under the search_path of maintenance."""
        text = query.strip()
        both = 'tv_delta_{0} AS (SELECT * FROM {1}.changed_rows), tv_old_{0} AS (SELECT * FROM {1}.old_rows)'.format(
            self.source, COPIES)
        return 'WITH %s%s' % (both, ', ' + text[5:] if text.startswith('WITH ') else ' ' + text)

    def rows(self, query):
        self.cursor.execute('SET LOCAL search_path = pg_catalog, pg_temp')
        self.cursor.execute('SELECT derived::text FROM (%s) AS derived ORDER BY 1' % self.text(query))
        rows = [row[0] for row in self.cursor.fetchall()]
        self.cursor.execute('SET LOCAL search_path = %s, public' % self.locks.schema)
        return rows

    def results(self, with_locks):
        queries = [self.locks.derivations[self.source]]
        if with_locks:
            queries += [reader.query for reader in self.locks.of(self.source) if reader.query]
        return [self.rows(queries[0])] + [sorted(set(self.rows(query))) for query in queries[1:]]

    def conditions(self, all_readers):
        """For each source, what is true of rows that hold locked values; one reader is left out of account otherwise."""
        result = {}
        readers = self.locks.of(self.source)
        forgotten = None if all_readers or not readers else self.rng.randrange(len(readers))
        for number, reader in enumerate(readers):
            if number == forgotten:
                continue
            condition = 'true'
            if reader.columns:
                table = '%s.values_%d' % (COPIES, number)
                names = ['v%d' % (n + 1) for n in range(len(reader.columns))]
                self.cursor.execute('SET LOCAL search_path = pg_catalog, pg_temp')
                self.cursor.execute('CREATE TABLE %s (%s) AS %s' % (table, ', '.join(names), self.text(reader.query)))
                self.cursor.execute('SET LOCAL search_path = %s, public' % self.locks.schema)
                condition = 'EXISTS (SELECT FROM %s AS looked_up WHERE %s)' % (table, ' AND '.join(
                    'x.%s = looked_up.%s' % (quote(column), name) for column, name in zip(reader.columns, names)))
            result.setdefault(reader.edge_source, []).append(condition)
        return result

    def change(self, oid, locked):
        """Deletes and inserts rows, but none that hold locked values; returns how many."""
        held = ' OR '.join(locked) or 'false'
        table = self.copy(oid)
        self.cursor.execute('DELETE FROM %s AS x WHERE (%s) IS NOT TRUE AND random() < %s' % (
            table, held, self.rng.choice((0.3, 0.7, 1))))
        count = self.cursor.rowcount
        self.cursor.execute('CREATE TABLE %s.fresh_%d (LIKE %s)' % (COPIES, oid, table))
        self.insert_rows('%s.fresh_%d' % (COPIES, oid), oid, self.rng.randint(0, 12))
        self.cursor.execute('INSERT INTO %s SELECT * FROM %s.fresh_%d AS x WHERE (%s) IS NOT TRUE' % (table, COPIES, oid, held))
        return count + self.cursor.rowcount
