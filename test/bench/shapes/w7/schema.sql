-- W7: products with category, supplier, inventory and a summary of their reviews.
CREATE TABLE categories (category_id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE suppliers (supplier_id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE products (product_id bigint PRIMARY KEY, name text NOT NULL, price integer NOT NULL,
    category_id bigint NOT NULL REFERENCES categories, supplier_id bigint NOT NULL REFERENCES suppliers);
CREATE TABLE inventory (product_id bigint PRIMARY KEY, quantity integer NOT NULL);
CREATE TABLE reviews (review_id bigint PRIMARY KEY, product_id bigint NOT NULL, stars integer NOT NULL);
INSERT INTO categories SELECT n, 'category ' || n FROM generate_series(1, 100) AS n;
INSERT INTO suppliers SELECT n, 'supplier ' || n FROM generate_series(1, 500) AS n;
INSERT INTO products SELECT n, 'product ' || n, n % 100, 1 + n % 100, 1 + n % 500 FROM generate_series(1, (100000 * :size)::bigint) AS n;
INSERT INTO inventory SELECT product_id, product_id % 50 FROM products;
INSERT INTO reviews SELECT n, 1 + n % (100000 * :size)::bigint, 1 + n % 5 FROM generate_series(1, (300000 * :size)::bigint) AS n;
CREATE INDEX ON products (category_id);
CREATE INDEX ON products (supplier_id);
CREATE INDEX ON reviews (product_id);
