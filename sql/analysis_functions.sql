-- Scenario 97: what a TVIEW may call. Functions whose result may change while no source does are refused, the STABLE
-- ones that depend on pinned settings only are accepted.
CREATE SCHEMA analysis_functions;
SET search_path = analysis_functions, public;
SET client_min_messages = warning;
\i test/lib/attempt.sql
\pset format unaligned
\pset tuples_only on

CREATE TABLE u (id int PRIMARY KEY, name text, at timestamptz, d date, r regclass);
CREATE TABLE t (id int PRIMARY KEY, fk int, v int, tags text[], j jsonb, n numeric);
CREATE TYPE mood AS ENUM ('sad', 'happy');

-- rendering and calendar functions, by name, as operator, cast, aggregate, window function
SELECT attempt('SELECT id, jsonb_build_object(''name'', name, ''at'', at, ''ids'', array[id]) AS d FROM u');
SELECT attempt('SELECT fk, jsonb_agg(t ORDER BY id), json_object_agg(id, v), jsonb_object_agg(id, n) FROM t GROUP BY fk');
SELECT attempt('SELECT row_to_json(x) FROM (SELECT id, name FROM u) AS x');
SELECT attempt('WITH x AS (SELECT id, name FROM u) SELECT to_jsonb(x) FROM x');
SELECT attempt('SELECT id, to_char(at, ''YYYY-MM''), at::text AS text, at::date AS day, at + interval ''1 day'' AS next FROM u');
SELECT attempt('SELECT id, date_trunc(''day'', at), extract(year FROM at), at > d AS late FROM u');
SELECT attempt('SELECT id, concat(name, id), format(''%s'', id), array_to_string(array[id], '','') AS a FROM u');
SELECT attempt('SELECT id, (j ->> ''at'')::timestamptz, (j ->> ''ids'')::int[], j::text AS body, to_number(j ->> ''n'', ''99'') FROM t');
SELECT attempt('SELECT id, age(at, at), quote_literal(name), tstzrange(at, at)::text AS span FROM u');
SELECT attempt('SELECT id, (j ->> ''mood'')::mood, string_agg(tags::text, '','') OVER (PARTITION BY fk) FROM t');
SELECT attempt('SELECT t.id, x.a FROM t, jsonb_to_recordset(j) AS x (a int, b text)');
SELECT attempt('SELECT id, to_tsvector(''english'', name) AS words, name ~* ''x'' AS hit FROM u');

