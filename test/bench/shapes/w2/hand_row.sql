ALTER TABLE result ADD PRIMARY KEY (user_id);
CREATE FUNCTION count_workout(who bigint, number integer, amount bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE remaining bigint;
BEGIN
    UPDATE result SET workouts = workouts + number, minutes = minutes + amount WHERE user_id = who RETURNING workouts INTO remaining;
    IF NOT FOUND THEN
        INSERT INTO result AS r SELECT user_id, name, number, amount FROM users WHERE user_id = who FOR SHARE
        ON CONFLICT (user_id) DO UPDATE SET workouts = r.workouts + EXCLUDED.workouts, minutes = r.minutes + EXCLUDED.minutes;
    ELSIF remaining = 0 THEN
        DELETE FROM result WHERE user_id = who;
    END IF;
END $$;
CREATE FUNCTION workouts_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE remaining bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE result SET workouts = workouts + 1, minutes = minutes + NEW.minutes WHERE user_id = NEW.user_id;
        IF NOT FOUND THEN
            PERFORM count_workout(NEW.user_id, 1, NEW.minutes);
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE result SET workouts = workouts - 1, minutes = minutes - OLD.minutes WHERE user_id = OLD.user_id RETURNING workouts INTO remaining;
        IF remaining = 0 THEN
            DELETE FROM result WHERE user_id = OLD.user_id;
        END IF;
    ELSIF NEW.user_id = OLD.user_id THEN
        UPDATE result SET minutes = minutes + (NEW.minutes - OLD.minutes) WHERE user_id = NEW.user_id;
    ELSE
        PERFORM count_workout(OLD.user_id, -1, -OLD.minutes);
        PERFORM count_workout(NEW.user_id, 1, NEW.minutes);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION users_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result SET name = NEW.name WHERE user_id = NEW.user_id;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE ON workouts FOR EACH ROW EXECUTE FUNCTION workouts_row();
CREATE TRIGGER maintain_update AFTER UPDATE OF user_id, minutes ON workouts FOR EACH ROW
    WHEN ((OLD.user_id, OLD.minutes) IS DISTINCT FROM (NEW.user_id, NEW.minutes)) EXECUTE FUNCTION workouts_row();
CREATE TRIGGER maintain AFTER UPDATE OF name ON users FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION users_row();
