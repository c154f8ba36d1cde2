-- Which values derivations look up through sublinks, lateral and aggregated subqueries, unions, and what they compare.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE SCHEMA lock_edges_subqueries;
SET search_path = lock_edges_subqueries, public;
\i test/lib/locks.sql

CREATE TABLE person (id int PRIMARY KEY, boss int, name text, nick citext);
CREATE TABLE post (id bigint PRIMARY KEY, person_id int, big_person bigint, nick citext, tag text COLLATE "C", score int);
CREATE TABLE vote (person_id int, post_id bigint, weight int, PRIMARY KEY (person_id, post_id));
CREATE TABLE tag (name text PRIMARY KEY, kind varchar(10));

CREATE TVIEW tv_exists AS SELECT p.name FROM person p WHERE EXISTS (SELECT FROM post WHERE post.person_id = p.id);
CREATE TVIEW tv_not_exists AS SELECT p.name FROM person p WHERE NOT EXISTS (SELECT FROM post WHERE post.person_id = p.id);
CREATE TVIEW tv_in AS SELECT p.name FROM person p WHERE p.id IN (SELECT person_id FROM post);
CREATE TVIEW tv_exists_two AS SELECT p.name FROM person p WHERE EXISTS (
    SELECT FROM post JOIN vote ON vote.post_id = post.id WHERE post.person_id = p.id);
CREATE TVIEW tv_scalar AS SELECT p.name, (SELECT max(score) FROM post WHERE post.person_id = p.id) AS best FROM person p;
SELECT * FROM locks('tv_exists');
SELECT * FROM locks('tv_not_exists');
SELECT * FROM locks('tv_in');
SELECT * FROM locks('tv_exists_two');
SELECT * FROM locks('tv_scalar');

CREATE TVIEW tv_lateral AS SELECT p.name, l.id FROM person p, LATERAL (SELECT id FROM post WHERE person_id = p.id ORDER BY score, id LIMIT 1) AS l;
CREATE TVIEW tv_lateral_left AS SELECT p.name, l.n FROM person p LEFT JOIN LATERAL (SELECT count(*) AS n FROM post WHERE person_id = p.id) AS l ON true;
CREATE TVIEW tv_aggregated AS SELECT p.name, s.n FROM person p JOIN (SELECT person_id, count(*) AS n FROM post GROUP BY person_id) AS s ON s.person_id = p.id;
CREATE TVIEW tv_aggregated_key AS SELECT s.person_id, s.n, p.name FROM person p JOIN (SELECT person_id, count(*) AS n FROM post GROUP BY person_id) AS s ON s.person_id = p.id;
CREATE TVIEW tv_ranked AS SELECT p.name, r.id FROM person p JOIN (
    SELECT id, person_id, row_number() OVER (PARTITION BY person_id ORDER BY score, id) AS n FROM post) AS r ON r.person_id = p.id AND r.n < 3;
SELECT * FROM locks('tv_lateral');
SELECT * FROM locks('tv_lateral_left');
SELECT * FROM locks('tv_aggregated');
SELECT * FROM locks('tv_aggregated_key');
SELECT * FROM locks('tv_ranked');

-- a union read as a partner: each branch by its own columns, and values from each branch
CREATE TVIEW tv_union AS SELECT p.name, count(*) AS n FROM person p JOIN (
    SELECT person_id, id FROM post UNION ALL SELECT person_id, post_id FROM vote) AS u ON u.person_id = p.id GROUP BY p.name;
CREATE TVIEW tv_union_behind AS SELECT t.kind, count(*) AS n FROM person p JOIN (
    SELECT person_id, tag AS t FROM post UNION ALL SELECT person_id, 'vote' FROM vote) AS u ON u.person_id = p.id
    JOIN tag t ON t.name = u.t GROUP BY t.kind;
CREATE TVIEW tv_union_output AS SELECT name FROM person UNION ALL SELECT tag FROM post JOIN vote ON vote.post_id = post.id;
SELECT * FROM locks('tv_union');
SELECT * FROM locks('tv_union_behind');
SELECT * FROM locks('tv_union_output');

