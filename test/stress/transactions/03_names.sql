\set region random(1, 7)
\set product random(1, 22)
INSERT INTO region VALUES (:region, 'new') ON CONFLICT (id) DO UPDATE SET name = 'changed ' || :product;
INSERT INTO product VALUES (:product, 'new', 3) ON CONFLICT (id) DO UPDATE SET name = 'changed', price = product.price % 9 + 1;
