-- A derivation drops filters; a cast that they guard must not break the user's write.
SET client_min_messages = warning;
CREATE SCHEMA derive_guarded_cast;
SET search_path = derive_guarded_cast, public;
CREATE TABLE kinds (id int PRIMARY KEY, kind text);
CREATE TABLE facts (id int PRIMARY KEY, kind_id int REFERENCES kinds, value text);
CREATE TABLE numbers (n int PRIMARY KEY, name text);
INSERT INTO kinds VALUES (1, 'number'), (2, 'word');
INSERT INTO numbers VALUES (1, 'one'), (2, 'two');
INSERT INTO facts VALUES (10, 1, '1'), (11, 1, '2'), (12, 2, 'a word');
CREATE TVIEW named AS
    SELECT f.id, n.name
      FROM (SELECT f.id, f.value FROM facts f JOIN kinds k ON k.id = f.kind_id WHERE k.kind = 'number' OFFSET 0) f
      JOIN numbers n ON n.n = f.value::int;
SELECT source, strategy FROM tview_explain('named') ORDER BY 1;
UPDATE numbers SET name = 'TWO' WHERE n = 2;
SELECT * FROM named ORDER BY id;
INSERT INTO numbers VALUES (3, 'three');
INSERT INTO facts VALUES (13, 1, '3'), (14, 2, 'another');
SELECT * FROM named ORDER BY id;
-- where the query itself fails, so does the write, and nothing changes
\set VERBOSITY sqlstate
UPDATE kinds SET kind = 'number';
\set VERBOSITY default
SELECT * FROM kinds ORDER BY id;
SELECT * FROM tview_verify('named');
DROP SCHEMA derive_guarded_cast CASCADE;
