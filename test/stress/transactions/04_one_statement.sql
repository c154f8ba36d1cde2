\set purchase random(1, 200)
\set account random(1, 45)
\set line random(1, 490)
WITH gone AS (DELETE FROM line WHERE id BETWEEN :line AND :line + 1 RETURNING purchase),
     noted AS (UPDATE account SET name = 'noted' WHERE id = :account RETURNING id)
UPDATE purchase SET note = 'written', account = :account WHERE id IN (SELECT purchase FROM gone UNION ALL SELECT id FROM noted);
