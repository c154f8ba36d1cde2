\set purchase random(1, 200)
UPDATE purchase SET unread = unread + 1 WHERE id = :purchase;
