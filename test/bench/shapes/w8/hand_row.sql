-- Two changes of one team may not both rank from what they see alone: the team's row is locked.
ALTER TABLE result ADD PRIMARY KEY (player_id);
CREATE FUNCTION rank_team(team bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE result r SET team_id = team, score = n.score, place = n.place
    FROM (SELECT player_id, score, rank() OVER (ORDER BY score DESC) AS place FROM players WHERE team_id = team) n
    WHERE r.player_id = n.player_id AND (r.team_id <> team OR r.score <> n.score OR r.place <> n.place);
END $$;
CREATE FUNCTION players_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM teams WHERE team_id IN (OLD.team_id, NEW.team_id) ORDER BY team_id FOR NO KEY UPDATE;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO result VALUES (NEW.player_id, NEW.team_id, NEW.score, 0);
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM result WHERE player_id = OLD.player_id;
    END IF;
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND NEW.team_id <> OLD.team_id THEN
        PERFORM rank_team(OLD.team_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM rank_team(NEW.team_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER maintain AFTER INSERT OR DELETE OR UPDATE OF team_id, score ON players FOR EACH ROW EXECUTE FUNCTION players_row();
