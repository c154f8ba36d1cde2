-- W3: count, sum and average per region: ten groups over a million rows.
CREATE TABLE sales (sale_id bigint PRIMARY KEY, region integer NOT NULL, amount integer NOT NULL);
INSERT INTO sales SELECT n, n % 10, n % 1000 FROM generate_series(1, (1000000 * :size)::bigint) AS n;
CREATE INDEX ON sales (region);
