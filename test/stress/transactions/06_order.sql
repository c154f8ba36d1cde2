\set purchase random(1, 200)
\set account random(1, 45)
\set line random(1, 490)
\set product random(1, 22)
BEGIN;
INSERT INTO purchase VALUES (:purchase, :account, 'ordered', 0) ON CONFLICT (id) DO UPDATE SET note = 'again';
SAVEPOINT lines;
INSERT INTO line SELECT n, :purchase, :product, 1 FROM generate_series(:line, :line + 2) AS n ON CONFLICT (id) DO NOTHING;
RELEASE lines;
SAVEPOINT undone;
UPDATE account SET name = 'never' WHERE id = :account;
ROLLBACK TO undone;
UPDATE product SET price = price % 9 + 1 WHERE id = :product;
COMMIT;
