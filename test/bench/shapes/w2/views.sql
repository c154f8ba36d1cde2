-- view: result
SELECT u.user_id, u.name, count(*) AS workouts, sum(w.minutes) AS minutes
FROM users u JOIN workouts w ON w.user_id = u.user_id GROUP BY u.user_id, u.name
