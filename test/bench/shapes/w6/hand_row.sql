-- A line's price is locked while it is counted; lines come and go through the same functions.
ALTER TABLE result ADD PRIMARY KEY (order_id);
CREATE FUNCTION lines_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE remaining bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.order_id = OLD.order_id AND NEW.sku_id = OLD.sku_id THEN
        UPDATE result SET total = total + (NEW.quantity - OLD.quantity) * (SELECT price FROM skus WHERE sku_id = NEW.sku_id FOR SHARE)
        WHERE order_id = NEW.order_id;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE result SET lines = lines - 1, total = total - OLD.quantity * (SELECT price FROM skus WHERE sku_id = OLD.sku_id FOR SHARE)
        WHERE order_id = OLD.order_id RETURNING lines INTO remaining;
        IF remaining = 0 THEN
            DELETE FROM result WHERE order_id = OLD.order_id;
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO result AS r SELECT order_id, customer, 1, NEW.quantity * (SELECT price FROM skus WHERE sku_id = NEW.sku_id FOR SHARE)
        FROM orders WHERE order_id = NEW.order_id FOR SHARE
        ON CONFLICT (order_id) DO UPDATE SET lines = r.lines + 1, total = r.total + EXCLUDED.total;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION skus_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET total = r.total + d.quantity * (NEW.price - OLD.price)
    FROM (SELECT order_id, sum(quantity) AS quantity FROM lines WHERE sku_id = NEW.sku_id GROUP BY order_id) d
    WHERE r.order_id = d.order_id;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE OR UPDATE OF order_id, sku_id, quantity ON lines FOR EACH ROW EXECUTE FUNCTION lines_row();
CREATE TRIGGER maintain AFTER UPDATE OF price ON skus FOR EACH ROW WHEN (OLD.price <> NEW.price) EXECUTE FUNCTION skus_row();
