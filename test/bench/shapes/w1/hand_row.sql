-- The author's row is locked while a post of his is added: else a rename that commits in between is lost.
ALTER TABLE result ADD PRIMARY KEY (post_id);
CREATE INDEX ON result (user_id);
CREATE FUNCTION posts_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO result SELECT NEW.post_id, NEW.user_id, NEW.title, name FROM users WHERE user_id = NEW.user_id FOR SHARE;
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM result WHERE post_id = OLD.post_id;
    ELSIF NEW.user_id = OLD.user_id THEN
        UPDATE result SET post_id = NEW.post_id, title = NEW.title WHERE post_id = OLD.post_id;
    ELSE
        UPDATE result SET post_id = NEW.post_id, title = NEW.title, user_id = NEW.user_id,
               author = (SELECT name FROM users WHERE user_id = NEW.user_id FOR SHARE) WHERE post_id = OLD.post_id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION users_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result SET author = NEW.name WHERE user_id = NEW.user_id;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE ON posts FOR EACH ROW EXECUTE FUNCTION posts_row();
CREATE TRIGGER maintain_update AFTER UPDATE OF post_id, user_id, title ON posts FOR EACH ROW
    WHEN ((OLD.post_id, OLD.user_id, OLD.title) IS DISTINCT FROM (NEW.post_id, NEW.user_id, NEW.title)) EXECUTE FUNCTION posts_row();
CREATE TRIGGER maintain AFTER UPDATE OF name ON users FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION users_row();
