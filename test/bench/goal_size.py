"""Goals 3 and 4: what a single-row change costs when the sources, the group or the TVIEW are a hundred times as large."""
import server
from shape_tables import microseconds

POSTS = "SELECT p.post_id, p.title, u.name FROM posts p JOIN users u ON u.user_id = p.user_id"
GROUPS = """SELECT region, count(*) AS sales, sum(amount) AS total, avg(price) AS mean, min(amount) AS lowest, max(amount) AS highest,
    bool_and(paid) AS all_paid, bit_or(flags) AS flags, count(*) FILTER (WHERE paid) AS paid FROM sales GROUP BY region"""
AGGREGATES = ("count(*)", "sum(amount)", "avg(price)", "min(amount)", "max(amount)", "bool_and(paid)", "bool_or(paid)", "bit_and(flags)",
              "bit_or(flags)", "sum(amount) FILTER (WHERE paid)")
CHANGES = {
    "sources, TVIEW: update title": (POSTS, "UPDATE posts SET title = title || '.' WHERE post_id = 1 + :i % 5000;"),
    "sources, TVIEW: insert post": (POSTS, "INSERT INTO posts VALUES (1000000000 + :i, 1 + :i % 500, 'new');"),
    "sources, TVIEW: rename user": (POSTS, "UPDATE users SET name = name || '.' WHERE user_id = 1 + :i % 500;"),
    "group: all aggregates, insert": (GROUPS, "INSERT INTO sales VALUES (1000000000 + :i, 1 + :i % 10, 500, 1.5, true, 5);"),
}


def create(schema, rows):
    """`rows` posts of rows / 10 users; `rows` sales in 10 groups of rows / 10."""
    with server.Session() as session:
        session.run(f"CREATE SCHEMA {schema}")
    session = server.Session(schema=schema)
    for sql in ("CREATE TABLE users (user_id bigint PRIMARY KEY, name text NOT NULL)",
                "CREATE TABLE posts (post_id bigint PRIMARY KEY, user_id bigint NOT NULL, title text NOT NULL)",
                "CREATE TABLE sales (sale_id bigint PRIMARY KEY, region integer NOT NULL, amount integer NOT NULL, price numeric(10,2) NOT NULL, "
                "paid boolean NOT NULL, flags integer NOT NULL)",
                f"INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, {rows} / 10) AS n",
                f"INSERT INTO posts SELECT n, 1 + n % ({rows} / 10), 'title' FROM generate_series(1, {rows}) AS n",
                f"INSERT INTO sales SELECT n, 1 + n % 10, n % 1000, n % 100 / 4.0, n % 2 = 0, n % 16 FROM generate_series(1, {rows}) AS n",
                "CREATE INDEX ON posts (user_id)", "CREATE INDEX ON sales (region)", "VACUUM ANALYZE"):
        session.run(sql)
    return session


def changes():
    """Every change with its query; one aggregate each besides, so that the one that is not O(changed rows) shows."""
    result = dict(CHANGES)
    for aggregate in AGGREGATES:
        query = f"SELECT region, {aggregate} AS value FROM sales GROUP BY region"
        result[f"group: {aggregate}, update"] = (query, "UPDATE sales SET amount = amount + 1, flags = (flags + 1) % 16, paid = NOT paid, "
                                                        "price = price + 0.25 WHERE sale_id = 11 + :i % 5000;")
    return result


def size(options):
    sizes = [10000, int(1000000 * options.size), int(10000000 * options.size)]
    if options.size < 1:
        sizes.pop()
    measured, verdicts = {}, []
    for rows in sizes:
        schema = f"size_{rows}"
        create(schema, rows).connection.close()
        for number, (name, (query, statement)) in enumerate(changes().items()):
            with server.Session(schema=schema) as session:
                session.run(f"CREATE TVIEW v AS {query}")
                session.run("VACUUM ANALYZE v")
            sample = measured[name, rows] = server.Sample()
            server.pgbench(sample, schema, f"\\set i :i + 1\n{statement}\n", number * 1000, min(options.transactions, 200))
            with server.Session(schema=schema) as session:
                wrong = session.value(f"SELECT count(*) FROM ((TABLE v EXCEPT ALL ({query})) UNION ALL (({query}) EXCEPT ALL TABLE v)) AS d")
                verdicts.append(["size", f"{name}, {rows:,}", str(wrong)])
                session.run("DROP TVIEW v")
        with server.Session() as session:
            session.run("SET client_min_messages = warning")
            session.run(f"DROP SCHEMA {schema} CASCADE")
    lines = []
    for name in changes():
        samples = [measured[name, rows] for rows in sizes]
        lines.append([name, *(microseconds(sample.median()) for sample in samples), f"{samples[-1].median() / samples[0].median():.2f}",
                      *(f"{sample.mean_blocks():,.0f}" for sample in samples), f"{samples[-1].mean_blocks() / samples[0].mean_blocks():.2f}"])
    header = ["change", *(f"{rows:,} rows, µs" for rows in sizes), "µs, last : first", *(f"{rows:,} rows, blocks" for rows in sizes),
              "blocks, last : first"]
    return ("Goals 3 and 4: independent of size", "Single-row statements, in all, over sources of growing size. A group has a tenth of the rows; "
            "the TVIEW of posts has as many as its source.", header, lines, verdicts)
