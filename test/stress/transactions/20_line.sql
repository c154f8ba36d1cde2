\set id random(1, 500)
\set purchase random(1, 200)
\set product random(1, 22)
\set quantity random(0, 9)
INSERT INTO line SELECT :id, p.id, :product, :quantity FROM purchase p WHERE p.id = :purchase FOR KEY SHARE
ON CONFLICT (id) DO UPDATE SET product = excluded.product, quantity = excluded.quantity;
