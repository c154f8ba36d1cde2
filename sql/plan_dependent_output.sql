-- A query that leaves its output open is accepted, with a NOTICE that says what would make it definite.
CREATE SCHEMA plan_dependent_output;
SET search_path = plan_dependent_output, public;
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users, votes int);
CREATE INDEX ON posts (author);
\set VERBOSITY terse
-- open
CREATE TVIEW bag AS SELECT author, array_agg(votes) AS votes FROM posts GROUP BY author;
CREATE TVIEW best AS SELECT DISTINCT ON (author) author, id FROM posts ORDER BY author, votes DESC;
CREATE TVIEW numbered AS SELECT id, author, row_number() OVER (PARTITION BY author ORDER BY votes) AS n FROM posts;
CREATE TVIEW first_two WITH (refresh = manual) AS SELECT id, votes FROM posts ORDER BY votes LIMIT 2;
-- definite
CREATE TVIEW list AS SELECT author, array_agg(votes ORDER BY id) AS votes FROM posts GROUP BY author;
CREATE TVIEW best_of AS SELECT DISTINCT ON (author) author, id FROM posts ORDER BY author, votes DESC, id;
CREATE TVIEW numbered_by_key AS
    SELECT p.id, p.author, u.name, row_number() OVER (PARTITION BY p.author ORDER BY p.votes, p.id) AS n
      FROM posts p JOIN users u ON u.id = p.author;
CREATE TVIEW ranked AS SELECT id, author, rank() OVER (PARTITION BY author ORDER BY votes) AS r FROM posts;
INSERT INTO users VALUES (1, 'Ada'), (2, 'Grace');
INSERT INTO posts VALUES (1, 1, 5), (2, 1, 6), (3, 2, 7);
SELECT name, v.missing, v.extra FROM tview.tviews t, tview_verify(t.tview) v
 WHERE t.refresh = 'immediate' ORDER BY 1;
SET client_min_messages = warning;
DROP SCHEMA plan_dependent_output CASCADE;
