ALTER TABLE result ADD PRIMARY KEY (product_id);
CREATE INDEX ON result (category_id);
CREATE INDEX ON result (supplier_id);
CREATE FUNCTION products_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO result SELECT NEW.product_id, NEW.name, NEW.price, NEW.category_id, c.name, NEW.supplier_id, s.name,
            (SELECT quantity FROM inventory WHERE product_id = NEW.product_id FOR SHARE),
            (SELECT nullif(count(*), 0) FROM reviews WHERE product_id = NEW.product_id),
            (SELECT sum(stars) FROM reviews WHERE product_id = NEW.product_id)
        FROM categories c, suppliers s WHERE c.category_id = NEW.category_id AND s.supplier_id = NEW.supplier_id FOR SHARE;
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM result WHERE product_id = OLD.product_id;
    ELSIF NEW.category_id = OLD.category_id AND NEW.supplier_id = OLD.supplier_id THEN
        UPDATE result SET name = NEW.name, price = NEW.price WHERE product_id = NEW.product_id;
    ELSE
        UPDATE result SET name = NEW.name, price = NEW.price, category_id = NEW.category_id, supplier_id = NEW.supplier_id,
            category = (SELECT name FROM categories WHERE category_id = NEW.category_id FOR SHARE),
            supplier = (SELECT name FROM suppliers WHERE supplier_id = NEW.supplier_id FOR SHARE) WHERE product_id = NEW.product_id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION inventory_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE result SET quantity = NULL WHERE product_id = OLD.product_id;
    ELSE
        UPDATE result SET quantity = NEW.quantity WHERE product_id = NEW.product_id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION reviews_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE result SET reviews = nullif(reviews - 1, 0), stars = CASE WHEN reviews > 1 THEN stars - OLD.stars END WHERE product_id = OLD.product_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE result SET reviews = coalesce(reviews, 0) + 1, stars = coalesce(stars, 0) + NEW.stars WHERE product_id = NEW.product_id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION names_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'categories' THEN
        UPDATE result SET category = NEW.name WHERE category_id = NEW.category_id;
    ELSE
        UPDATE result SET supplier = NEW.name WHERE supplier_id = NEW.supplier_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE OR UPDATE OF name, price, category_id, supplier_id ON products FOR EACH ROW EXECUTE FUNCTION products_row();
CREATE TRIGGER maintain AFTER INSERT OR DELETE OR UPDATE OF quantity ON inventory FOR EACH ROW EXECUTE FUNCTION inventory_row();
CREATE TRIGGER maintain AFTER INSERT OR DELETE OR UPDATE OF product_id, stars ON reviews FOR EACH ROW EXECUTE FUNCTION reviews_row();
CREATE TRIGGER maintain AFTER UPDATE OF name ON categories FOR EACH ROW EXECUTE FUNCTION names_row();
CREATE TRIGGER maintain AFTER UPDATE OF name ON suppliers FOR EACH ROW EXECUTE FUNCTION names_row();
