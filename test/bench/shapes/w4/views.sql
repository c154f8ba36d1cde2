-- view: result
SELECT user_id, min(value) AS lowest, max(value) AS highest FROM readings GROUP BY user_id
