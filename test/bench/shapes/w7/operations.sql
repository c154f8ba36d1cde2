-- single: insert product
INSERT INTO products VALUES (10000000 + :i, 'new', 10, 1 + :i % 100, 1 + :i % 500);
-- single: update price
UPDATE products SET price = price + 1 WHERE product_id = :product;
-- single: update inventory
UPDATE inventory SET quantity = quantity + 1 WHERE product_id = :product;
-- single: insert review
INSERT INTO reviews VALUES (10000000 + :i, 1 + :i % (100000 * :size)::bigint, 4);
-- single: delete product
DELETE FROM products WHERE product_id = 10000000 + :i;
-- bulk: update 1 %
UPDATE products SET price = price + 1 WHERE product_id <= 1000 * :size;
-- bulk: insert 10,000 products
INSERT INTO products SELECT 20000000 + n, 'new', 10, 1 + n % 100, 1 + n % 500 FROM generate_series(1, 10000) AS n;
-- bulk: delete 10,000 products
DELETE FROM products WHERE product_id > 20000000;
