"""Generates writes: every command that changes tables, several tables in one statement, transactions, savepoints."""

from .schema import quote
from .script import Step

WRITES = (('insert', 14), ('insert_many', 6), ('insert_select', 5), ('upsert', 6), ('upsert_nothing', 3), ('update', 18), ('rename', 6),
          ('update_key', 4), ('swap_keys', 2), ('move_reference', 8), ('update_from', 5), ('delete', 10), ('delete_using', 4),
          ('merge', 6), ('writable_cte', 12), ('truncate', 1), ('copy', 4), ('part_write', 7), ('loop_block', 4),
          ('exception_block', 4), ('function_write', 4), ('no_change', 3), ('refill', 3), ('prepared', 2),
          ('cursor_block', 2), ('commit_block', 3), ('flush_block', 2), ('source_ddl', 4), ('read_tview', 3), ('bulk', 1), ('refresh', 1))


def copy_text(literal):
    """A SQL literal in COPY's text format."""
    if literal == 'NULL':
        return '\\N'
    text = literal.split('::')[0]
    if text.startswith("'"):
        text = text[1:-1].replace("''", "'")
    return text.replace('\\', '\\\\')


class DmlGenerator:
    def __init__(self, rng, schema, tviews):
        self.rng = rng
        self.schema = schema
        self.tviews = tviews  # names
        self.tables = schema.tables
        self.statements = 0

    def generate(self):
        """A list of steps: one statement, now and then with what it needs around it."""
        self.statements += 1
        names, weights = zip(*WRITES)
        made = getattr(self, self.rng.choices(names, weights)[0])()
        return made if isinstance(made, list) else [Step(made, 'dml')]

    # -- pieces

    def table(self, test=lambda table: True):
        found = [t for t in self.tables if test(t)]
        return self.rng.choice(found or self.tables)

    def target(self, table):
        """The table, or one of its partitions or children written directly, or a view on it."""
        if table.parts and self.rng.random() < 0.3:
            return quote(self.rng.choice(table.parts))
        if table.doors and self.rng.random() < 0.3:
            return quote(self.rng.choice(table.doors))
        return table.sql

    def literal(self, column, nulls=0.2):
        return self.schema.literal(column, nulls)

    def assigned(self, table, alias=''):
        """`column = value` for one or two columns that are no key."""
        columns = self.rng.sample(table.plain(), min(len(table.plain()), self.rng.choice((1, 1, 2))))
        return ', '.join('%s = %s' % (c.sql, self.new_value(c, alias)) for c in columns)

    def new_value(self, column, alias=''):
        if column.type.family == 'number' and column.pool is column.type.pool and self.rng.random() < 0.25:
            return '%s%s' % (alias + column.sql, self.rng.choice((' + 1', ' - 1')))
        return self.literal(column)

    def where(self, table, alias=''):
        rng = self.rng
        roll = rng.random()
        prefix = alias + '.' if alias else ''
        if roll < 0.55 and table.key:
            column = table.column(rng.choice(table.key))
            values = ', '.join(rng.sample(column.pool, min(len(column.pool), rng.randint(1, 4))))
            return '%s%s IN (%s)' % (prefix, column.sql, values)
        column = rng.choice(table.columns)
        if roll < 0.85:
            return '%s%s = %s' % (prefix, column.sql, rng.choice(column.pool))
        if roll < 0.95:
            return '%s%s IS NULL' % (prefix, column.sql)
        return 'true'

    def row(self, table):
        return '(%s)' % ', '.join(self.literal(c) for c in table.writable())

    def names(self, table):
        return ', '.join(c.sql for c in table.writable())

    # -- INSERT

    def insert(self, count=1):
        table = self.table()
        rows = ', '.join(self.row(table) for _ in range(count))
        tail = self.rng.choice(('', ' ON CONFLICT DO NOTHING'))
        return 'INSERT INTO %s (%s) VALUES %s%s' % (table.sql, self.names(table), rows, tail)

    def rename(self):
        """Other values in columns by which nothing is joined."""
        table = self.table(lambda t: any(parent is t for child in self.tables for _, parent in child.parents))
        references = {name for names, _ in table.parents for name in names}
        columns = [c for c in table.plain() if c.name not in references] or table.plain()
        chosen = self.rng.sample(columns, min(len(columns), self.rng.choice((1, 1, 2))))
        values = ', '.join('%s = %s' % (c.sql, self.new_value(c)) for c in chosen)
        return 'UPDATE %s SET %s WHERE %s' % (self.target(table), values, self.where(table))

    def insert_many(self):
        return self.insert(self.rng.randint(2, 6))

    def upsert_tail(self, table):
        return ' ON CONFLICT (%s) DO UPDATE SET %s' % (
            ', '.join(map(quote, table.key)), self.assigned(table, table.sql + '.')) if table.key else ' ON CONFLICT DO NOTHING'

    def upsert(self):
        table = self.table(lambda t: t.key)
        rows = ', '.join(self.row(table) for _ in range(self.rng.randint(1, 4)))
        return 'INSERT INTO %s (%s) VALUES %s%s' % (table.sql, self.names(table), rows, self.upsert_tail(table))

    def upsert_nothing(self):
        return self.insert(self.rng.randint(2, 5)).replace(' ON CONFLICT DO NOTHING', '') + ' ON CONFLICT DO NOTHING'

    def insert_select(self):
        """Copies rows of the table, under other keys."""
        table = self.table()
        items = []
        for column in table.writable():
            items.append(self.literal(column) if column.name in table.key or self.rng.random() < 0.3 else column.sql)
        return 'INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s LIMIT %d ON CONFLICT DO NOTHING' % (
            table.sql, self.names(table), ', '.join(items), table.sql, self.where(table), self.rng.randint(1, 5))

    def copy(self):
        table = self.table()
        columns = [c for c in table.writable() if '::' not in c.pool[0] and not c.type.element]
        columns += [c for c in table.writable() if c not in columns and c.not_null]
        lines = []
        for _ in range(self.rng.randint(1, 5)):
            values = [self.literal(c) for c in columns]
            lines.append('\t'.join(copy_text(value) for value in values) + '\n')
        sql = 'COPY %s (%s) FROM STDIN' % (table.sql, ', '.join(c.sql for c in columns))
        return [Step(sql, 'dml', copy_rows=''.join(lines))]

    def refill(self):
        """Keeps tables from running empty."""
        table = self.table()
        rows = ', '.join(self.row(table) for _ in range(10))
        return 'INSERT INTO %s (%s) VALUES %s ON CONFLICT DO NOTHING' % (table.sql, self.names(table), rows)

    def bulk(self):
        """Many rows at once that join with hardly anything, touched again and gone again."""
        table = self.table(lambda t: t.column_of_key('number'))
        key = table.column_of_key('number')
        if key is None:
            return self.refill()
        rest = [c for c in table.writable() if c is not key]
        names = ', '.join(c.sql for c in [key] + rest)
        values = ', '.join(['n'] + [self.literal(c) if c.not_null else 'NULL' for c in rest])
        plain = self.rng.choice(table.plain())
        many = self.rng.choice((40, 40, 150, 150, 400, 1000))
        return [Step('INSERT INTO %s (%s) SELECT %s FROM generate_series(1000, %d) AS n' % (
            table.sql, names, values, 1000 + many), 'dml'),
                Step('UPDATE %s SET %s = %s WHERE %s %% 7 = 0' % (table.sql, plain.sql, self.literal(plain), key.sql), 'dml'),
                Step('DELETE FROM %s WHERE %s >= 1000' % (table.sql, key.sql), 'dml')]

    def refresh(self):
        if not self.tviews:
            return self.update()
        return "SELECT tview_refresh('%s')" % self.rng.choice(self.tviews)

    # -- UPDATE

    def update(self):
        table = self.table()
        only = 'ONLY ' if not table.unique_rows and self.rng.random() < 0.3 else ''
        return 'UPDATE %s%s SET %s WHERE %s' % (only, self.target(table), self.assigned(table), self.where(table))

    def update_key(self):
        table = self.table(lambda t: t.key)
        column = table.column(self.rng.choice(table.key)) if table.key else self.rng.choice(table.columns)
        return 'UPDATE %s SET %s = %s WHERE %s = %s' % (
            table.sql, column.sql, self.rng.choice(column.pool), column.sql, self.rng.choice(column.pool))

    def swap_keys(self):
        table = self.table(lambda t: len(t.key) == 1 and t.column(t.key[0]).type.family == 'number')
        if len(table.key) != 1 or table.column(table.key[0]).type.family != 'number':
            return self.update_key()
        key = quote(table.key[0])
        return [Step('UPDATE %s SET %s = -%s WHERE %s IN (3, 4)' % (table.sql, key, key, key), 'dml'),
                Step('UPDATE %s SET %s = 7 + %s WHERE %s IN (-3, -4)' % (table.sql, key, key, key), 'dml')]

    def move_reference(self):
        table = self.table(lambda t: t.parents or t.tree)
        names = table.parents[0][0] if table.parents else [table.tree[1]] if table.tree else [table.columns[0].name]
        sets = ', '.join('%s = %s' % (quote(n), self.literal(table.column(n))) for n in names)
        return 'UPDATE %s SET %s WHERE %s' % (table.sql, sets, self.where(table))

    def pair(self):
        table = self.table()
        other = self.table()
        pairs = [(a, b) for a in table.columns for b in other.columns if a.type is b.type] or [(table.columns[0], other.columns[0])]
        a, b = self.rng.choice(pairs)
        return table, other, 'x.%s = y.%s' % (a.sql, b.sql)

    def update_from(self):
        table, other, condition = self.pair()
        column = self.rng.choice(table.plain())
        return 'UPDATE %s AS x SET %s = %s FROM %s AS y WHERE %s AND %s' % (
            table.sql, column.sql, self.literal(column), other.sql, condition, self.where(other, 'y'))

    def no_change(self):
        table = self.table()
        column = self.rng.choice(table.plain())
        return 'UPDATE %s SET %s = %s' % (table.sql, column.sql, column.sql)

    # -- DELETE and MERGE

    def delete(self):
        table = self.table()
        return 'DELETE FROM %s WHERE %s' % (self.target(table), self.where(table))

    def delete_using(self):
        table, other, condition = self.pair()
        return 'DELETE FROM %s AS x USING %s AS y WHERE %s AND %s' % (table.sql, other.sql, condition, self.where(other, 'y'))

    def merge(self):
        table = self.table(lambda t: t.key and t.unique_rows)
        if not table.key:
            return self.insert()
        rows = [[self.literal(c) for c in table.writable()] for _ in range(self.rng.randint(1, 4))]
        values = ', '.join('(%s)' % ', '.join('%s::%s' % (v, c.type.name) for v, c in zip(row, table.writable())) for row in rows)
        names = self.names(table)
        match = ' AND '.join('x.%s = y.%s' % (quote(k), quote(k)) for k in table.key)
        matched = self.rng.choice(('DELETE', 'UPDATE SET ' + self.assigned(table, 'x.'), 'DO NOTHING'))
        guard = self.rng.choice(('', ' AND x.%s IS NOT NULL' % quote('k')))
        return ('MERGE INTO {t} AS x USING (VALUES {v}) AS y({n}) ON {m} WHEN MATCHED{g} THEN {a}'
                ' WHEN NOT MATCHED THEN INSERT ({n}) VALUES ({y})').format(
                    t=table.sql, v=values, n=names, m=match, g=guard, a=matched,
                    y=', '.join('y.' + c.sql for c in table.writable()))

    def truncate(self):
        table = self.table()
        steps = [Step('TRUNCATE %s CASCADE' % (table.sql,), 'dml')]
        return steps + [Step(self.refill(), 'dml') for _ in range(4)]

    # -- several tables in one statement

    def simple_write(self):
        return self.rng.choice((self.insert, self.update, self.delete, self.move_reference, self.update, self.insert_many))()

    def writable_cte(self):
        parts = ['w%d AS (%s RETURNING 1)' % (n, self.simple_write()) for n in range(self.rng.randint(1, 3))]
        return 'WITH %s %s' % (', '.join(parts), self.simple_write())

    def part_write(self):
        table = self.table(lambda t: t.parts)
        if not table.parts:
            return self.update()
        part = quote(self.rng.choice(table.parts))
        roll = self.rng.random()
        if roll < 0.3:
            return 'UPDATE %s SET %s WHERE %s' % (part, self.assigned(table), self.where(table))
        if roll < 0.5:
            return 'DELETE FROM %s WHERE %s' % (part, self.where(table))
        if roll < 0.7 and table.unique_rows:
            return 'UPDATE %s SET region = %d WHERE %s' % (table.sql, self.rng.randint(0, 2), self.where(table))
        return 'INSERT INTO %s (%s) VALUES %s' % (part, self.names(table), self.row(table))

    def loop_block(self):
        body = ' '.join(self.simple_write() + ';' for _ in range(self.rng.randint(1, 3)))
        return 'DO $do$ BEGIN FOR i IN 1..2 LOOP %s END LOOP; END $do$' % body

    def exception_block(self):
        first, second = self.simple_write(), self.simple_write()
        failure = self.rng.choice(("RAISE EXCEPTION 'no';", 'PERFORM 1 / 0;', self.simple_write() + ';'))
        return 'DO $do$ BEGIN %s; BEGIN %s; %s EXCEPTION WHEN OTHERS THEN %s END; END $do$' % (
            first, second, failure, self.rng.choice(('NULL;', self.simple_write() + ';')))

    def function_write(self):
        """A function that writes another table, called from a statement that is half applied."""
        table = self.table(lambda t: any(c.type.name == 'int' and c.name not in t.key for c in t.plain()))
        column = next((c for c in table.plain() if c.type.name == 'int'), None)
        if column is None:
            return 'SELECT write_other(1)'
        return 'UPDATE %s SET %s = write_other(%s) WHERE %s' % (table.sql, column.sql, self.literal(column), self.where(table))

    def prepared(self):
        table = self.table()
        name = 'p%d' % self.statements
        column = self.rng.choice(table.plain())
        return [Step('PREPARE %s AS UPDATE %s SET %s = %s WHERE %s' % (
            name, table.sql, column.sql, self.new_value(column), self.where(table)), 'dml'),
                Step('EXECUTE ' + name, 'dml'), Step('EXECUTE ' + name, 'dml')]

    # -- blocks and commands besides plain writes

    def cursor_block(self):
        table = self.table(lambda t: not t.parts)
        if table.parts:
            return self.update()
        return ('DO $do$ DECLARE r record; c CURSOR FOR SELECT * FROM %s WHERE %s FOR UPDATE; BEGIN OPEN c;'
                ' FETCH c INTO r; UPDATE %s SET %s WHERE CURRENT OF c; FETCH c INTO r; DELETE FROM %s WHERE CURRENT OF c;'
                ' EXCEPTION WHEN invalid_cursor_state THEN NULL; END $do$' % (
                    table.sql, self.where(table), table.sql, self.assigned(table), table.sql))

    def commit_block(self):
        """Transaction control inside a block; refused inside a transaction, which is fine."""
        first, second, third = self.simple_write(), self.simple_write(), self.simple_write()
        return 'DO $do$ BEGIN %s; COMMIT; %s; ROLLBACK; %s; END $do$' % (first, second, third)

    def flush_block(self):
        return ('DO $do$ BEGIN %s; BEGIN %s; PERFORM tview_flush(); %s; RAISE EXCEPTION $$undo$$;'
                ' EXCEPTION WHEN OTHERS THEN NULL; END; %s; END $do$' % tuple(self.simple_write() for _ in range(4)))

    def read_tview(self):
        """A write whose condition reads a TVIEW."""
        table = self.table()
        if not self.tviews:
            return self.update()
        tview = self.rng.choice(self.tviews)
        return 'UPDATE %s SET %s WHERE %s AND (SELECT count(*) FROM %s) > 1' % (
            table.sql, self.assigned(table), self.where(table), tview)

    def source_ddl(self):
        """DDL on a source that leaves its names as they were."""
        table = self.table()
        write = Step(self.update(), 'dml')
        column = self.rng.choice(table.columns)
        moves = [[('ALTER TABLE {t} ADD COLUMN later_%d int DEFAULT 5' % self.statements)],
                 ['ALTER TABLE {t} RENAME COLUMN {c} TO renamed', 'ALTER TABLE {t} RENAME COLUMN renamed TO {c}'],
                 ['ALTER TABLE {t} RENAME TO renamed', 'DELETE FROM renamed WHERE {c} IS NULL', 'ALTER TABLE renamed RENAME TO {t}'],
                 ['ANALYZE {t}'], ['ALTER TABLE {t} ALTER COLUMN {c} SET STATISTICS 10'], ['REINDEX TABLE {t}']]
        if table.parts and not table.unique_rows:
            part = quote(table.parts[0])
            moves += [['ALTER TABLE %s NO INHERIT {t}' % part, 'UPDATE %s SET extra = 1' % part, 'ALTER TABLE %s INHERIT {t}' % part]] * 4
        elif table.parts:
            part = quote(table.parts[1])
            moves += [['ALTER TABLE {t} DETACH PARTITION %s' % part, 'DELETE FROM %s WHERE %s' % (part, self.where(table)),
                       'ALTER TABLE {t} ATTACH PARTITION %s FOR VALUES IN (1)' % part]] * 4
        steps = [Step(sql.replace('{t}', table.sql).replace('{c}', column.sql), 'dml') for sql in self.rng.choice(moves)]
        return steps + [write]
