-- view: result
SELECT player_id, team_id, score, rank() OVER (PARTITION BY team_id ORDER BY score DESC) AS place FROM players
