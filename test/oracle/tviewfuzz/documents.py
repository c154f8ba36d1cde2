"""Queries whose rows are documents: objects and arrays in each other, of values of the row, of the rows it refers to, and
of arrays made of the rows that refer to it."""

from . import types
from .scope import Col, Query, bind, total_order


class Documents:
    def __init__(self, generator):
        self.generator = generator
        self.rng = generator.rng
        self.expressions = generator.expressions

    def query(self):
        """None: no table refers to another."""
        rng = self.rng
        starts = [s for s in self.generator.sources if s.table and s.key and s.table.unique_rows]
        referring = [s for s in starts if s.table.parents]
        if not starts:
            return None
        rels = [self.bind(rng.choice(referring if referring and rng.random() < 0.7 else starts))]
        sql = self.join_parents(rels)
        elements = self.children(rels[0])
        grouped = bool(elements) and rng.random() < 0.6
        aggregates = []
        if grouped:
            child, condition = rng.choice(elements)
            sql += ' %s JOIN %s ON %s' % (rng.choice(('LEFT', 'LEFT', 'INNER')), child.sql, condition)
            aggregates = [self.array(child) for _ in range(rng.randint(1, 2))]
        where = ' WHERE ' + self.expressions.simple_condition(rels) if rng.random() < 0.25 else ''
        columns = self.output(rels, aggregates)
        sql = 'SELECT %s FROM %s%s' % (self.generator.items(columns), sql, where)
        if grouped:
            keys = [c.sql for rel in rels for c in map(rel.column, rel.key)] + [c.sql for c in self.bare if c]
            sql += ' GROUP BY ' + ', '.join(dict.fromkeys(keys))
        return Query(sql, columns)

    def bind(self, source):
        return bind(self.generator.alias(), source)

    def join_parents(self, rels):
        rng = self.rng
        sql = rels[0].sql
        for _ in range(rng.choice((0, 1, 1, 2))):
            ways = [(rel, *way) for rel in rels for way in rel.table.parents]
            if not ways:
                break
            rel, names, parent = rng.choice(ways)
            rels.append(self.bind(next(s for s in self.generator.sources if s.table is parent)))
            condition = ' AND '.join('%s = %s' % (rel.column(n).sql, rels[-1].column(k).sql) for n, k in zip(names, parent.key))
            sql = '%s %s JOIN %s ON %s' % (sql, rng.choice(('INNER', 'LEFT', 'LEFT')), rels[-1].sql, condition)
        return sql

    def children(self, rel):
        """Relations whose rows refer to those of `rel`, with the condition of the join."""
        found = []
        for source in self.generator.sources:
            for names, parent in source.table.parents if source.table else ():
                if parent is rel.table:
                    child = self.bind(source)
                    pairs = ['%s = %s' % (child.column(n).sql, rel.column(k).sql) for n, k in zip(names, parent.key)]
                    found.append((child, ' AND '.join(pairs)))
        return found

    def leaf(self, rels):
        col = self.expressions.pick(rels, lambda c: not c.fuzzy and c.type is not types.BYTEA)
        if col is None:
            return '1'
        if self.rng.random() < 0.15:
            return 'coalesce(%s::text, %s)' % (col.sql, "'-'")
        if self.rng.random() < 0.1 and len(rels) > 1:
            other = self.expressions.pick(rels, lambda c: not c.fuzzy and c.type is not types.BYTEA)
            return "concat(%s::text, '+', %s::text)" % (col.sql, other.sql)
        return col.sql

    def node(self, rels, aggregates, depth=0):
        rng = self.rng
        values = []
        for _ in range(rng.randint(1, 4)):
            if aggregates and rng.random() < 0.4:
                values.append(aggregates.pop())
            elif depth < 3 and rng.random() < 0.3:
                values.append(self.node(rels if rng.random() < 0.5 else [rng.choice(rels)], aggregates, depth + 1))
            else:
                values.append(self.leaf(rels if rng.random() < 0.3 else [rng.choice(rels)]))
        if rng.random() < 0.15:
            return 'jsonb_build_array(%s)' % ', '.join(values)
        names = rng.sample(('a', 'b', 'title', 'x y', "it''s", 'ü', 'longer name', ''), len(values))
        if rng.random() < 0.05:
            names[0] = names[-1]
        return 'jsonb_build_object(%s)' % ', '.join("'%s', %s" % pair for pair in zip(names, values))

    def array(self, child):
        order = ', '.join(o + self.rng.choice(('', '', '', ' DESC')) for o in total_order([child]))
        condition = '%s IS NOT NULL' % (child.column(child.key[0]) if child.key else child.columns[0]).sql
        filtered = ' FILTER (WHERE %s)' % condition if self.rng.random() < 0.7 else ''
        element = self.node([child], [])
        if child.key and self.rng.random() < 0.6:
            numbers = ', '.join("'%s', %s" % (name, child.column(name).sql) for name in child.key)
            element = "jsonb_build_object(%s, 'rest', %s)" % (numbers, element)
        call = 'jsonb_agg(%s ORDER BY %s)%s' % (element, order, filtered)
        return "coalesce(%s, '[]'::jsonb)" % call if self.rng.random() < 0.7 else call

    def output(self, rels, aggregates):
        """The key, now and then a plain column beside it, and one or two documents."""
        rng = self.rng
        grouped = bool(aggregates)
        shown = [rels[0].column(name) for name in rels[0].key]
        self.bare = []
        if rng.random() < 0.4:
            self.bare = [self.expressions.pick(rels, lambda c: not c.fuzzy and c.type.pool and (not grouped or not c.type.fuzzy))]
            shown += [c for c in self.bare if c]
        documents = []
        for _ in range(rng.choice((1, 1, 2))):
            made = self.node(rels, aggregates)
            documents.append(Col('', types.JSONB, False, made))
        documents += [Col('', types.JSONB, False, a) for a in aggregates]
        aggregates.clear()
        names = self.generator.names(len(shown) + len(documents))
        return [Col(name, c.type, c.fuzzy, c.sql) for name, c in zip(names, shown + documents)]
