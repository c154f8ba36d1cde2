"""The column types of generated schemas, with small pools of literals so that joins and groups collide.

`fuzzy` marks types in which equal values can look different (1.0 and 1.00, 'a' and 'A' of citext, -0.0): which of
them represents a group depends on the plan, so such columns are compared by equality and not by their text.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Type:
    name: str  # as written in SQL
    family: str  # values of one family compare with each other
    pool: tuple  # SQL literals
    fuzzy: bool = False
    has_minmax: bool = True
    element: object = None  # element type of an array


def _quoted(*texts):
    return tuple("'" + text.replace("'", "''") + "'" for text in texts)


def _cast(name, *texts):
    return tuple(literal + '::' + name for literal in _quoted(*texts))


INT = Type('int', 'number', tuple('%d' % n for n in range(-2, 6)))
BIGINT = Type('bigint', 'number', tuple('%d' % n for n in (-1, 0, 1, 2, 3, 4, 10**12)))
NUMERIC = Type('numeric', 'number', ('0', '1', '1.0', '1.00', '2', '2.50', '3', '-1.5', "'NaN'::numeric",
                                     "'Infinity'::numeric", '1e-20', '12345678901234567890.5'), fuzzy=True)
MONEYISH = Type('numeric(8,2)', 'number', ('0', '1', '1.25', '2', '3', '-4.5', "'NaN'::numeric"))
FLOAT = Type('float8', 'float', tuple(t + '::float8' for t in ('0', '1', '2', '3', "'-0'", "'NaN'", '-2')), fuzzy=True)
TEXT = Type('text', 'text', _quoted('', 'a', 'b', 'A', 'ab', ' x', "it's", 'ü'))
VARCHAR = Type('varchar(8)', 'text', _quoted('', 'a', 'b', 'A', 'ab'))
BPCHAR = Type('char(3)', 'bpchar', _quoted('a', 'b', 'ab'))
CITEXT = Type('citext', 'citext', _quoted('a', 'A', 'b', 'B', 'ab', 'Ab'), fuzzy=True)
UUID = Type('uuid', 'uuid', tuple("'00000000-0000-0000-0000-%012d'::uuid" % n for n in range(1, 5)), has_minmax=False)
TIMESTAMPTZ = Type('timestamptz', 'time', _cast('timestamptz', '2020-01-01 00:00:00+00', '2020-06-01 12:30:00.123+02',
                                                '2021-01-01 00:00:00+00', 'infinity'))
DATE = Type('date', 'date', _cast('date', '2020-01-01', '2020-02-29', '2021-01-01'))
INTERVAL = Type('interval', 'interval', _cast('interval', '1 day', '24 hours', '1 mon', '0'), fuzzy=True)
JSONB = Type('jsonb', 'jsonb', _cast('jsonb', '{"a": 1}', '{"a": null, "b": [1, 2]}', 'null', '[1, 2]', '"x"', '{}'),
             has_minmax=False)
DOCUMENT = replace(JSONB, fuzzy=True)  # built from columns: 1.0 and 1.00 are equal in it
BOOL = Type('bool', 'bool', ('true', 'false'), has_minmax=False)
BYTEA = Type('bytea', 'bytea', _cast('bytea', '\\x00ff', '\\x', '\\x01'), has_minmax=False)
MOOD = Type('mood', 'mood', _cast('mood', 'sad', 'ok', 'happy'))
SMALL = Type('small', 'number', tuple('%d' % n for n in range(-1, 5)))
LABEL = Type('label', 'text', _quoted('a', 'b', 'A', 'zz'))
FOLDED = Type('folded', 'folded', _cast('folded', 'a', 'A', 'b', 'B', 'ab'), fuzzy=True)  # equal regardless of case
RANGE = Type('int4range', 'range', _cast('int4range', 'empty', '[1,3)', '[2,)'), has_minmax=False)
PAIR = Type('pair', 'pair', _cast('pair', '(1,a)', '(1,)', '(,)'), has_minmax=False)
INTS = Type('int[]', 'int[]', _cast('int[]', '{}', '{1}', '{1,2}', '{2,2,NULL}', '{3,1}'), element=INT)
TEXTS = Type('text[]', 'text[]', _cast('text[]', '{}', '{a}', '{a,b}', '{b,NULL}'), element=TEXT)

COMMON = (INT, INT, INT, BIGINT, NUMERIC, TEXT, TEXT, CITEXT, MONEYISH)
RARE = (FLOAT, VARCHAR, BPCHAR, UUID, TIMESTAMPTZ, DATE, INTERVAL, JSONB, BOOL, BYTEA, MOOD, SMALL, LABEL, INTS, TEXTS,
        FOLDED, FOLDED, RANGE, PAIR)

# Primary keys draw from wider pools of the same types.
KEY_SIZE = 24
KEY_POOLS = {
    'int': tuple('%d' % n for n in range(1, KEY_SIZE)),
    'bigint': tuple('%d' % n for n in range(1, KEY_SIZE)),
    'text': _quoted(*('p%d' % n for n in range(1, KEY_SIZE))),
    'citext': _quoted(*('q%d' % n for n in range(1, KEY_SIZE))),
    'uuid': tuple("'10000000-0000-0000-0000-%012d'::uuid" % n for n in range(1, KEY_SIZE)),
    'numeric': tuple('%d' % n for n in range(1, KEY_SIZE)),
    'timestamptz': _cast('timestamptz', *('2020-01-%02d 00:00:00+00' % n for n in range(1, KEY_SIZE))),
}
KEY_TYPES = (INT, INT, INT, BIGINT, TEXT, CITEXT, UUID, NUMERIC, TIMESTAMPTZ)

SETUP = (
    "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
    'CREATE DOMAIN small AS int CHECK (VALUE > -100)',
    'CREATE DOMAIN label AS text',
    "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
    'CREATE DOMAIN folded AS text COLLATE any_case',
    'CREATE TYPE pair AS (x int, y text)',
    'CREATE FUNCTION bits_step(state int, value int) RETURNS int LANGUAGE sql IMMUTABLE'
    ' RETURN coalesce(state, 0) # coalesce(value, 99)',
    'CREATE AGGREGATE bits(int) (SFUNC = bits_step, STYPE = int)',
    'CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 * 2',
)
