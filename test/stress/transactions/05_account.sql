\set id random(1, 45)
\set region random(1, 7)
\set referrer random(1, 45)
INSERT INTO account VALUES (:id, :region, :referrer, 'new') ON CONFLICT (id) DO UPDATE
SET region = excluded.region, referrer = excluded.referrer, name = 'changed ' || :region;
