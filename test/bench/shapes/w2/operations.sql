-- single: insert workout
INSERT INTO workouts VALUES (10000000 + :i, 1 + :i % (10000 * :size)::bigint, 30);
-- single: update minutes
UPDATE workouts SET minutes = 1 + (minutes + 1) % 90 WHERE workout_id = :workout;
-- single: delete workout
DELETE FROM workouts WHERE workout_id = 10000000 + :i;
-- single: rename user
UPDATE users SET name = 'user ' || :i WHERE user_id = :user;
-- bulk: insert 10,000 workouts
INSERT INTO workouts SELECT 20000000 + n, 1 + n % (10000 * :size)::bigint, 30 FROM generate_series(1, 10000) AS n;
-- bulk: update 10,000 workouts
UPDATE workouts SET minutes = minutes + 1 WHERE workout_id > 20000000;
-- bulk: delete 10,000 workouts
DELETE FROM workouts WHERE workout_id > 20000000;
