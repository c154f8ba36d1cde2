"""Queries along references: rows with the rows they refer to, and with the groups of those that refer to them."""

from . import types
from .documents import Documents
from .scope import Col, Query, Source, bind


class ReferenceShapes:
    """Part of a QueryGenerator."""

    def followed(self, small=False):
        """Rows with columns of the rows they refer to, and of those which these refer to."""
        rng = self.rng
        sql, rels, _ = self.way_up()
        if not rels:
            return self.joined(small)
        shown = self.keys_of(rels[:1]) + [rels[0].column(n) for names, _ in rels[0].table.parents for n in names if rng.random() < 0.5]
        shown += [self.expressions.pick(rels[1:]) for _ in range(rng.randint(1, 3))]
        computed = [self.expressions.value([rng.choice(rels)] if rng.random() < 0.7 else rels, '') for _ in range(rng.randint(0, 2))]
        names = self.names(len(shown) + len(computed))
        columns = [Col(name, c.type, c.fuzzy, c.sql) for name, c in zip(names, shown + computed)]
        where = ''.join(' WHERE ' + condition for condition in self.maybe_where(rels, 0.25))
        return Query('SELECT %s FROM %s%s' % (self.items(columns), sql, where), columns)

    def documents(self):
        return Documents(self).query() or self.followed()

    def named_groups(self, small=False):
        """Groups of rows that refer to the same row, with columns of that row and of those which it refers to."""
        rng = self.rng
        sql, rels, referring = self.way_up()
        if not rels:
            return self.grouped(small)
        owner = rng.choice(rels[1:])
        by_own_key = rng.random() < 0.6
        keys = [owner.column(k) for k in owner.table.key] if by_own_key else referring[owner.alias]
        keys = [Col('', c.type, c.fuzzy or c.type.fuzzy, c.sql) for c in keys]
        others = [r for r in rels[1:] if r is not owner]
        named = [self.expressions.pick([owner] if rng.random() < 0.7 or not others else others) for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.15:
            named.append(self.expressions.pick(rels[:1]))
        named += [c for c in [self.expressions.computed([owner], '')] if rng.random() < 0.4 and 'SELECT' not in c.sql and c.type.family != 'jsonb']
        named = [Col('', c.type, c.fuzzy or (c.type.fuzzy and not c.sql.startswith(owner.alias + '.')), c.sql) for c in named]
        grouping = dict.fromkeys(c.sql for c in keys + [c for c in named if not by_own_key or not c.sql.startswith(owner.alias + '.') or rng.random() < 0.5])
        shown = [c for c in keys if rng.random() < 0.9] + named
        aggregates = [self.expressions.adding_up(rels) if rng.random() < 0.7 else self.expressions.aggregate(rels, '') for _ in range(rng.randint(1, 3))]
        names = self.names(len(shown) + len(aggregates))
        columns = [Col(name, c.type, c.fuzzy, c.sql) for name, c in zip(names, shown + aggregates)]
        where = ''.join(' WHERE ' + condition for condition in self.maybe_where(rels, 0.2))
        sql = 'SELECT %s FROM %s%s GROUP BY %s' % (self.items(columns), sql, where, ', '.join('(%s)' % key for key in grouping))
        return Query(sql + self.having(rels, 0.15), columns)

    def way_up(self):
        """Joins along references: the text, the relations, and by alias the columns that refer to the relation."""
        rng = self.rng
        starts = [s for s in self.sources if s.table and s.table.parents]
        if not starts:
            return '', [], {}
        rels = [bind(self.alias(), rng.choice(starts))]
        sql = rels[0].sql
        referring = {}
        for _ in range(rng.choice((1, 1, 2, 3))):
            rel, names, parent = rng.choice([(rel, *way) for rel in rels for way in rel.table.parents])
            rels.append(bind(self.alias(), next(s for s in self.sources if s.table is parent)))
            condition = ' AND '.join('%s = %s' % (rel.column(n).sql, rels[-1].column(k).sql) for n, k in zip(names, parent.key))
            referring[rels[-1].alias] = [rel.column(n) for n in names]
            if rng.random() < 0.1:
                condition += ' AND ' + self.expressions.simple_condition([rel, rels[-1]])
            form = rng.choice(('{0} JOIN {1} ON {2}', '{0} LEFT JOIN {1} ON {2}', '{0} LEFT JOIN {1} ON {2}', '{1} RIGHT JOIN ({0}) ON {2}'))
            sql = form.format(sql, rels[-1].sql, condition).replace('(%s)' % rels[0].sql, rels[0].sql)
        return sql, rels, referring

    def beside_groups(self, small=False):
        """Rows with the group of the rows that refer to them beside them."""
        rng = self.rng
        pairs = [(s, names, parent) for s in self.sources if s.table for names, parent in s.table.parents]
        if not pairs:
            return self.grouped(small)
        source, names, parent = rng.choice(pairs)
        rel, row = bind(self.alias(), source), bind(self.alias(), next(s for s in self.sources if s.table is parent))
        keys = [Col('g%d' % n, rel.column(name).type, False, rel.column(name).sql) for n, name in enumerate(names)]
        aggregates = [Col('', types.BIGINT, False, 'count(*)')] if rng.random() < 0.8 else []
        aggregates += [self.expressions.adding_up([rel]) for _ in range(rng.randint(1, 3))]
        aggregates = [Col('a%d' % n, c.type, c.fuzzy, c.sql) for n, c in enumerate(aggregates)]
        where = ''.join(' WHERE ' + self.expressions.simple_condition([rel]) for _ in range(rng.random() < 0.2))
        inner = 'SELECT %s FROM %s%s GROUP BY %s' % (self.items(keys + aggregates), rel.sql, where, ', '.join(c.sql for c in keys))
        group = bind(self.alias(), Source('', keys + aggregates), '(%s)' % inner)
        condition = ' AND '.join('%s = %s' % (group.column(g.name).sql, row.column(k).sql) for g, k in zip(keys, parent.key))
        correlation = (where + ' AND ' if where else ' WHERE ') + ' AND '.join('%s = %s' % (c.sql, row.column(k).sql) for c, k in zip(keys, parent.key))
        if rng.random() < 0.3:
            inner = 'SELECT %s FROM %s%s' % (self.items(aggregates), rel.sql, correlation)
            group = bind(self.alias(), Source('', aggregates), 'LATERAL (%s)' % inner)
            keys, condition = [], 'true'
        if rng.random() < 0.1:
            condition += ' AND ' + self.expressions.simple_condition([row, group])
        sql = rng.choice(('{0} LEFT JOIN {1} ON {2}',) * 4 + (('{1} RIGHT JOIN {0} ON {2}',) if keys else ()) + ('{0} JOIN {1} ON {2}',)).format(row.sql, group.sql, condition)
        shown = [row.column(k) for k in parent.key] + [self.expressions.pick([row]) for _ in range(rng.randint(0, 2))]
        if rng.random() < 0.2:
            other = self.simple_relation()
            sql = rng.choice(('{0} JOIN {1} ON {2}', '{0} LEFT JOIN {1} ON {2}', '{1} LEFT JOIN ({0}) ON {2}')).format(sql, other.sql, self.expressions.join_condition([row], [other]))
            shown.append(self.expressions.pick([other]))
        for column in group.columns[len(keys):]:
            zero = column.type is types.BIGINT and rng.random() < 0.4
            shown.append(Col('', column.type, column.fuzzy, 'coalesce(%s, 0)' % column.sql if zero else column.sql))
        if rng.random() < 0.25:
            scalars = [Col('', c.type, c.fuzzy, '(SELECT %s FROM %s%s)' % (c.sql, rel.sql, correlation)) for c in aggregates]
            shown, sql, group = [c for c in shown if c.sql.startswith(row.alias + '.')] + scalars, row.sql, row
        elif rng.random() < 0.1:
            shown.append(self.expressions.value([row, group], ''))
        columns = [Col(name, c.type, c.fuzzy, c.sql) for name, c in zip(self.names(len(shown)), shown)]
        conditions = ''.join(' WHERE ' + c for c in self.maybe_where([row, group] if rng.random() < 0.3 else [row], 0.2))
        return Query('SELECT %s FROM %s%s' % (self.items(columns), sql, conditions), columns)
