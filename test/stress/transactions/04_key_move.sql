\set account random(1, 44)
\set purchase random(1, 199)
BEGIN;
UPDATE purchase SET account = account % 45 + 1 WHERE account = :account;
UPDATE account SET referrer = :account WHERE id = :account + 1;
UPDATE account AS a SET id = 1000 + a.id WHERE a.id = :account;
UPDATE account AS a SET id = a.id - 1000 WHERE a.id = 1000 + :account;
COMMIT;
