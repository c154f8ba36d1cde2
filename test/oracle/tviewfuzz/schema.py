"""Generates the tables of a round: keys, foreign keys, partitions, inheritance, dropped columns, triggers."""

from dataclasses import dataclass, field

from . import types
from .script import Step

ODD_NAMES = ('Name', 'order', 'select', 'data', 'Group By', 'value', 'key', 'x y', 'tview', 'old', 'new', 'ü')


def quote(name):
    return '"%s"' % name.replace('"', '""')


@dataclass
class Column:
    name: str
    type: types.Type
    pool: tuple
    not_null: bool = False
    generated: bool = False

    @property
    def sql(self):
        return quote(self.name)


@dataclass
class Table:
    name: str
    columns: list
    key: list = field(default_factory=list)  # names of the primary key's columns
    parents: list = field(default_factory=list)  # (column names, table)
    parts: list = field(default_factory=list)  # relations that can be written directly (partitions, children)
    unique_rows: bool = True  # false: inheritance, the key does not span the children
    doors: list = field(default_factory=list)  # views through which it can be written
    tree: tuple = None  # (id column, parent column)

    @property
    def sql(self):
        return quote(self.name)

    def column(self, name):
        return next(c for c in self.columns if c.name == name)

    def column_of_key(self, family):
        found = [self.column(name) for name in self.key if self.column(name).type.family == family]
        return next((c for c in found if not any(c.name in names for names, _ in self.parents) and c.name != 'region'), None)

    def writable(self):
        return [c for c in self.columns if not c.generated]

    def plain(self):
        return [c for c in self.columns if c.name not in self.key and not c.generated]


