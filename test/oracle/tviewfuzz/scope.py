"""What a query can name: relations with columns, and the expressions and conditions over them."""

from dataclasses import dataclass, field

from . import types
from .schema import quote

MIXED_FAMILIES = {'number': 'float', 'float': 'number', 'text': 'citext', 'citext': 'text'}
COMPARABLE_FAMILIES = ('number', 'float', 'text', 'citext', 'time', 'date', 'mood', 'interval', 'uuid', 'bpchar', 'folded', 'range')


@dataclass
class Col:
    name: str
    type: types.Type
    fuzzy: bool = False  # which of several equal values it shows depends on the plan
    sql: str = ''


@dataclass
class Source:
    """Something FROM can name: a table, TVIEW, plain view or common table expression."""
    sql: str
    columns: list  # of Col
    key: list = field(default_factory=list)
    table: object = None


@dataclass
class Rel:
    """A source under an alias."""
    alias: str
    sql: str
    columns: list
    key: list = field(default_factory=list)
    table: object = None

    def column(self, name):
        return next(c for c in self.columns if c.name == name)


@dataclass
class Query:
    sql: str
    columns: list  # of Col


def bind(alias, source, sql=None):
    columns = [Col(c.name, c.type, c.fuzzy, '%s.%s' % (alias, quote(c.name))) for c in source.columns]
    return Rel(alias, '%s AS %s' % (sql or source.sql, alias), columns, source.key, source.table)


def from_table(table):
    key = table.key if table.unique_rows else []
    return Source(table.sql, [Col(c.name, c.type) for c in table.columns], key, table)


def all_columns(rels):
    return [c for rel in rels for c in rel.columns]


def total_order(rels):
    """Expressions that order the rows of `rels` down to identical ones."""
    order = []
    for rel in rels:
        for col in [rel.column(name) for name in rel.key] or rel.columns:
            order.append(col.sql)
            if col.type.fuzzy and not col.fuzzy:
                order.append(col.sql + '::text COLLATE "C"')
    return order


def comparable(left, right):
    a, b = left.type.family, right.type.family
    return a == b or MIXED_FAMILIES.get(a) == b


