\set region random(1, 7)
\set product random(1, 22)
BEGIN;
DELETE FROM product WHERE id = :product;
DELETE FROM region WHERE id = :region;
COMMIT;
