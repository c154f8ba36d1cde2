-- Parts of the document are patched where that is possible. Who changes a part locks the document's row first.
ALTER TABLE result ADD PRIMARY KEY (post_id);
CREATE FUNCTION comments_of(post bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', comment_id, 'body', body) ORDER BY comment_id), '[]')
    FROM comments WHERE post_id = post
$$;
CREATE FUNCTION comments_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE result SET document = jsonb_insert(document, '{comments,-1}', jsonb_build_object('id', NEW.comment_id, 'body', NEW.body), true)
        WHERE post_id = NEW.post_id AND coalesce((document #>> '{comments,-1,id}')::bigint, 0) < NEW.comment_id;
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM FROM result WHERE post_id = OLD.post_id FOR NO KEY UPDATE;
        UPDATE result SET document = jsonb_set(document, '{comments}', comments_of(OLD.post_id)) WHERE post_id = OLD.post_id;
    END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.post_id <> OLD.post_id THEN
        PERFORM FROM result WHERE post_id = NEW.post_id FOR NO KEY UPDATE;
        UPDATE result SET document = jsonb_set(document, '{comments}', comments_of(NEW.post_id)) WHERE post_id = NEW.post_id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION posts_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO result SELECT NEW.post_id, jsonb_build_object('id', NEW.post_id, 'title', NEW.title,
            'author', jsonb_build_object('id', NEW.user_id, 'name', (SELECT name FROM users WHERE user_id = NEW.user_id FOR SHARE)),
            'comments', '[]'::jsonb);
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM result WHERE post_id = OLD.post_id;
    ELSIF NEW.user_id IS NOT DISTINCT FROM OLD.user_id THEN
        UPDATE result SET document = jsonb_set(document, '{title}', to_jsonb(NEW.title)) WHERE post_id = NEW.post_id;
    ELSE
        UPDATE result SET document = document || jsonb_build_object('title', NEW.title, 'author', jsonb_build_object('id', NEW.user_id,
            'name', (SELECT name FROM users WHERE user_id = NEW.user_id FOR SHARE))) WHERE post_id = NEW.post_id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION users_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET document = jsonb_set(document, '{author,name}', to_jsonb(NEW.name))
    FROM posts p WHERE p.user_id = NEW.user_id AND r.post_id = p.post_id;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE OR UPDATE OF post_id, body ON comments FOR EACH ROW EXECUTE FUNCTION comments_row();
CREATE TRIGGER maintain AFTER INSERT OR DELETE OR UPDATE OF user_id, title ON posts FOR EACH ROW EXECUTE FUNCTION posts_row();
CREATE TRIGGER maintain AFTER UPDATE OF name ON users FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION users_row();
