-- The row of the result is locked before anything is recomputed from the readings.
ALTER TABLE result ADD PRIMARY KEY (user_id);
CREATE FUNCTION reading_added(who bigint, what integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO result AS r VALUES (who, what, what) ON CONFLICT (user_id) DO UPDATE
    SET lowest = least(r.lowest, what), highest = greatest(r.highest, what) WHERE what < r.lowest OR what > r.highest;
END $$;
CREATE FUNCTION reading_removed(who bigint, what integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE stored result;
BEGIN
    SELECT * INTO stored FROM result WHERE user_id = who FOR NO KEY UPDATE;
    IF what > stored.lowest AND what < stored.highest THEN
        RETURN;
    END IF;
    stored.lowest := (SELECT min(value) FROM readings WHERE user_id = who);
    IF stored.lowest IS NULL THEN
        DELETE FROM result WHERE user_id = who;
    ELSE
        stored.highest := (SELECT max(value) FROM readings WHERE user_id = who);
        UPDATE result SET lowest = stored.lowest, highest = stored.highest
        WHERE user_id = who AND (lowest <> stored.lowest OR highest <> stored.highest);
    END IF;
END $$;
CREATE FUNCTION readings_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM reading_added(NEW.user_id, NEW.value);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM reading_removed(OLD.user_id, OLD.value);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE ON readings FOR EACH ROW EXECUTE FUNCTION readings_row();
CREATE TRIGGER maintain_update AFTER UPDATE OF user_id, value ON readings FOR EACH ROW
    WHEN ((OLD.user_id, OLD.value) IS DISTINCT FROM (NEW.user_id, NEW.value)) EXECUTE FUNCTION readings_row();