class SchemaGenerator:
    def __init__(self, rng):
        self.rng = rng
        self.steps = []
        self.tables = []
        self.shared = rng.choice((types.INT, types.INT, types.TEXT, types.CITEXT, types.NUMERIC, types.BIGINT))

    def emit(self, sql, kind='table'):
        self.steps.append(Step(sql, kind))

    def generate(self):
        for sql in types.SETUP:
            self.emit(sql, 'setup')
        self.emit('CREATE TABLE log (note text, n int)')
        self.parent('t_parent')
        makers = [self.child, self.pairs, self.partitioned, self.inherited, self.keyless, self.tree]
        for number, maker in enumerate(self.rng.sample(makers, self.rng.randint(2, 4))):
            maker('%s_%d' % (maker.__name__, number))
        for table in self.tables:
            self.indexes(table)
        self.fill()
        self.door(self.rng.choice(self.tables))
        self.triggers()
        return self.tables

    # -- columns

    def random_columns(self, least=1, most=4):
        columns = [Column('k', self.shared, self.shared.pool)]
        names = self.rng.sample(ODD_NAMES, 2) + ['a', 'b', 'c', 'd']
        for name in self.rng.sample(names, self.rng.randint(least, most)):
            kind = self.rng.choice(types.COMMON if self.rng.random() < 0.6 else types.RARE)
            columns.append(Column(name, kind, kind.pool))
        return columns

    def key_column(self, name='id'):
        kind = self.rng.choice(types.KEY_TYPES)
        return Column(name, kind, types.KEY_POOLS[kind.name], not_null=True)

    def definitions(self, columns):
        parts = []
        for column in columns:
            text = '%s %s' % (column.sql, column.type.name)
            if column.generated:
                text += ' GENERATED ALWAYS AS (coalesce(%s, 0) + 1) STORED' % column.generated
            elif self.rng.random() < 0.1:
                text += ' DEFAULT ' + self.rng.choice(column.pool)
            if column.not_null:
                text += ' NOT NULL'
            parts.append(text)
        return parts

    def maybe_generated(self, columns):
        base = next((c for c in columns if c.type is types.INT), None)
        if base and self.rng.random() < 0.2:
            columns.append(Column('gen', types.INT, types.INT.pool, generated=base.sql))

    def create(self, table, constraints=(), suffix='', dropping=True):
        dropped = dropping and self.rng.random() < 0.3
        parts = self.definitions(table.columns)
        if dropped:
            parts.insert(self.rng.randint(0, len(parts)), 'gone text')
        if table.key:
            parts.append('PRIMARY KEY (%s)' % ', '.join(map(quote, table.key)))
        self.emit('CREATE TABLE %s (%s)%s' % (table.sql, ', '.join(parts + list(constraints)), suffix))
        if dropped:
            self.emit('ALTER TABLE %s DROP COLUMN gone' % table.sql)
        self.tables.append(table)

    # -- kinds of tables

    def parent(self, name):
        table = Table(name, [self.key_column()] + self.random_columns(), ['id'])
        self.maybe_generated(table.columns)
        self.create(table)

    def reference(self, table, prefix='p_', not_null=False, other=None):
        """Adds foreign-key columns to `table`; returns the constraint."""
        other = other or self.rng.choice([t for t in self.tables if t.key and t.unique_rows])
        names = []
        for key in other.key:
            source = other.column(key)
            names.append(prefix + key)
            table.columns.append(Column(prefix + key, source.type, source.pool, not_null=not_null))
        table.parents.append((names, other))
        return self.foreign_key(names, other, not_null)

    def foreign_key(self, names, other, not_null=False):
        actions = ['ON DELETE CASCADE', 'ON DELETE CASCADE ON UPDATE CASCADE', 'ON DELETE CASCADE', '']
        if not not_null:
            actions += ['ON DELETE SET NULL', 'ON DELETE SET NULL ON UPDATE CASCADE']
        text = 'FOREIGN KEY (%s) REFERENCES %s %s' % (
            ', '.join(map(quote, names)), other.sql, self.rng.choice(actions))
        return text + self.rng.choice(('', '', ' DEFERRABLE', ' DEFERRABLE INITIALLY DEFERRED'))

    def child(self, name):
        table = Table(name, [self.key_column()] + self.random_columns(), ['id'])
        constraint = self.reference(table)
        self.maybe_generated(table.columns)
        self.create(table, [constraint])

    def pairs(self, name):
        """A composite key made of a foreign key and one more column."""
        table = Table(name, self.random_columns(1, 3))
        constraint = self.reference(table, not_null=True)
        table.columns.append(Column('no', types.INT, types.KEY_POOLS['int'][:5], not_null=True))
        table.key = table.parents[0][0] + ['no']
        self.create(table, [constraint])

    def keyless(self, name):
        table = Table(name, self.random_columns(2, 4))
        constraints = [self.reference(table)] if self.rng.random() < 0.5 else []
        self.create(table, constraints)
        if self.rng.random() < 0.3:
            self.emit('ALTER TABLE %s REPLICA IDENTITY FULL' % table.sql)

    def tree(self, name):
        table = Table(name, [Column('id', types.INT, types.KEY_POOLS['int'], not_null=True)] + self.random_columns(1, 2)
                      + [Column('up', types.INT, types.KEY_POOLS['int'])], ['id'])
        table.tree = ('id', 'up')
        constraints = []
        if self.rng.random() < 0.7:
            constraints = [self.foreign_key(['up'], table)]
        self.create(table, constraints)

    def partitioned(self, name):
        table = Table(name, [Column('id', types.INT, types.KEY_POOLS['int'], not_null=True),
                             Column('region', types.INT, ('0', '1', '2'), not_null=True)] + self.random_columns(), ['id', 'region'])
        if self.rng.random() < 0.3:
            table.key = []
        constraints = [self.reference(table)] if self.rng.random() < 0.4 else []
        self.create(table, constraints, ' PARTITION BY LIST (region)', dropping=False)
        self.emit('CREATE TABLE %s PARTITION OF %s FOR VALUES IN (0)' % (quote(name + '_p0'), table.sql))
        self.reordered_leaf(table, name + '_p1', 'FOR VALUES IN (1)')
        table.parts = [name + '_p0', name + '_p1', name + '_p2']
        if self.rng.random() < 0.6:
            self.emit('CREATE TABLE %s PARTITION OF %s DEFAULT' % (quote(name + '_p2'), table.sql))
            return
        self.emit('CREATE TABLE %s PARTITION OF %s DEFAULT PARTITION BY RANGE (id)' % (quote(name + '_p2'), table.sql))
        for part, bounds in (('_p2a', '(MINVALUE) TO (12)'), ('_p2b', '(12) TO (MAXVALUE)')):
            self.emit('CREATE TABLE %s PARTITION OF %s FOR VALUES FROM %s' % (quote(name + part), quote(name + '_p2'), bounds))
            table.parts.append(name + part)

    def reordered_leaf(self, table, name, bounds):
        """A leaf whose attribute numbers differ from its parent's."""
        parts = ['%s %s%s' % (c.sql, c.type.name, ' NOT NULL' if c.not_null else '') for c in table.columns]
        self.rng.shuffle(parts)
        parts.insert(self.rng.randint(0, len(parts)), 'gone text')
        self.emit('CREATE TABLE %s (%s)' % (quote(name), ', '.join(parts)))
        self.emit('ALTER TABLE %s DROP COLUMN gone' % quote(name))
        self.emit('ALTER TABLE %s ATTACH PARTITION %s %s' % (table.sql, quote(name), bounds))

    def inherited(self, name):
        table = Table(name, [Column('id', types.INT, types.KEY_POOLS['int'])] + self.random_columns())
        table.unique_rows = False
        self.create(table)
        for number in range(self.rng.randint(1, 2)):
            child = '%s_c%d' % (name, number)
            self.emit('CREATE TABLE %s (extra int) INHERITS (%s)' % (quote(child), table.sql))
            table.parts.append(child)

    def indexes(self, table):
        for column in self.rng.sample(table.columns, min(2, len(table.columns))):
            if column.type.family not in ('jsonb', 'int[]', 'text[]', 'pair'):
                self.emit('CREATE INDEX ON %s (%s)' % (table.sql, column.sql))

    def door(self, table):
        name = 'door_' + table.name
        self.emit('CREATE VIEW %s AS SELECT * FROM %s' % (quote(name), table.sql))
        table.doors.append(name)

    # -- rows

    def literal(self, column, nulls=0.2):
        if not column.not_null and self.rng.random() < nulls:
            return 'NULL'
        return self.rng.choice(column.pool)

    def fill(self):
        for table in self.tables:
            columns = table.writable()
            names = ', '.join(c.sql for c in columns)
            for _ in range(45 if table is self.tables[0] else self.rng.choice((0, 5, 12, 25))):
                values = ', '.join(self.literal(c) for c in columns)
                target = quote(self.rng.choice(table.parts)) if not table.unique_rows and self.rng.random() < 0.5 else table.sql
                self.emit('INSERT INTO %s (%s) VALUES (%s)' % (target, names, values), 'row')

    # -- triggers and functions

    def triggers(self):
        rng = self.rng
        target = rng.choice(self.tables)
        column = rng.choice(target.plain())
        self.emit('CREATE FUNCTION write_other(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN'
                  ' UPDATE %s SET %s = %s WHERE %s; RETURN n; END $$' % (
                      target.sql, column.sql, self.literal(column), self.condition(target)), 'trigger')
        makers = [self.modifying_trigger, self.writing_trigger, self.catching_trigger, self.suppressing_trigger,
                  self.deferred_trigger, self.statement_trigger]
        for maker in makers:
            if rng.random() < 0.15:
                maker(rng.choice(self.tables))

    def condition(self, table):
        column = self.rng.choice(table.columns)
        return '%s IS NOT DISTINCT FROM %s' % (column.sql, self.literal(column))

    def trigger(self, table, timing, body, name):
        self.emit('CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN %s END $$' % (name, body), 'trigger')
        self.emit('CREATE TRIGGER %s %s ON %s FOR EACH ROW EXECUTE FUNCTION %s()' % (name, timing, table.sql, name),
                  'trigger')

    def modifying_trigger(self, table):
        column = self.rng.choice(table.plain())
        self.trigger(table, 'BEFORE INSERT OR UPDATE',
                     'IF NEW.%s IS NULL THEN NEW.%s := %s; END IF; RETURN NEW;' % (
                         column.sql, column.sql, self.rng.choice(column.pool)), 'modify_row')

    def other_write(self):
        other = self.rng.choice(self.tables)
        column = self.rng.choice(other.plain())
        return self.rng.choice(('UPDATE %s SET %s = %s WHERE %s;' % (
            other.sql, column.sql, self.literal(column), self.condition(other)), 'DELETE FROM %s WHERE %s;' % (
                other.sql, self.condition(other)), "INSERT INTO log VALUES (TG_OP, 1);"))

    def writing_trigger(self, table):
        write = self.other_write()
        self.trigger(table, 'AFTER INSERT OR UPDATE OR DELETE',
                     'IF pg_trigger_depth() < 3 THEN %s END IF; RETURN NULL;' % write, 'write_more')

    def catching_trigger(self, table):
        self.trigger(table, 'BEFORE INSERT OR UPDATE',
                     "BEGIN INSERT INTO log VALUES ('try', 1); PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL;"
                     ' END; RETURN NEW;', 'catch_error')

    def suppressing_trigger(self, table):
        column = self.rng.choice(table.columns)
        self.trigger(table, 'BEFORE INSERT OR DELETE',
                     "IF TG_OP = 'INSERT' AND NEW.%s = %s THEN RETURN NULL; END IF; RETURN coalesce(NEW, OLD);" % (
                         column.sql, self.rng.choice(column.pool)), 'suppress_row')

    def deferred_trigger(self, table):
        """Writes at COMMIT, after deferred TVIEWs may have been brought up to date."""
        self.emit("CREATE FUNCTION write_last() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT count(*) FROM log) < 40 THEN"
                  " INSERT INTO log VALUES ('last', 1); %s END IF; RETURN NULL; END $$" % self.other_write(), 'trigger')
        self.emit('CREATE CONSTRAINT TRIGGER write_last AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY DEFERRED'
                  ' FOR EACH ROW EXECUTE FUNCTION write_last()' % table.sql, 'trigger')

    def statement_trigger(self, table):
        self.emit("CREATE FUNCTION write_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF pg_trigger_depth() < 3 THEN %s"
                  ' END IF; RETURN NULL; END $$' % self.other_write(), 'trigger')
        self.emit('CREATE TRIGGER write_once %s INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION write_once()' % (
            self.rng.choice(('BEFORE', 'AFTER')), table.sql), 'trigger')
