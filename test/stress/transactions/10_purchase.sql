\set id random(1, 200)
\set account random(1, 45)
INSERT INTO purchase VALUES (:id, :account, 'new', 0) ON CONFLICT (id) DO UPDATE SET account = excluded.account, note = 'moved';
