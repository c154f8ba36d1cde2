-- Five tables with few keys, so that the clients meet, and TVIEWs of all kinds on them.
CREATE EXTENSION pg_tviews;
SET client_min_messages = warning;

CREATE TABLE region (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE account (id int PRIMARY KEY, region int, referrer int, name text NOT NULL);
CREATE TABLE product (id int PRIMARY KEY, name text NOT NULL, price int NOT NULL);
CREATE TABLE purchase (id int PRIMARY KEY, account int, note text, unread int);
CREATE TABLE line (id int PRIMARY KEY, purchase int REFERENCES purchase ON DELETE CASCADE, product int, quantity int);
CREATE INDEX ON account (region);
CREATE INDEX ON account (referrer);
CREATE INDEX ON purchase (account);
CREATE INDEX ON line (purchase);
CREATE INDEX ON line (product);

INSERT INTO region SELECT n, 'region ' || n FROM generate_series(1, 6) AS n;
INSERT INTO account SELECT n, 1 + n % 6, nullif(n % 5, 0), 'account ' || n FROM generate_series(1, 40) AS n;
INSERT INTO product SELECT n, 'product ' || n, n FROM generate_series(1, 20) AS n;
INSERT INTO purchase SELECT n, 1 + n % 45, 'note', 0 FROM generate_series(1, 150) AS n;
INSERT INTO line SELECT n, 1 + n % 150, 1 + n % 22, n % 7 FROM generate_series(1, 400) AS n;

CREATE TVIEW purchase_list AS
SELECT p.id, p.note, a.name AS account, r.name AS region
FROM purchase p JOIN account a ON a.id = p.account JOIN region r ON r.id = a.region;

CREATE TVIEW account_purchases AS
SELECT a.id, a.name, p.id AS purchase, p.note FROM account a LEFT JOIN purchase p ON p.account = a.id;

CREATE TVIEW product_totals AS
SELECT product, count(*) AS lines, sum(quantity) AS quantity, min(quantity) AS least, max(quantity) AS most
FROM line GROUP BY product;

CREATE TVIEW product_values WITH (refresh = deferred) AS
SELECT p.id, p.name, t.lines, t.quantity * p.price AS value FROM product p LEFT JOIN product_totals t ON t.product = p.id;

CREATE TVIEW region_totals AS
SELECT region, count(*) AS purchases, count(DISTINCT account) AS accounts FROM purchase_list GROUP BY region;

CREATE TVIEW referrals AS
SELECT a.id, a.name, r.name AS referrer, s.name AS second
FROM account a LEFT JOIN account r ON r.id = a.referrer LEFT JOIN account s ON s.id = r.referrer;

CREATE TVIEW idle_accounts AS
SELECT a.id, a.name FROM account a WHERE NOT EXISTS (SELECT FROM purchase p WHERE p.account = a.id);

CREATE TVIEW documents WITH (refresh = deferred) AS
SELECT p.id, jsonb_build_object('note', p.note, 'lines', (
           SELECT jsonb_agg(jsonb_build_object('product', d.name, 'quantity', l.quantity) ORDER BY l.id)
           FROM line l JOIN product d ON d.id = l.product WHERE l.purchase = p.id)) AS document
FROM purchase p;

-- Kept by a companion; copied through GROUP BY; added to a group beside a row; parts of documents; a partner of many groups.
CREATE TVIEW product_means AS
SELECT product, avg(quantity) AS mean, sum(quantity) / count(*) AS whole FROM line GROUP BY product HAVING count(*) > 2 AND sum(quantity) > 5;

CREATE TVIEW mean_counts WITH (refresh = deferred) AS SELECT whole, count(*) AS products FROM product_means GROUP BY whole;

CREATE TVIEW account_lines AS
SELECT a.id, a.name, r.name AS region, count(*) AS lines, sum(l.quantity) AS quantity, avg(l.quantity * d.price) AS spent
FROM line l JOIN purchase p ON p.id = l.purchase JOIN account a ON a.id = p.account JOIN product d ON d.id = l.product
     LEFT JOIN region r ON r.id = a.region
GROUP BY a.id, r.id;

CREATE TVIEW purchase_sizes AS
SELECT p.id, p.note, s.lines, s.quantity, s.mean
FROM purchase p LEFT JOIN (SELECT purchase, count(*) AS lines, sum(quantity) AS quantity, avg(quantity) AS mean FROM line GROUP BY purchase) s
     ON s.purchase = p.id;

CREATE TVIEW account_documents AS
SELECT p.id, jsonb_build_object('note', p.note, 'account', jsonb_build_object('name', a.name, 'region', jsonb_build_object('name', r.name)),
       'names', jsonb_build_array(a.name, r.name)) AS document
FROM purchase p JOIN account a ON a.id = p.account LEFT JOIN region r ON r.id = a.region;