-- composite keys: the columns together, or those of a unique key
CREATE TVIEW tv_composite AS SELECT post.tag, sum(v.weight) AS n FROM post JOIN vote v ON v.post_id = post.id AND v.person_id = post.person_id GROUP BY post.tag;
CREATE TVIEW tv_composite_weight AS SELECT v.weight, count(*) AS n FROM post JOIN vote v ON v.post_id = post.id AND v.person_id = post.person_id AND v.weight = post.score GROUP BY v.weight;
SELECT * FROM locks('tv_composite');
SELECT * FROM locks('tv_composite_weight');

-- a column known to be equal to one of the changed row needs no query
CREATE TVIEW tv_equal AS SELECT v.weight, count(*) AS n FROM person p JOIN post ON post.person_id = p.id JOIN vote v ON v.person_id = post.person_id GROUP BY v.weight;
SELECT * FROM locks('tv_equal');

-- int4 = int8, citext, varchar = text, another collation, USING and NATURAL
CREATE TVIEW tv_int8 AS SELECT p.name, count(*) AS n FROM person p JOIN post ON post.big_person = p.id GROUP BY p.name;
CREATE TVIEW tv_citext AS SELECT p.name, count(*) AS n FROM person p JOIN post ON post.nick = p.nick GROUP BY p.name;
CREATE TVIEW tv_varchar AS SELECT person.name, count(*) AS n FROM tag JOIN person ON person.name = tag.kind GROUP BY person.name;
CREATE TVIEW tv_collation AS SELECT tag.kind, count(*) AS n FROM tag JOIN post ON post.tag = tag.name COLLATE "C" GROUP BY tag.kind;
CREATE TVIEW tv_using AS SELECT person.name, count(*) AS n FROM person JOIN post USING (nick) GROUP BY person.name;
CREATE TVIEW tv_natural AS SELECT v.weight, count(*) AS n FROM vote v NATURAL JOIN post GROUP BY v.weight;
SELECT * FROM locks('tv_int8');
SELECT * FROM locks('tv_citext');
SELECT * FROM locks('tv_varchar');
SELECT * FROM locks('tv_collation');
SELECT * FROM locks('tv_using');
SELECT * FROM locks('tv_natural');

-- nothing that could fail is computed for a lock: these lock all rows
CREATE TVIEW tv_cast AS SELECT p.name, count(*) AS n FROM person p JOIN post ON post.score = (p.name)::int GROUP BY p.name;
CREATE TVIEW tv_expression AS SELECT p.name, count(*) AS n FROM person p JOIN post ON lower(post.tag) = p.name GROUP BY p.name;
SELECT * FROM locks('tv_cast');
SELECT * FROM locks('tv_expression');

-- partitioned and inherited tables, TVIEWs, recomputed sources
CREATE TABLE parted (id int, k int, v text, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE parted_1 PARTITION OF parted DEFAULT;
CREATE TVIEW tv_parted AS SELECT parted.v, p.name FROM parted JOIN person p ON p.id = parted.k;
CREATE TVIEW tv_on_tview AS SELECT tv_parted.v, count(*) AS n FROM tv_parted JOIN tag ON tag.name = tv_parted.name GROUP BY tv_parted.v;
CREATE TVIEW tv_full AS SELECT p.id, p.name FROM person p WHERE p.id > (SELECT avg(score) FROM post);
SELECT * FROM locks('tv_parted');
SELECT * FROM locks('tv_on_tview');
SELECT * FROM locks('tv_full');

-- only for TVIEWs, and for those who may read them
SELECT * FROM tview_locks('person');
CREATE ROLE lock_edges_stranger;
GRANT USAGE ON SCHEMA lock_edges_subqueries TO lock_edges_stranger;
SET ROLE lock_edges_stranger;
SELECT * FROM tview_locks('tv_parted');
RESET ROLE;
DROP SCHEMA lock_edges_subqueries CASCADE;
DROP ROLE lock_edges_stranger;
