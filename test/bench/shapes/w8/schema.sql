-- W8: the rank of each player within his team.
CREATE TABLE teams (team_id bigint PRIMARY KEY);
CREATE TABLE players (player_id bigint PRIMARY KEY, team_id bigint NOT NULL REFERENCES teams, score integer NOT NULL);
INSERT INTO teams SELECT n FROM generate_series(1, (2000 * :size)::bigint) AS n;
INSERT INTO players SELECT n, 1 + n % (2000 * :size)::bigint, (n * 7919) % 100003 FROM generate_series(1, (100000 * :size)::bigint) AS n;
CREATE INDEX ON players (team_id, score);
