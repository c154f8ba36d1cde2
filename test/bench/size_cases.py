"""What is measured over sources, groups and TVIEWs of growing size: the data, the TVIEWs, a change, and the best trigger where there is one."""


class Case:
    """`views`: (name, query), each may read those before. `hand`: SQL that keeps a table `kept` by a trigger of the changed table. In `statement`, i
    never comes twice and k counts from 1."""

    def __init__(self, kind, name, views, statement, hand=None):
        self.kind = kind
        self.name = name
        self.views = views
        self.statement = statement
        self.hand = hand


# Posts have ten per user, and as many copies in a partitioned table; sales have ten regions.
SOURCES = """CREATE TABLE users (user_id bigint PRIMARY KEY, name text NOT NULL)
CREATE TABLE posts (post_id bigint PRIMARY KEY, user_id bigint NOT NULL, title text NOT NULL, votes integer NOT NULL)
CREATE TABLE events (event_id bigint NOT NULL, user_id bigint NOT NULL, weight integer NOT NULL) PARTITION BY HASH (user_id)
CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0)
CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1)
INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, {rows} / 10) AS n
INSERT INTO posts SELECT n, 1 + n % ({rows} / 10), 'title', 1 + n % 97 FROM generate_series(1, {rows}) AS n
INSERT INTO events SELECT n, 1 + n % ({rows} / 10), 1 + n % 97 FROM generate_series(1, {rows}) AS n
ALTER TABLE events ADD PRIMARY KEY (user_id, event_id)
CREATE INDEX ON posts (user_id)
VACUUM ANALYZE users, posts, events""".splitlines()
SALES = """CREATE TABLE sales (sale_id bigint PRIMARY KEY, region integer NOT NULL, amount integer NOT NULL, price numeric(10,2) NOT NULL, paid boolean NOT NULL, flags integer NOT NULL)
INSERT INTO sales SELECT n, 1 + n % 10, n / 10 % 1000, n % 100 / 4.0, n / 10 % 2 = 0, n / 10 % 16 FROM generate_series(1, {rows}) AS n
CREATE INDEX ON sales (region)
CREATE INDEX ON sales (region, amount)
VACUUM ANALYZE sales""".splitlines()

POSTS = "SELECT p.post_id, p.title, u.name FROM posts p JOIN users u ON u.user_id = p.user_id"
PER_USER = "SELECT user_id, count(*) AS posts, sum(votes) AS votes FROM posts GROUP BY user_id"
TITLE = "UPDATE posts SET title = 'title ' || :i WHERE post_id = 1 + :i % 5000;"
VOTE = "UPDATE posts SET votes = 1 + (votes + :i) % 97 WHERE post_id = 1 + :i % 5000;"
INSERT_POST = "INSERT INTO posts VALUES (1000000000 + :i, 1 + :i % 500, 'new', 5);"
RENAME = "UPDATE users SET name = 'user ' || :i WHERE user_id = 1 + :i % 500;"
ALL_AGGREGATES = """SELECT region, count(*) AS sales, sum(amount) AS total, avg(price) AS mean, min(amount) AS lowest, max(amount) AS highest,
    bool_and(paid) AS all_paid, bit_or(flags) AS flags, count(*) FILTER (WHERE paid) AS paid FROM sales GROUP BY region"""
TOTALS = "SELECT region, count(*) AS sales, sum(amount) AS total FROM sales GROUP BY region"

HAND_POSTS = f"""CREATE TABLE kept AS {POSTS};
ALTER TABLE kept ADD PRIMARY KEY (post_id);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO kept SELECT NEW.post_id, NEW.title, name FROM users WHERE user_id = NEW.user_id FOR SHARE;
    ELSE
        UPDATE kept SET title = NEW.title WHERE post_id = NEW.post_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep AFTER INSERT OR UPDATE OF title ON posts FOR EACH ROW EXECUTE FUNCTION keep()"""
