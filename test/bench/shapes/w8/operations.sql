-- single: update score
UPDATE players SET score = :score WHERE player_id = :player;
-- single: insert player
INSERT INTO players VALUES (10000000 + :i, 1 + :i % (2000 * :size)::bigint, :score);
-- single: delete player
DELETE FROM players WHERE player_id = 10000000 + :i;
