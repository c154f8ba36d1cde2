-- W10: three levels: orders from lines, customers from orders, regions from customers.
CREATE TABLE orders (order_id bigint PRIMARY KEY, customer_id bigint NOT NULL, region integer NOT NULL);
CREATE TABLE lines (line_id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, amount integer NOT NULL);
INSERT INTO orders SELECT n, 1 + n % (4000 * :size)::bigint, (n % (4000 * :size)::bigint) % 200 FROM generate_series(1, (40000 * :size)::bigint) AS n;
INSERT INTO lines SELECT n, 1 + n % (40000 * :size)::bigint, n % 100 FROM generate_series(1, (200000 * :size)::bigint) AS n;
CREATE INDEX ON lines (order_id);
