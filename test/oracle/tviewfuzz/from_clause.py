"""FROM clauses: joins of every kind over tables, TVIEWs, views, subqueries, VALUES and set-returning functions."""

from . import types
from .schema import quote
from .scope import Col, Rel, Source, bind


class FromClause:
    """A FROM clause being built: its text, and the relations that can be named above it."""

    def __init__(self, generator):
        self.generator = generator
        self.rng = generator.rng
        self.expressions = generator.expressions
        self.rels = []
        self.merged = []  # columns merged by USING, named without a relation
        self.sql = ''
        self.where = []
        self.comma = False  # after `a, b` a JOIN cannot name a

    def build(self, count, plain):
        first = self.relation(plain)
        self.rels, self.sql = [first], first.sql
        for _ in range(count - 1):
            self.add_join(plain)
        return self

    def relation(self, plain):
        roll = self.rng.random()
        if plain or roll < 0.75:
            return self.generator.simple_relation()
        if roll < 0.9:
            query = self.generator.subquery()
            return bind(self.generator.alias(), Source('', query.columns), '(%s)' % query.sql)
        if roll < 0.95:
            return self.values()
        alias = self.generator.alias()
        return Rel(alias, 'generate_series(1, 3) AS %s(n)' % alias, [Col('n', types.INT, False, alias + '.n')])

    def values(self):
        alias = self.generator.alias()
        kinds = (self.rng.choice(types.COMMON), types.INT)
        rows = ', '.join('(%s)' % ', '.join('%s::%s' % (self.rng.choice(kind.pool + ('NULL',)), kind.name) for kind in kinds)
                         for _ in range(self.rng.randint(1, 4)))
        columns = [Col(name, kind, False, '%s.%s' % (alias, name)) for name, kind in zip(('x', 'y'), kinds)]
        return Rel(alias, '(VALUES %s) AS %s(x, y)' % (rows, alias), columns)

    def add_join(self, plain):
        roll = self.rng.random()
        if self.comma:
            right = self.relation(plain)
            self.join(right.sql, [right], [','])
        elif roll < 0.08:
            self.add_lateral()
        elif roll < 0.12:
            self.add_function()
        elif roll < 0.18 and len(self.rels) == 1:
            self.add_merging(plain)
        elif roll < 0.26:
            self.add_nested(plain)
        else:
            self.add_plain(plain)

    def join(self, right_sql, rights, kinds):
        kind = self.rng.choice(kinds)
        if kind == 'CROSS':
            self.sql += ' CROSS JOIN ' + right_sql
        elif kind == ',' and (self.comma or len(self.rels) == 1):
            self.comma = True
            self.where.append(self.expressions.join_condition(self.rels, rights))
            self.sql += ', ' + right_sql
        else:
            kind = 'INNER' if kind == ',' else kind
            condition = self.expressions.join_condition(self.rels, rights, hashable=kind == 'FULL')
            if kind == 'FULL' and condition == 'true':
                kind = 'LEFT'
            self.sql += ' %s JOIN %s ON %s' % (kind, right_sql, condition)
        self.rels = self.rels + rights

    def add_plain(self, plain):
        right = self.relation(plain)
        self.join(right.sql, [right], ['INNER'] * 9 + ['LEFT'] * 7 + ['RIGHT', 'FULL', 'FULL', 'CROSS', ','])

    def add_nested(self, plain):
        inner = FromClause(self.generator).build(1, plain)
        inner.add_plain(True)
        if inner.where:
            return self.add_plain(plain)
        self.join('(%s)' % inner.sql, inner.rels, ['INNER', 'LEFT', 'LEFT', 'FULL'])

    def add_merging(self, plain):
        """USING or NATURAL JOIN over columns of the same name."""
        left, right = self.rels[0], self.relation(plain)
        names = [c.name for c in left.columns if any(o.name == c.name for o in right.columns)]
        same = [n for n in names if left.column(n).type is right.column(n).type]
        if not same or left.alias == right.alias:
            return self.join(right.sql, [right], ['INNER', 'LEFT'])
        kind = self.rng.choice(('INNER', 'LEFT', 'RIGHT', 'FULL'))
        if len(same) == len(names) and self.rng.random() < 0.5:
            self.sql += ' NATURAL %s JOIN %s' % (kind, right.sql)
        else:
            same = self.rng.sample(same, 1)
            self.sql += ' %s JOIN %s USING (%s)' % (kind, right.sql, quote(same[0]))
        fuzzy = lambda name: left.column(name).fuzzy or right.column(name).fuzzy
        self.merged = [Col(n, left.column(n).type, fuzzy(n) or (kind != 'LEFT' and left.column(n).type.fuzzy), quote(n))
                       for n in same]
        self.rels = self.rels + [right]

    def add_lateral(self):
        query = self.generator.subqueries.lateral(self.rels)
        alias = self.generator.alias()
        self.sql += self.rng.choice((' CROSS JOIN LATERAL (%s) AS %s', ' LEFT JOIN LATERAL (%s) AS %s ON true')) % (
            query.sql, alias)
        self.rels = self.rels + [bind(alias, Source('', query.columns))]

    def add_function(self):
        alias = self.generator.alias()
        array = self.expressions.pick(self.rels, lambda c: c.type.element)
        number = self.expressions.pick(self.rels, lambda c: c.type is types.INT)
        if array:
            call, kind = 'unnest(%s)' % array.sql, array.type.element
        elif number:
            call, kind = 'generate_series(1, least(coalesce(%s, 0), 3))' % number.sql, types.INT
        else:
            call, kind = 'generate_series(1, 2)', types.INT
        self.sql += self.rng.choice((' CROSS JOIN LATERAL %s AS %s(n)', ' LEFT JOIN LATERAL %s AS %s(n) ON true')) % (
            call, alias)
        self.rels = self.rels + [Rel(alias, '', [Col('n', kind, False, alias + '.n')])]

    def named(self):
        """Relations for expressions above: those joined, and merged columns as one more."""
        if self.merged and len(self.rels) == 2:
            return self.rels + [Rel('', '', self.merged)]
        return self.rels

    def tail(self, more=()):
        where = self.where + list(more)
        return 'FROM %s%s' % (self.sql, ' WHERE ' + ' AND '.join(where) if where else '')
