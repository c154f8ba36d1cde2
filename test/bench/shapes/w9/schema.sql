-- W9: customers who owe something and are not blocked.
CREATE TABLE customers (customer_id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE invoices (invoice_id bigint PRIMARY KEY, customer_id bigint NOT NULL, paid boolean NOT NULL);
CREATE TABLE blocks (customer_id bigint PRIMARY KEY);
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, (100000 * :size)::bigint) AS n;
INSERT INTO invoices SELECT n, 1 + n % (100000 * :size)::bigint, n % 3 <> 0 FROM generate_series(1, (300000 * :size)::bigint) AS n;
INSERT INTO blocks SELECT n FROM generate_series(1, (100000 * :size)::bigint, 17) AS n;
CREATE INDEX ON invoices (customer_id);
