"""Subqueries as conditions, scalars and FROM items, correlated with the relations around them or not."""

from . import types
from .scope import COMPARABLE_FAMILIES, Col, Query, comparable, total_order


class Subqueries:
    def __init__(self, rng, generator):
        self.rng = rng
        self.generator = generator  # gives relations and expressions

    def inner(self, rels):
        """A relation of its own and the clauses behind FROM, correlated three times out of four."""
        rel = self.generator.simple_relation()
        clauses = []
        if self.rng.random() < 0.75:
            clauses.append(self.generator.expressions.join_condition(rels, [rel]))
        if self.rng.random() < 0.5:
            clauses.append(self.generator.expressions.simple_condition([rel]))
        where = ' WHERE ' + ' AND '.join(clauses) if clauses else ''
        return rel, 'FROM %s%s' % (rel.sql, where)

    def condition(self, rels):
        rel, tail = self.inner(rels)
        rng = self.rng
        roll = rng.random()
        if roll < 0.4:
            return '%sEXISTS (SELECT 1 %s)' % (rng.choice(('', '', 'NOT ')), tail)
        if roll < 0.48:
            return '%sEXISTS (SELECT 1 %s GROUP BY %s HAVING count(*) > 1)' % (
                rng.choice(('', 'NOT ')), tail, rng.choice(rel.columns).sql)
        pairs = [(a, b) for outer in rels for a in outer.columns for b in rel.columns if comparable(a, b)]
        if not pairs:
            return 'EXISTS (SELECT 1 %s)' % tail
        a, b = rng.choice(pairs)
        forms = ['{a} IN (SELECT {b} {t})'] * 3 + ['{a} NOT IN (SELECT {b} {t})', '{a} = ANY (SELECT {b} {t})',
                                                   '{a} <> ALL (SELECT {b} {t})', '({a} IN (SELECT {b} {t})) IS NOT FALSE']
        if a.type.family in COMPARABLE_FAMILIES:
            forms += ['{a} > ALL (SELECT {b} {t})', '{a} <= ANY (SELECT {b} {t})']
            if b.type.has_minmax:
                forms += ['{a} = (SELECT max({b}) {t})', '{a} >= (SELECT min({b}) {t})']
        if len(pairs) > 1 and rng.random() < 0.15:
            c, d = rng.choice(pairs)
            return '({}, {}) {} (SELECT {}, {} {})'.format(a.sql, c.sql, rng.choice(('IN', 'NOT IN')), b.sql, d.sql, tail)
        return rng.choice(forms).format(a=a.sql, b=b.sql, t=tail)

    def scalar(self, rels, name):
        rel, tail = self.inner(rels)
        roll = self.rng.random()
        if roll < 0.15:
            order = ', '.join(total_order([rel]))
            col = self.rng.choice(rel.columns)
            return Col(name, col.type, col.fuzzy, '(SELECT %s %s ORDER BY %s LIMIT 1)' % (col.sql, tail, order))
        if roll < 0.2 and rel.key:
            col = self.rng.choice(rel.columns)
            return Col(name, col.type, col.fuzzy, '(SELECT %s %s)' % (col.sql, tail))  # may fail: more than one row
        if roll < 0.4:
            return Col(name, types.BOOL, False, '(%sEXISTS (SELECT 1 %s))' % (self.rng.choice(('', 'NOT ')), tail))
        inner = self.generator.expressions.aggregate_call([rel], name)
        return Col(name, inner.type, inner.fuzzy, '(SELECT %s %s)' % (inner.sql, tail))

    def lateral(self, rels):
        """A LATERAL subquery: the first rows by an order, or an aggregate."""
        rel, tail = self.inner(rels)
        if self.rng.random() < 0.5:
            columns = [Col('l%d' % n, c.type, c.fuzzy, c.sql) for n, c in enumerate(self.rng.sample(
                rel.columns, min(2, len(rel.columns))))]
            direction = self.rng.choice(('', ' DESC'))
            order = ', '.join(item + direction for item in total_order([rel]))
            tail += ' ORDER BY %s LIMIT %d' % (order, self.rng.randint(1, 2))
        else:
            columns = [self.generator.expressions.aggregate([rel], 'l%d' % n) for n in range(2)]
        items = ', '.join('%s AS %s' % (c.sql, c.name) for c in columns)
        return Query('SELECT %s %s' % (items, tail), columns)
