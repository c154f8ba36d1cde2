\set account random(1, 45)
\set purchase random(1, 200)
\set line random(1, 490)
BEGIN;
DELETE FROM line WHERE id BETWEEN :line AND :line + 3;
DELETE FROM purchase WHERE id = :purchase;
DELETE FROM account WHERE id = :account;
COMMIT;
