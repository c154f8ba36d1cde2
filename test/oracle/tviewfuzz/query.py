"""Generates the defining queries of TVIEWs over the whole grammar; each is deterministic up to row order."""

from . import types
from .from_clause import FromClause
from .references import ReferenceShapes
from .schema import ODD_NAMES, quote
from .scope import Col, Expressions, Query, Source, all_columns, bind, total_order
from .subqueries import Subqueries

SHAPES = (('joined', 26), ('followed', 8), ('documents', 10), ('named_groups', 8), ('beside_groups', 6), ('grouped', 18), ('added_up', 8), ('grouping_sets', 4), ('distinct', 4), ('distinct_on', 5), ('window', 8),
          ('set_operation', 8), ('with_query', 6), ('recursive', 3), ('limited', 2), ('regrouped', 1), ('winner', 1),
          ('constant', 1), ('select_function', 2), ('filtered_subquery', 3))


def is_numbering(call):
    """Does the window function tell identical rows apart?"""
    return call.startswith(('row_number', 'lag')) or 'ROWS' in call


class QueryGenerator(ReferenceShapes):
    def __init__(self, rng, sources):
        self.rng = rng
        self.sources = sources  # grows as TVIEWs and views are created
        self.subqueries = Subqueries(rng, self)
        self.expressions = Expressions(rng, self.subqueries)
        self.aliases = 0

    def generate(self, shape=None):
        self.aliases = 0
        names, weights = zip(*SHAPES)
        return getattr(self, shape or self.rng.choices(names, weights)[0])()

    # -- pieces

    def alias(self):
        self.aliases += 1
        return 'r%d' % self.aliases

    def simple_relation(self):
        return bind(self.alias(), self.rng.choice(self.sources))

    def subquery(self):
        return self.rng.choice((self.grouped, self.distinct, self.joined, self.limited, self.distinct_on))(small=True)

    def from_clause(self, small=False, least=1):
        plain = self.rng.random() < 0.75
        most = 2 if small else 4
        return FromClause(self).build(max(least, self.rng.choice((1, 2, 2, 3, most))), plain)

    def names(self, count):
        odd = self.rng.sample(ODD_NAMES, 2) if self.rng.random() < 0.2 else []
        pool = ['c%d' % n for n in range(1, count + 1)]
        for n, name in enumerate(odd[:count]):
            pool[n] = name
        return pool

    def items(self, columns):
        return ', '.join('%s AS %s' % (c.sql, quote(c.name)) for c in columns)

    def maybe_where(self, rels, chance=0.45):
        return [self.expressions.condition(rels)] if self.rng.random() < chance else []

    def keys_of(self, rels):
        """The columns that identify the rows of one or more of the relations, as a TVIEW's output usually shows them."""
        chosen = [r for r in rels if r.key and self.rng.random() < 0.7] or [r for r in rels if r.key][:1]
        return [r.column(name) for r in chosen for name in r.key]

    def output(self, rels, with_keys):
        keys = self.keys_of(rels) if with_keys else []
        extra = self.rng.randint(0 if keys else 1, 4)
        names = self.names(len(keys) + extra)
        columns = [Col(name, c.type, c.fuzzy, c.sql) for name, c in zip(names, keys)]
        return columns + [self.expressions.value(rels, name) for name in names[len(keys):]]

    # -- shapes

    def joined(self, small=False):
        source = self.from_clause(small)
        columns = self.output(source.named(), self.rng.random() < 0.92)
        return Query('SELECT %s %s' % (self.items(columns), source.tail(self.maybe_where(source.rels))), columns)

    def group_keys(self, rels):
        keys = []
        for _ in range(self.rng.choice((1, 1, 1, 2, 2, 3))):
            col = self.expressions.computed(rels, '') if self.rng.random() < 0.15 else self.expressions.pick(rels)
            if col and not any(col.sql == k.sql for k in keys):
                if 'SELECT' in col.sql or col.type.family == 'jsonb' and 'jsonb_build' in col.sql:
                    continue
                keys.append(Col(col.name, col.type, col.fuzzy or col.type.fuzzy, col.sql))
        return keys

    def grouped(self, small=False):
        source = self.from_clause(small)
        rels = source.named()
        keys = self.group_keys(rels) if self.rng.random() < 0.94 else []
        shown = keys if self.rng.random() < 0.92 else keys[1:]
        count = self.rng.randint(1, 3)
        names = self.names(len(shown) + count)
        columns = [Col(n, k.type, k.fuzzy, k.sql) for n, k in zip(names, shown)]
        columns += [self.expressions.aggregate(rels, n) for n in names[len(shown):]]
        sql = 'SELECT %s %s' % (self.items(columns), source.tail(self.maybe_where(rels, 0.3)))
        if keys:
            sql += ' GROUP BY ' + ', '.join('(%s)' % k.sql for k in keys)
        return Query(sql + self.having(rels, 0.25), columns)

    def added_up(self, small=False):
        """Groups whose aggregates follow from the changed rows alone, so that the strategy delta serves."""
        rng = self.rng
        source = FromClause(self).build(rng.choice((1, 1, 2, 2, 3)), True)
        rels = source.named()
        keys = [k for k in self.group_keys(rels) if not k.fuzzy and not k.type.element] if rng.random() < 0.9 else []
        aggregates = [self.expressions.adding_up(rels) for _ in range(rng.randint(1, 5))]
        if rng.random() < 0.7:
            aggregates.insert(rng.randint(0, len(aggregates)), Col('', types.BIGINT, False, 'count(*)'))
        if rng.random() < 0.4:
            form = self.expressions.computing(aggregates)
            aggregates = aggregates + [form] if rng.random() < 0.7 else [form]
        names = self.names(len(keys) + len(aggregates))
        columns = [Col(name, c.type, c.fuzzy, c.sql) for name, c in zip(names, keys + aggregates)]
        sql = 'SELECT %s %s' % (self.items(columns), source.tail(self.maybe_where(rels, 0.2)))
        if keys:
            sql += ' GROUP BY ' + ', '.join('(%s)' % k.sql for k in keys)
        hidden = [self.expressions.adding_up(rels) for _ in range(2)]
        known = [c for c in aggregates + hidden if c.type in (types.BIGINT, types.NUMERIC) and 'jsonb' not in c.sql]
        if keys and known and rng.random() < 0.35:
            sql += ' HAVING %s > %d' % (rng.choice(known).sql, rng.randint(0, 4))
        return Query(sql, columns)

    def having(self, rels, chance):
        if self.rng.random() > chance:
            return ''
        number = self.expressions.pick(rels, lambda c: c.type.family == 'number')
        forms = ['count(*) > 1', 'count(*) < 4']
        if number:
            forms += ['sum(%s) > 2' % number.sql, 'max(%s) IS NOT NULL' % number.sql, 'min(%s) < 3' % number.sql]
        extra = self.simple_relation()
        forms.append('count(*) >= (SELECT count(*) / 8 FROM %s)' % extra.sql)
        return ' HAVING ' + self.rng.choice(forms)

    def grouping_sets(self):
        source = self.from_clause(True)
        keys = self.group_keys(source.rels)
        if not keys:
            return self.grouped()
        texts = [k.sql for k in keys]
        form = self.rng.choice(('ROLLUP ({0})', 'CUBE ({0})', 'GROUPING SETS (({0}), ({1}))', 'GROUPING SETS (({0}), ())'))
        names = self.names(len(keys) + 2)
        columns = [Col(n, k.type, k.fuzzy, k.sql) for n, k in zip(names, keys)]
        columns.append(self.expressions.aggregate(source.rels, names[-2]))
        columns.append(Col(names[-1], types.INT, False, 'grouping(%s)' % texts[0]))
        shown = columns if self.rng.random() < 0.8 else columns[1:]
        return Query('SELECT %s %s GROUP BY %s' % (self.items(shown), source.tail(self.maybe_where(source.rels, 0.2)), form.format(
            ', '.join(texts), texts[0])), shown)

    def distinct(self, small=False):
        source = self.from_clause(small)
        columns = [self.expressions.value(source.rels, n) for n in self.names(self.rng.randint(1, 3))]
        for col in columns:
            col.fuzzy = col.fuzzy or col.type.fuzzy
        return Query('SELECT DISTINCT %s %s' % (self.items(columns), source.tail(self.maybe_where(source.rels))), columns)

    def distinct_on(self, small=False):
        source = self.from_clause(small)
        keys = self.group_keys(source.rels)
        if not keys:
            return self.distinct()
        names = self.names(len(keys) + 2)
        exact = [Col(n, k.type, k.fuzzy, k.sql) for n, k in zip(names, keys)]
        columns = exact + [self.expressions.value(source.rels, n) for n in names[len(keys):]]
        order = ['(%s)' % k.sql for k in keys] + [o + self.rng.choice(('', ' DESC')) for o in total_order(source.rels)]
        sql = 'SELECT DISTINCT ON (%s) %s %s ORDER BY %s' % (', '.join('(%s)' % k.sql for k in keys), self.items(columns),
                                                             source.tail(self.maybe_where(source.rels)), ', '.join(order))
        return Query(sql, columns)

    def window(self, small=False):
        source = self.from_clause(small)
        rels = source.rels
        keys = [c for c in self.keys_of(rels)]
        partition = self.expressions.pick(rels)
        count = self.rng.randint(1, 2)
        names = self.names(len(keys) + 1 + count)
        columns = [Col(n, c.type, c.fuzzy, c.sql) for n, c in zip(names, keys + [partition])]
        numbered = []
        for name in names[len(columns):]:
            other = partition if self.rng.random() < 0.85 else self.expressions.pick(rels)
            columns.append(self.window_call(rels, other, name, numbered))
        query = Query('SELECT %s %s' % (self.items(columns), source.tail(self.maybe_where(rels, 0.3))), columns)
        last = columns[-1]
        if self.rng.random() < 0.4 and last.type in (types.BIGINT, types.INT):
            rel = bind(self.alias(), Source('', query.columns), '(%s)' % query.sql)
            sql = 'SELECT %s FROM %s WHERE %s <= 2' % (self.items(rel.columns), rel.sql, rel.columns[-1].sql)
            return Query(sql, rel.columns)
        return query

    def window_call(self, rels, partition, name, numbered):
        rng = self.rng
        total = ', '.join(o + rng.choice(('', '', ' DESC')) for o in total_order(rels))
        number = self.expressions.pick(rels, lambda c: c.type.family == 'number' and not c.fuzzy)
        any_col = self.expressions.pick(rels)
        over = 'PARTITION BY %s ' % partition.sql if rng.random() < 0.93 else ''
        options = [Col(name, types.BIGINT, False, 'row_number() OVER (%sORDER BY %s)' % (over, total)),
                   Col(name, types.BIGINT, False, 'rank() OVER (%sORDER BY %s)' % (over, any_col.sql)),
                   Col(name, types.BIGINT, False, 'dense_rank() OVER (%sORDER BY %s DESC)' % (over, any_col.sql)),
                   Col(name, types.BIGINT, False, 'count(*) OVER (%s)' % over),
                   Col(name, any_col.type, any_col.fuzzy, 'lag(%s) OVER (%sORDER BY %s)' % (any_col.sql, over, total)),
                   Col(name, any_col.type, any_col.fuzzy,
                       'first_value(%s) OVER (%sORDER BY %s)' % (any_col.sql, over, total))]
        if number:
            frame = rng.choice(('', ' ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING',
                                ' ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW', ' GROUPS 1 PRECEDING'))
            result = types.BIGINT if number.type in (types.INT, types.SMALL) else types.NUMERIC
            options += [Col(name, result, False, 'sum(%s) OVER (%sORDER BY %s%s)' % (number.sql, over, total, frame)),
                        Col(name, result, False, 'sum(%s) OVER (%s)' % (number.sql, over)),
                        Col(name, result, False, 'coalesce(sum(%s) OVER (%s), 0) + 1' % (number.sql, over))]
        if any(not rel.key for rel in rels) and any(is_numbering(sql) for sql in numbered):
            # Identical rows are numbered by each window on its own: which pair of numbers one gets is left open.
            options = [o for o in options if not is_numbering(o.sql)]
        choice = rng.choice(options)
        numbered.append(choice.sql)
        return choice

    def select_of(self, kinds, names):
        """A branch of a set operation with columns of the given types."""
        source = self.from_clause(True)
        columns = []
        for name, kind in zip(names, kinds):
            col = self.expressions.pick(source.rels, lambda c: c.type is kind)
            sql = col.sql if col else '%s::%s' % (self.expressions.literal(kind), kind.name)
            columns.append(Col(name, kind, bool(col and col.fuzzy), sql))
        return 'SELECT %s %s' % (self.items(columns), source.tail(self.maybe_where(source.rels))), columns

    def set_operation(self, small=False):
        rng = self.rng
        source = rng.choice(self.sources)
        picked = rng.sample(source.columns, min(len(source.columns), rng.randint(1, 3)))
        kinds = [c.type if c.type.pool else types.INT for c in picked]
        names = self.names(len(kinds))
        sql, columns = self.select_of(kinds, names)
        fuzzy = [c.fuzzy for c in columns]
        operators = ('UNION ALL', 'UNION', 'UNION', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL')
        for _ in range(rng.choice((1, 1, 2))):
            operator = rng.choice(operators)
            other, more = self.select_of(kinds, names)
            sql = '(%s) %s (%s)' % (sql, operator, other)
            fuzzy = [f or c.fuzzy or (operator != 'UNION ALL' and c.type.fuzzy) for f, c in zip(fuzzy, more)]
        return Query(sql, [Col(n, kind, f) for n, kind, f in zip(names, kinds, fuzzy)])

    def with_query(self):
        inner = self.subquery()
        source = Source('shared', inner.columns)
        first, second = bind('w1', source), bind('w2', source)
        hint = self.rng.choice(('', '', 'MATERIALIZED ', 'NOT MATERIALIZED '))
        rels, text = [first], first.sql
        if self.rng.random() < 0.7:
            rels.append(second if self.rng.random() < 0.6 else self.simple_relation())
            text += ' %s JOIN %s ON %s' % (self.rng.choice(('INNER', 'LEFT')), rels[1].sql,
                                           self.expressions.join_condition(rels[:1], rels[1:]))
        columns = self.output(rels, True)
        where = ' WHERE ' + self.expressions.condition(rels) if self.rng.random() < 0.3 else ''
        return Query('WITH shared AS %s(%s) SELECT %s FROM %s%s' % (hint, inner.sql, self.items(columns), text, where), columns)

    def recursive(self):
        trees = [s for s in self.sources if s.table and s.table.tree]
        if not trees:
            return self.joined()
        tree = self.rng.choice(trees)
        name, start = tree.sql, self.rng.choice(('up IS NULL', 'up IS NULL OR id < 4', 'id = 2'))
        if self.rng.random() < 0.5:
            sql = ('WITH RECURSIVE walk AS (SELECT id, up, 0 AS depth, ARRAY[id] AS path FROM {t} WHERE {s} UNION ALL'
                   ' SELECT c.id, c.up, w.depth + 1, w.path || c.id FROM {t} AS c JOIN walk AS w ON c.up = w.id'
                   ' WHERE c.id <> ALL (w.path)) SELECT id, up, depth, path FROM walk').format(t=name, s=start)
            kinds = (('id', types.INT), ('up', types.INT), ('depth', types.INT), ('path', types.INTS))
        else:
            sql = ('WITH RECURSIVE reach AS (SELECT id AS top, id FROM {t} WHERE {s} UNION SELECT r.top, c.id FROM {t} AS c'
                   ' JOIN reach AS r ON c.up = r.id) SELECT top, count(*) AS n, max(id) AS last FROM reach GROUP BY top'
                   ).format(t=name, s=start)
            kinds = (('top', types.INT), ('n', types.BIGINT), ('last', types.INT))
        return Query(sql, [Col(n, kind) for n, kind in kinds])

    def limited(self, small=False):
        source = self.from_clause(True)
        columns = self.output(source.rels, True)
        order = total_order(source.rels)
        lead = self.rng.choice(all_columns(source.rels)).sql
        sql = 'SELECT %s %s ORDER BY %s%s, %s LIMIT %d' % (
            self.items(columns), source.tail(self.maybe_where(source.rels)), lead, self.rng.choice(('', ' DESC')),
            ', '.join(order), self.rng.randint(1, 6))
        return Query(sql + self.rng.choice(('', '', ' OFFSET 2')), columns)

    def regrouped(self):
        inner = self.grouped(small=True)
        rel = bind(self.alias(), Source('', inner.columns), '(%s)' % inner.sql)
        key = rel.columns[-1]
        columns = [Col('bucket', key.type, key.fuzzy or key.type.fuzzy, key.sql), self.expressions.aggregate([rel], 'n')]
        return Query('SELECT %s FROM %s GROUP BY %s' % (self.items(columns), rel.sql, key.sql), columns)

    def winner(self):
        source = Source('totals', self.grouped(small=True).columns)
        inner = self.grouped(small=True)
        source = Source('totals', inner.columns)
        numbers = [c for c in inner.columns if c.type.family in ('number', 'date', 'time')]
        if not numbers:
            return inner
        rel = bind('t', source)
        measure = quote(numbers[-1].name)
        return Query('WITH totals AS (%s) SELECT %s FROM totals AS t WHERE t.%s = (SELECT max(%s) FROM totals)' % (
            inner.sql, self.items(rel.columns), measure, measure), rel.columns)

    def constant(self):
        if self.rng.random() < 0.5:
            return Query('SELECT n AS c1, n * 2 AS c2 FROM generate_series(1, 4) AS g(n)',
                         [Col('c1', types.INT), Col('c2', types.INT)])
        return Query("VALUES (1, 'a'), (2, NULL)", [Col('column1', types.INT), Col('column2', types.TEXT)])

    def select_function(self):
        source = self.from_clause(True)
        columns = self.output(source.rels, True)
        array = self.expressions.pick(source.rels, lambda c: c.type.element)
        call = 'unnest(%s)' % array.sql if array else 'generate_series(1, 2)'
        columns.append(Col('element', array.type.element if array else types.INT, False, call))
        return Query('SELECT %s %s' % (self.items(columns), source.tail(self.maybe_where(source.rels, 0.3))), columns)

    def filtered_subquery(self):
        """A condition over an opaque subquery's output, above it."""
        inner = self.rng.choice((self.grouped, self.window, self.distinct_on, self.set_operation))(small=True)
        rel = bind(self.alias(), Source('', inner.columns), '(%s)' % inner.sql)
        columns = [Col(c.name, c.type, c.fuzzy, c.sql) for c in rel.columns]
        return Query('SELECT %s FROM %s WHERE %s' % (self.items(columns), rel.sql, self.expressions.condition([rel])), columns)