HAND_RENAME = f"""CREATE TABLE kept AS {POSTS};
ALTER TABLE kept ADD PRIMARY KEY (post_id);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE kept k SET name = NEW.name FROM posts p WHERE p.user_id = NEW.user_id AND k.post_id = p.post_id;
    RETURN NULL;
END $$;
CREATE TRIGGER keep AFTER UPDATE OF name ON users FOR EACH ROW EXECUTE FUNCTION keep()"""
HAND_PER_USER = f"""CREATE TABLE kept AS {PER_USER};
ALTER TABLE kept ADD PRIMARY KEY (user_id);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO kept AS k VALUES (NEW.user_id, 1, NEW.votes) ON CONFLICT (user_id) DO UPDATE SET posts = k.posts + 1, votes = k.votes + EXCLUDED.votes;
    ELSE
        UPDATE kept SET votes = votes + NEW.votes - OLD.votes WHERE user_id = NEW.user_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep AFTER INSERT OR UPDATE OF votes ON posts FOR EACH ROW EXECUTE FUNCTION keep()"""
HAND_TOTALS = f"""CREATE TABLE kept AS {TOTALS};
ALTER TABLE kept ADD PRIMARY KEY (region);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE kept SET total = total + NEW.amount - OLD.amount WHERE region = NEW.region;
    RETURN NULL;
END $$;
CREATE TRIGGER keep AFTER UPDATE OF amount ON sales FOR EACH ROW EXECUTE FUNCTION keep()"""

