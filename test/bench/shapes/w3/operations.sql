-- single: insert sale
INSERT INTO sales VALUES (10000000 + :i, :i % 10, 500);
-- single: update amount
UPDATE sales SET amount = 1 + (amount + 1) % 1000 WHERE sale_id = :sale;
-- single: delete sale
DELETE FROM sales WHERE sale_id = 10000000 + :i;
-- bulk: insert 10,000 sales
INSERT INTO sales SELECT 20000000 + n, n % 10, 500 FROM generate_series(1, 10000) AS n;
-- bulk: update 10,000 sales
UPDATE sales SET amount = amount + 1 WHERE sale_id > 20000000;
-- bulk: delete 10,000 sales
DELETE FROM sales WHERE sale_id > 20000000;