class Expressions:
    def __init__(self, rng, subqueries):
        self.rng = rng
        self.subqueries = subqueries  # gives correlated subqueries as conditions and scalars

    def pick(self, rels, test=lambda col: True):
        columns = [c for c in all_columns(rels) if test(c)]
        return self.rng.choice(columns) if columns else None

    def literal(self, kind):
        return self.rng.choice(kind.pool) if kind.pool else 'NULL'

    # -- conditions

    def condition(self, rels, depth=0):
        roll = self.rng.random()
        if depth < 2 and roll < 0.12:
            operator = self.rng.choice(('AND', 'OR'))
            return '(%s %s %s)' % (self.condition(rels, depth + 1), operator, self.condition(rels, depth + 1))
        if depth < 2 and roll < 0.17:
            return 'NOT (%s)' % self.condition(rels, depth + 1)
        if depth < 2 and roll < 0.35:
            return self.subqueries.condition(rels)
        return self.simple_condition(rels)

    def simple_condition(self, rels):
        col = self.pick(rels, lambda c: c.type.pool)
        if col is None:
            return 'true'
        forms = ['{c} = {l}', '{c} IS NULL', '{c} IS NOT NULL', '{c} IS DISTINCT FROM {l}', '{c} IN ({l}, {m})',
                 '{c} NOT IN ({l}, {m})', 'coalesce({c}, {l}) = {m}', '({c} = {l}) IS NOT TRUE', '{c} <> {l}',
                 '{c} = ANY (ARRAY[{l}, {m}])', 'nullif({c}, {l}) IS NULL', 'CASE {c} WHEN {l} THEN false ELSE true END']
        if col.type.family in COMPARABLE_FAMILIES:
            forms += ['{c} < {l}', '{c} >= {l}', '{c} BETWEEN {l} AND {m}', '{c} <= ALL (ARRAY[{l}, {m}])'] * 2
        if col.type.element:
            forms = ['{c} = {l}', '{c} IS NULL', '{c} <> {l}', 'cardinality({c}) > 1']
        elif col.type.family == 'jsonb':
            forms = ["{c} ? 'a'", "{c} ->> 'a' = '1'", "{c} @> '[1]'", "jsonb_typeof({c}) = 'object'"]
        elif col.type is types.BOOL:
            forms = ['{c}', 'NOT {c}', '{c} IS NOT TRUE']
        other = self.pick(rels, lambda c: c is not col and comparable(c, col))
        if other is not None and self.rng.random() < 0.3:
            forms = ['{c} = {o}', '{c} IS NOT DISTINCT FROM {o}', '{c} <> {o}']
        literal = lambda: '%s::%s' % (self.literal(col.type), col.type.name)
        return self.rng.choice(forms).format(c=col.sql, l=literal(), m=literal(), o=other.sql if other else '')

    def join_condition(self, lefts, rights, hashable=False):
        """A condition between two groups of relations."""
        keys = self.foreign_key_condition(lefts, rights)
        if keys and self.rng.random() < 0.6:
            condition = keys
        else:
            condition = self.column_condition(lefts, rights, hashable)
        if not hashable and self.rng.random() < 0.15:
            condition += ' AND ' + self.condition(lefts + rights, 1)
        return condition

    def foreign_key_condition(self, lefts, rights):
        found = []
        for one, many in [(a, b) for a in lefts for b in rights] + [(b, a) for a in lefts for b in rights]:
            for names, parent in many.table.parents if many.table else ():
                if one.table is parent:
                    pairs = ['%s = %s' % (many.column(n).sql, one.column(k).sql) for n, k in zip(names, parent.key)]
                    found.append(' AND '.join(pairs))
        return self.rng.choice(found) if found else None

    def column_condition(self, lefts, rights, hashable):
        pairs = [(a, b) for a in all_columns(lefts) for b in all_columns(rights) if comparable(a, b)]
        pairs += [p for p in pairs if p[0].name == p[1].name] * 3
        if not pairs:
            return 'true'
        a, b = self.rng.choice(pairs)
        if self.rng.random() < 0.5:
            a, b = b, a
        forms = ['{a} = {b}'] * 6
        if not hashable:
            forms += ['{a} IS NOT DISTINCT FROM {b}', '{a} = {b} AND {a} IS NOT NULL', '{a} < {b}']
            if a.type.family == b.type.family and a.type is b.type:
                forms += ['coalesce({a}, {l}) = coalesce({b}, {l})', '{a} BETWEEN {b} AND {l}']
            if a.type.family == b.type.family == 'number' and not a.fuzzy and not b.fuzzy:
                forms += ['{a} + 1 = {b}', '{a} BETWEEN {b} - 1 AND {b} + 1']
        literal = '%s::%s' % (self.literal(a.type), a.type.name)
        return self.rng.choice(forms).format(a=a.sql, b=b.sql, l=literal)

    # -- values

    def value(self, rels, name):
        """A column of the output: mostly a plain one."""
        col = self.pick(rels)
        if col is None or self.rng.random() < 0.65:
            return Col(name, col.type, col.fuzzy, col.sql) if col else Col(name, types.INT, False, '1')
        return self.computed(rels, name)

    def computed(self, rels, name):
        roll = self.rng.random()
        if roll < 0.2:
            return Col(name, types.DOCUMENT, False, self.document(rels))
        if roll < 0.35:
            return self.subqueries.scalar(rels, name)
        if roll < 0.45:
            return Col(name, types.BOOL, False, '(%s)' % self.condition(rels, 1))
        if roll < 0.55:
            return Col(name, types.TEXT, False, "CASE WHEN %s THEN 'yes' ELSE 'no' END" % self.condition(rels, 1))
        col = self.pick(rels, lambda c: not c.fuzzy and c.type.pool)
        if col is None:
            return Col(name, types.INT, False, '7')
        if col.type in (types.INT, types.SMALL):
            form = self.rng.choice(('{c} + 1', '{c} * 2', 'coalesce({c}, -9)', 'twice({c})', '-{c}', '{c} % 2'))
            return Col(name, types.INT, False, '(%s)' % form.format(c=col.sql))
        if col.type.family in ('text', 'citext'):
            form = self.rng.choice(('upper({c})', "{c} || '!'", "coalesce({c}::text, '-')", '{c}::text', 'left({c}, 1)'))
            return Col(name, types.TEXT, False, '(%s)' % form.format(c=col.sql))
        fallback = 'coalesce(%s, %s::%s)' % (col.sql, self.literal(col.type), col.type.name)
        return Col(name, col.type, False, fallback)

    def document(self, rels):
        exact = [c for c in all_columns(rels) if not c.fuzzy and c.type is not types.BYTEA]
        if not exact:
            return "'{}'::jsonb"
        whole = [r for r in rels if r.alias and r.sql and len(r.columns) == len([c for c in r.columns if not c.fuzzy])]
        if whole and self.rng.random() < 0.25:
            return 'to_jsonb(%s)' % self.rng.choice(whole).alias
        columns = self.rng.sample(exact, min(len(exact), self.rng.randint(1, 3)))
        return 'jsonb_build_object(%s)' % ', '.join("'%s', %s" % (c.name, c.sql) for c in columns)

    # -- aggregates

    def aggregate(self, rels, name):
        col = self.aggregate_call(rels, name)
        if col.sql.endswith(')') and self.rng.random() < 0.15:
            col.sql += ' FILTER (WHERE %s)' % self.simple_condition(rels)
        return col

    def adding_up(self, rels):
        """An aggregate that delta knows, its inputs often shared with others: an average needs its sum and count."""
        rng = self.rng
        any_col = self.pick(rels)
        options = [('count(%s)' % any_col.sql, types.BIGINT, False)]
        number = self.pick(rels, lambda c: c.type.family == 'number')
        if number:
            narrow = number.type in (types.INT, types.SMALL)
            argument = rng.choice(('%s', '%s', '%s', '%s * 2', '%s + 0.125', 'coalesce(%s, 0)')) % number.sql
            plain = argument == number.sql
            kind = types.BIGINT if narrow and '0.125' not in argument else types.NUMERIC
            options += [('sum(%s)' % argument, kind, False)] * 4
            options += [('avg(%s)' % argument, types.NUMERIC, False), ('count(%s)' % argument, types.BIGINT, False)]
            options += [('coalesce(sum(%s), 0)' % argument, kind, False)] * 2
            if narrow and plain:
                options += [('bit_%s(%s)' % (rng.choice(('and', 'or')), argument), number.type, False)]
            if plain:
                kind = types.INT if number.type is types.SMALL else number.type
                options += [('%s(%s)' % (name, argument), kind, number.type.fuzzy) for name in ('min', 'max')]
        sortable = self.pick(rels, lambda c: c.type.family in ('text', 'time', 'date', 'mood') and c.type.has_minmax)
        if sortable:
            kind = types.TEXT if sortable.type in (types.VARCHAR, types.LABEL) else sortable.type
            options += [('%s(%s)' % (name, sortable.sql), kind, sortable.fuzzy) for name in ('min', 'max')]
        options += [('%s(%s)' % (rng.choice(('bool_and', 'bool_or', 'every')), self.simple_condition(rels)), types.BOOL, False)] * 2
        sql, kind, fuzzy = rng.choice(options)
        if rng.random() < 0.15 and not sql.startswith('coalesce(sum'):
            sql += ' FILTER (WHERE %s)' % self.simple_condition(rels)
        return Col('', kind, fuzzy, sql)

    def computing(self, columns):
        """An expression over aggregates, most of them columns of the output too."""
        rng = self.rng
        one = rng.choice(columns)
        number = [c for c in columns if c.type in (types.BIGINT, types.INT, types.NUMERIC) and not c.fuzzy]
        options = [('jsonb_build_object(%s)' % ', '.join("'%d', %s" % (n, c.sql) for n, c in enumerate(columns[:4])), types.JSONB),
                   ('%s IS NULL' % one.sql, types.BOOL)]
        if number:
            other = rng.choice(number)
            options += [('round(%s / (count(*) + 1.0), 3)' % other.sql, types.NUMERIC),
                        ('coalesce(%s + 1, 0) * 2' % other.sql, other.type if other.type is not types.INT else types.INT),
                        ('count(*) > 2 AND %s > 3' % other.sql, types.BOOL),
                        ("jsonb_build_object('n', count(*), 'in', jsonb_build_object('v', %s))" % other.sql, types.JSONB)]
        sql, kind = rng.choice(options)
        return Col('', kind, True, sql)

    def aggregate_call(self, rels, name):
        rng = self.rng
        order = ', '.join(total_order(rels))
        any_col = self.pick(rels)
        number = self.pick(rels, lambda c: c.type.family == 'number' and not c.fuzzy)
        exact = self.pick(rels, lambda c: not c.fuzzy and c.type.pool and not c.type.element)
        sortable = self.pick(rels, lambda c: c.type.family in COMPARABLE_FAMILIES and c.type.has_minmax)
        options = [Col(name, types.BIGINT, False, 'count(*)')]
        if any_col:
            options.append(Col(name, types.BIGINT, False, 'count(%s%s)' % (rng.choice(('', 'DISTINCT ')), any_col.sql)))
        if number:
            options += self.number_aggregates(number, name)
        if sortable:
            function = rng.choice(('min(%s)', 'max(%s)', 'percentile_disc(0.5) WITHIN GROUP (ORDER BY %s)',
                                   'mode() WITHIN GROUP (ORDER BY %s)', 'max(%s)'))
            kind = sortable.type if sortable.type is not types.VARCHAR else types.TEXT
            kind = types.INT if kind is types.SMALL else kind
            options += [Col(name, kind, kind.fuzzy, function % sortable.sql)] * 2
        if exact:
            text = "coalesce(%s::text, '~')" % exact.sql
            options += [Col(name, types.TEXT, False, "string_agg(%s, ',' ORDER BY %s)" % (text, order)),
                        Col(name, types.TEXTS, False, 'array_agg(%s::text ORDER BY %s)' % (exact.sql, order)),
                        Col(name, types.JSONB, False, 'jsonb_agg(%s::text ORDER BY %s)' % (exact.sql, order)),
                        Col(name, types.TEXT, False, "string_agg(DISTINCT %s::text, ',')" % exact.sql),
                        Col(name, types.BOOL, False, 'bool_or(%s IS NULL)' % exact.sql),
                        Col(name, types.DOCUMENT, False, "jsonb_agg(%s ORDER BY %s)" % (self.document(rels), order))]
        return rng.choice(options)

    def number_aggregates(self, number, name):
        function = self.rng.choice(('sum(%s)', 'sum(%s)', 'avg(%s)', 'sum(DISTINCT %s)', 'var_pop(%s)'))
        if number.type in (types.INT, types.SMALL) and function.startswith('sum'):
            result = types.BIGINT
        else:
            result = types.NUMERIC
        fuzzy = result is types.NUMERIC and 'DISTINCT' in function and number.type.fuzzy
        options = [Col(name, result, fuzzy, function % number.sql)] * 3
        options.append(Col(name, types.NUMERIC if result is types.NUMERIC else types.BIGINT, False,
                           'sum(CASE WHEN %s IS NOT NULL THEN %s ELSE 1 END)' % (number.sql, number.sql)))
        if number.type is types.INT:
            options.append(Col(name, types.INT, False, 'bits(%s)' % number.sql))
            options.append(Col(name, types.FLOAT, False, 'sum(%s::float8)' % number.sql))
        return options
