-- The customer's row is locked: a payment and a block at once must not both miss what the other does.
ALTER TABLE result ADD PRIMARY KEY (customer_id);
CREATE FUNCTION judge(customer bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE called text;
BEGIN
    SELECT name INTO called FROM customers WHERE customer_id = customer FOR NO KEY UPDATE;
    IF called IS NULL THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM invoices WHERE customer_id = customer AND NOT paid)
       AND NOT EXISTS (SELECT FROM blocks WHERE customer_id = customer) THEN
        INSERT INTO result VALUES (customer, called) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM result WHERE customer_id = customer;
    END IF;
END $$;
CREATE FUNCTION invoices_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM judge(OLD.customer_id);
    END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.customer_id <> OLD.customer_id THEN
        PERFORM judge(NEW.customer_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION blocks_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM judge(coalesce(NEW.customer_id, OLD.customer_id));
    RETURN NULL;
END $$;
CREATE FUNCTION customers_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result SET name = NEW.name WHERE customer_id = NEW.customer_id;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE OR UPDATE OF customer_id, paid ON invoices FOR EACH ROW EXECUTE FUNCTION invoices_row();
CREATE TRIGGER maintain AFTER INSERT OR DELETE ON blocks FOR EACH ROW EXECUTE FUNCTION blocks_row();
CREATE TRIGGER maintain AFTER UPDATE OF name ON customers FOR EACH ROW EXECUTE FUNCTION customers_row();
