ALTER TABLE result ADD PRIMARY KEY (region);
CREATE FUNCTION count_sale(which integer, number integer, value integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE remaining bigint;
BEGIN
    UPDATE result SET sales = sales + number, total = total + value,
           mean = CASE WHEN sales + number > 0 THEN (total + value)::numeric / (sales + number) END
    WHERE region = which RETURNING sales INTO remaining;
    IF NOT FOUND THEN
        INSERT INTO result AS r VALUES (which, number, value, value::numeric / number)
        ON CONFLICT (region) DO UPDATE SET sales = r.sales + number, total = r.total + value,
           mean = (r.total + value)::numeric / (r.sales + number);
    ELSIF remaining = 0 THEN
        DELETE FROM result WHERE region = which;
    END IF;
END $$;
CREATE FUNCTION sales_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE remaining bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE result SET sales = sales + 1, total = total + NEW.amount, mean = (total + NEW.amount)::numeric / (sales + 1)
        WHERE region = NEW.region;
        IF NOT FOUND THEN
            PERFORM count_sale(NEW.region, 1, NEW.amount);
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM count_sale(OLD.region, -1, -OLD.amount);
    ELSIF NEW.region = OLD.region THEN
        UPDATE result SET total = total + (NEW.amount - OLD.amount), mean = (total + (NEW.amount - OLD.amount))::numeric / sales
        WHERE region = NEW.region;
    ELSE
        PERFORM count_sale(OLD.region, -1, -OLD.amount);
        PERFORM count_sale(NEW.region, 1, NEW.amount);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE ON sales FOR EACH ROW EXECUTE FUNCTION sales_row();
CREATE TRIGGER maintain_update AFTER UPDATE OF region, amount ON sales FOR EACH ROW
    WHEN ((OLD.region, OLD.amount) IS DISTINCT FROM (NEW.region, NEW.amount)) EXECUTE FUNCTION sales_row();