CASES = [
    # As many rows in the TVIEW as in its source.
    Case("TVIEW", "join: update title", [("v", POSTS)], TITLE, HAND_POSTS),
    Case("TVIEW", "join: insert post", [("v", POSTS)], INSERT_POST, HAND_POSTS),
    Case("TVIEW", "join: rename user (10 posts)", [("v", POSTS)], RENAME, HAND_RENAME),
    Case("TVIEW", "join: delete post", [("v", POSTS)], "DELETE FROM posts WHERE post_id = 6000 + :k;"),
    Case("TVIEW", "left join: move post", [("v", "SELECT u.user_id, u.name, p.post_id, p.title FROM users u LEFT JOIN posts p ON p.user_id = u.user_id")],
         "UPDATE posts SET user_id = 1 + (user_id + 7) % 500 WHERE post_id = 1 + :i % 5000;"),
    Case("TVIEW", "window: rank within ten", [("v", "SELECT post_id, user_id, rank() OVER (PARTITION BY user_id ORDER BY votes DESC, post_id) AS rank FROM posts")],
         VOTE),
    Case("TVIEW", "union", [("v", "SELECT user_id, title FROM posts UNION SELECT user_id, name FROM users")], TITLE),
    Case("TVIEW", "union all", [("v", "SELECT post_id, title FROM posts UNION ALL SELECT user_id, name FROM users")], TITLE),
    Case("TVIEW", "two levels: join, join", [("v", POSTS), ("w", "SELECT v.post_id, v.name, p.votes FROM v JOIN posts p ON p.post_id = v.post_id")], RENAME),
    # A tenth as many rows in the TVIEW.
    Case("sources", "count, sum per user: insert", [("v", PER_USER)], INSERT_POST, HAND_PER_USER),
    Case("sources", "count, sum per user: update", [("v", PER_USER)], VOTE, HAND_PER_USER),
    Case("sources", "join, count per user and name: insert",
         [("v", "SELECT u.user_id, u.name, count(*) AS posts, sum(p.votes) AS votes FROM users u JOIN posts p ON p.user_id = u.user_id GROUP BY u.user_id, u.name")],
         INSERT_POST),
    Case("sources", "join, sum of products: update user of ten posts",
         [("v", "SELECT p.votes, count(*) AS posts, sum(p.post_id * length(u.name)) AS total FROM users u JOIN posts p ON p.user_id = u.user_id GROUP BY p.votes")],
         RENAME),
    Case("sources", "left join, count: insert",
         [("v", "SELECT u.user_id, u.name, count(p.post_id) AS posts FROM users u LEFT JOIN posts p ON p.user_id = u.user_id GROUP BY u.user_id, u.name")], INSERT_POST),
    Case("sources", "EXISTS: update votes",
         [("v", "SELECT u.user_id, u.name FROM users u WHERE EXISTS (SELECT FROM posts p WHERE p.user_id = u.user_id AND p.votes > 90)")], VOTE),
    Case("sources", "NOT EXISTS: update votes",
         [("v", "SELECT u.user_id, u.name FROM users u WHERE NOT EXISTS (SELECT FROM posts p WHERE p.user_id = u.user_id AND p.votes > 90)")], VOTE),
    Case("sources", "document with array: update title",
         [("v", "SELECT u.user_id, jsonb_build_object('name', u.name, 'posts', (SELECT jsonb_agg(p.title ORDER BY p.post_id) FROM posts p "
                "WHERE p.user_id = u.user_id)) AS data FROM users u")], TITLE),
    Case("sources", "distinct: update votes", [("v", "SELECT DISTINCT user_id, votes % 2 AS odd FROM posts")], VOTE),
    Case("sources", "distinct on: update votes", [("v", "SELECT DISTINCT ON (user_id) user_id, post_id, votes FROM posts ORDER BY user_id, votes DESC, post_id")], VOTE),
    Case("sources", "max per user: delete", [("v", "SELECT user_id, max(votes) AS most, min(votes) AS least FROM posts GROUP BY user_id")],
         "DELETE FROM posts WHERE post_id = 8000 + :k;"),
    Case("sources", "window total of the first of each", [("v", "SELECT * FROM (SELECT user_id, post_id, row_number() OVER (PARTITION BY user_id ORDER BY votes, post_id) "
                                                                 "AS place FROM posts) ranked WHERE place = 1")], VOTE),
    Case("sources", "partitioned, count, sum: update", [("v", "SELECT user_id, count(*) AS events, sum(weight) AS weight FROM events GROUP BY user_id")],
         "UPDATE events SET weight = weight + 1 WHERE user_id = 1 + :i % 500 AND event_id = :i % 500;"),
    Case("sources", "partitioned, join: insert",
         [("v", "SELECT u.user_id, u.name, sum(e.weight) AS weight FROM users u JOIN events e ON e.user_id = u.user_id GROUP BY u.user_id, u.name")],
         "INSERT INTO events VALUES (1000000000 + :i, 1 + :i % 500, 5);"),
    Case("sources", "three levels: update votes",
         [("v", PER_USER), ("w", "SELECT v.user_id, v.posts, v.votes, u.name FROM v JOIN users u ON u.user_id = v.user_id"),
          ("x", "SELECT user_id / 10 AS club, count(*) AS members, sum(votes) AS votes FROM w GROUP BY user_id / 10")], VOTE),
    # Ten groups.
    Case("group", "count, sum: update", [("v", TOTALS)], "UPDATE sales SET amount = amount + 1 WHERE sale_id = 1 + :i % 100;", HAND_TOTALS),
    Case("group", "all aggregates: insert", [("v", ALL_AGGREGATES)], "INSERT INTO sales VALUES (1000000000 + :k, 1 + :i % 10, 500, 1.5, true, 5);"),
    Case("group", "all aggregates: delete", [("v", ALL_AGGREGATES)], "DELETE FROM sales WHERE sale_id = 1000000000 + :k;"),
    Case("group", "min: delete the least", [("v", "SELECT region, min(amount) AS lowest FROM sales GROUP BY region")],
         "UPDATE sales SET amount = 1000000 WHERE sale_id = (SELECT sale_id FROM sales WHERE region = 1 + :i % 10 ORDER BY region, amount LIMIT 1);"),
    Case("group", "max: delete the greatest", [("v", "SELECT region, max(amount) AS highest FROM sales GROUP BY region")],
         "UPDATE sales SET amount = 0 WHERE sale_id = (SELECT sale_id FROM sales WHERE region = 1 + :i % 10 ORDER BY region DESC, amount DESC LIMIT 1);"),
]
for aggregate in ("count(*)", "sum(amount)", "avg(price)", "min(amount)", "max(amount)", "bool_and(paid)", "bool_or(paid)", "bit_and(flags)",
                  "bit_or(flags)", "sum(amount) FILTER (WHERE paid)"):
    CASES.append(Case("group", f"{aggregate}: update", [("v", f"SELECT region, {aggregate} AS value FROM sales GROUP BY region")],
                      "UPDATE sales SET amount = amount + 1, flags = (flags + 1) % 16, paid = NOT paid, price = price + 0.25 WHERE sale_id = 1 + :i % 100;"))
