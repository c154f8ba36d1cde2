"""A round as a list of steps, which can be run again, shortened and printed for psql."""

import json
from dataclasses import dataclass


@dataclass
class Step:
    sql: str
    kind: str  # setup, table, row, trigger, view, tview, dml, tx, prepare
    copy_rows: str = None  # input of COPY … FROM STDIN
    tview: object = None  # TView of a 'tview' step

    def as_psql(self):
        text = self.sql + ';'
        if self.copy_rows is not None:
            text += '\n' + self.copy_rows + '\\.'
        return text


@dataclass
class TView:
    name: str
    query: str
    columns: list  # (name, fuzzy)
    refresh: str  # immediate, deferred or scheduled
    literal: bool  # created by CREATE TVIEW, otherwise by tview_create()
    key: str = None  # the `key` option

    def create_sql(self):
        if self.literal:
            key = ", key = '%s'" % self.key if self.key else ''
            return 'CREATE TVIEW %s WITH (refresh = %s%s) AS %s' % (self.name, self.refresh, key, self.query)
        options = {'refresh': self.refresh, 'key': self.key} if self.key else {'refresh': self.refresh}
        return "SELECT tview_create('%s', $query$%s$query$, $options$%s$options$)" % (
            self.name, self.query, json.dumps(options, ensure_ascii=False))

    def oracle_view(self):
        return 'oracle_' + self.name

    def difference_sql(self):
        """Rows that occur more often in the table (positive) or in the query (negative)."""
        columns = ['%s%s AS %s' % (name, '' if fuzzy else '::text', name) for name, fuzzy in self.columns]
        names = ', '.join(name for name, _ in self.columns)
        return ('SELECT {names}, sum(tview_side) AS tview_surplus FROM (SELECT {columns}, 1 AS tview_side FROM {table}'
                ' UNION ALL SELECT {columns}, -1 FROM {view}) AS both_sides GROUP BY {names} HAVING sum(tview_side) <> 0'
                ).format(names=names, columns=', '.join(columns), table=self.name, view=self.oracle_view())


def as_psql(steps, schema='oracle_case'):
    """The steps as a psql script that shows the first difference of each TVIEW at its end."""
    lines = ['\\set ON_ERROR_STOP off', 'CREATE EXTENSION IF NOT EXISTS citext;', 'CREATE EXTENSION IF NOT EXISTS pg_tviews;',
             'DROP SCHEMA IF EXISTS %s CASCADE;' % schema, 'CREATE SCHEMA %s;' % schema,
             'SET search_path = %s, public;' % schema]
    tviews = []
    for step in steps:
        lines.append(step.as_psql())
        if step.tview:
            tviews.append(step.tview)
            lines.append('CREATE VIEW %s AS %s;' % (step.tview.oracle_view(), step.tview.query))
    for tview in tviews:
        lines.append(tview.difference_sql() + ';')
    return '\n'.join(lines) + '\n'
