-- What the operations need: lines that change their amount. One trigger for all three levels.
ALTER TABLE order_totals ADD PRIMARY KEY (order_id);
ALTER TABLE customer_totals ADD PRIMARY KEY (customer_id, region);
ALTER TABLE result ADD PRIMARY KEY (region);
CREATE FUNCTION lines_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE o order_totals;
BEGIN
    UPDATE order_totals SET total = total + (NEW.amount - OLD.amount) WHERE order_id = NEW.order_id RETURNING * INTO o;
    UPDATE customer_totals SET total = total + (NEW.amount - OLD.amount) WHERE customer_id = o.customer_id AND region = o.region;
    UPDATE result SET total = total + (NEW.amount - OLD.amount) WHERE region = o.region;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER UPDATE OF amount ON lines FOR EACH ROW WHEN (OLD.amount <> NEW.amount) EXECUTE FUNCTION lines_row();
