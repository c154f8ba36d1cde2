-- W6: what each order costs: two hops from a price to an order.
CREATE TABLE skus (sku_id bigint PRIMARY KEY, price integer NOT NULL);
CREATE TABLE orders (order_id bigint PRIMARY KEY, customer text NOT NULL);
CREATE TABLE lines (line_id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, sku_id bigint NOT NULL REFERENCES skus, quantity integer NOT NULL);
INSERT INTO skus SELECT n, n % 100 FROM generate_series(1, (2000 * :size)::bigint) AS n;
INSERT INTO orders SELECT n, 'customer ' || n FROM generate_series(1, (20000 * :size)::bigint) AS n;
INSERT INTO lines SELECT n, 1 + n % (20000 * :size)::bigint, 1 + (n * 7919) % (2000 * :size)::bigint, 1 + n % 5 FROM generate_series(1, (200000 * :size)::bigint) AS n;
CREATE INDEX ON lines (order_id);
CREATE INDEX ON lines (sku_id);