-- the clock, the session, the catalogs
SELECT attempt('SELECT id FROM u WHERE at > now()');
SELECT attempt('SELECT id FROM u WHERE at > now()', 'deferred');
SELECT attempt('SELECT id FROM u WHERE d = CURRENT_DATE');
SELECT attempt('SELECT id FROM u WHERE at < LOCALTIMESTAMP');
SELECT attempt('SELECT id FROM u WHERE name = CURRENT_USER');
SELECT attempt('SELECT id, CURRENT_SCHEMA FROM u');
SELECT attempt('SELECT id FROM u WHERE name = current_setting(''app.tenant'')');
SELECT attempt('SELECT id, age(at) FROM u');
SELECT attempt('SELECT id FROM u WHERE has_table_privilege(name, ''SELECT'')');
SELECT attempt('SELECT id, to_tsvector(name) FROM u');
SELECT attempt('SELECT id, enum_last(NULL::mood) FROM u');
SELECT attempt('SELECT id, pg_column_size(name) FROM u');
SELECT attempt('SELECT id, table_to_xml(''t'', true, true, '''') FROM u');

-- values whose text depends on the catalogs, however they are rendered or read
SELECT attempt('SELECT id, r FROM u');
SELECT attempt('SELECT id, r::text FROM u');
SELECT attempt('SELECT id, jsonb_build_object(''r'', r) FROM u');
SELECT attempt('SELECT to_jsonb(u) FROM u');
SELECT attempt('SELECT to_jsonb(x) FROM (SELECT id, array[r] FROM u) AS x');
SELECT attempt('WITH x AS (SELECT r FROM u) SELECT json_agg(x) FROM x');
SELECT attempt('SELECT ROW(id, r)::text FROM u');
SELECT attempt('SELECT xmlforest(r) FROM u');
SELECT attempt('SELECT id, name::regclass FROM u');
SELECT attempt('SELECT x.a FROM t, jsonb_to_recordset(j) AS x (a regclass)');

-- volatile, wherever it hides
SELECT attempt('SELECT id FROM u ORDER BY random()');
SELECT attempt('SELECT id, clock_timestamp() FROM u', 'manual');
CREATE SEQUENCE counter;
SELECT attempt('SELECT id, nextval(''counter'') FROM u');
CREATE FUNCTION roll(i int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN i; END';
CREATE FUNCTION roll(i int, j int) RETURNS int LANGUAGE sql AS 'SELECT i + j';
CREATE FUNCTION odd(i int, j int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN i > j; END';
CREATE OPERATOR <~> (LEFTARG = int, RIGHTARG = int, FUNCTION = odd);
CREATE AGGREGATE rolled(int) (SFUNC = roll, STYPE = int);
CREATE AGGREGATE finished(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = roll);
CREATE DOMAIN lucky AS int CHECK (roll(VALUE) > 0);
CREATE VIEW rolls AS SELECT id, roll(v) FROM t;
SELECT attempt('SELECT id, roll(v) FROM t');
SELECT attempt('SELECT id FROM t WHERE v <~> 1');
SELECT attempt('SELECT id FROM t WHERE v <~> ANY (array[1])');
SELECT attempt('SELECT rolled(v) FROM t');
SELECT attempt('SELECT id, finished(v) OVER (PARTITION BY fk) FROM t');
SELECT attempt('SELECT id, v::lucky FROM t');
SELECT attempt('SELECT id FROM rolls');
SELECT attempt('SELECT id FROM t WHERE EXISTS (WITH w AS (SELECT roll(1)) SELECT FROM w)');

-- functions of the user's: IMMUTABLE is believed, STABLE needs a body that can be looked into
CREATE FUNCTION named(i int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN i::text; END';
CREATE FUNCTION reader(i int) RETURNS text STABLE LANGUAGE sql AS 'SELECT name FROM analysis_functions.u WHERE id = i';
CREATE FUNCTION body(i int) RETURNS text STABLE BEGIN ATOMIC SELECT name FROM u WHERE id = i; END;
CREATE FUNCTION nested(i int) RETURNS text STABLE RETURN body(i) || '!';
CREATE FUNCTION clock(i int) RETURNS timestamptz STABLE RETURN now();
CREATE FUNCTION wrong(i int) RETURNS text IMMUTABLE BEGIN ATOMIC SELECT name FROM u WHERE id = i; END;
CREATE FUNCTION trusted(i int) RETURNS text IMMUTABLE RETURN to_tsvector(i::text)::text;
CREATE FUNCTION pg_temp.hidden(i int) RETURNS int IMMUTABLE RETURN i;
SELECT attempt('SELECT id, named(v), trusted(v) FROM t');
SELECT attempt('SELECT id, reader(v) FROM t');
SELECT attempt('SELECT id, body(v), nested(v) FROM t');
SELECT attempt('SELECT id, clock(v) FROM t');
SELECT attempt('SELECT id, wrong(v) FROM t');
SELECT attempt('SELECT id, pg_temp.hidden(v) FROM t');

-- on request: said, not refused
SET client_min_messages = notice;
SELECT attempt('SELECT id, now() AS a, now() AS b, CURRENT_USER AS c, reader(v) AS d FROM t', 'manual');

-- all of a message
SELECT tview_create('clocked', 'SELECT id, now() FROM u');
SELECT tview_create('rolled', 'SELECT id, roll(v) FROM t');
SELECT tview_create('read', 'SELECT id, reader(v) FROM t');

SET client_min_messages = warning;
DROP SCHEMA analysis_functions CASCADE;
