"""Goals 3, 4 and 6 to 9: each function measures one and returns (title, introduction, header, lines, oracle)."""
import server
from goal_size import size
from shape_tables import microseconds, milliseconds, ratio

PARTS = ["million", "size", "cascade", "deferred", "build", "unread", "switch"]


def fresh(schema, *statements):
    with server.Session() as session:
        session.run("SET client_min_messages = warning")
        session.run(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        session.run(f"CREATE SCHEMA {schema}")
    session = server.Session(schema=schema)
    for statement in statements:
        session.run(statement)
    return session


def difference(session, view, query):
    return session.value(f"""SELECT count(*) FROM ((TABLE {view} EXCEPT ALL ({query})) UNION ALL (({query}) EXCEPT ALL TABLE {view})) AS d""")


def timed(session, sql, rounds, after=None):
    """Median seconds of `sql`; :i is the number of the round."""
    sample = server.Sample()
    for number in range(rounds):
        sample.add([session.seconds(sql.replace(":i", str(number)))], 0, 0)
        if after:
            session.run(after)
    return sample.median()


SOURCES = ("CREATE TABLE users (user_id bigint PRIMARY KEY, name text NOT NULL)",
           "CREATE TABLE posts (post_id bigint PRIMARY KEY, user_id bigint NOT NULL, title text NOT NULL, votes integer NOT NULL)",
           "INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 100) AS n",
           "INSERT INTO posts SELECT n, 1 + n % 100, 'title ' || n, n % 100 FROM generate_series(1, 100000) AS n",
           "CREATE INDEX ON posts (user_id)", "VACUUM ANALYZE")
NAMED = "SELECT p.post_id, p.user_id, p.title, u.name FROM posts p JOIN users u ON u.user_id = p.user_id"


def cascade(options):
    """Goal 5: one change that reaches 1,000 rows, and one that goes through three levels of TVIEWs."""
    rename = "UPDATE users SET name = 'user in round ' || :i WHERE user_id = 7"
    rounds = options.rounds * 3
    with fresh("cascade_hand", *SOURCES, f"CREATE TABLE named AS {NAMED}", "ALTER TABLE named ADD PRIMARY KEY (post_id)",
               "CREATE INDEX ON named (user_id)", "VACUUM ANALYZE") as session:
        bare = timed(session, rename, rounds, "VACUUM users")
        by_hand = timed(session, "UPDATE named n SET name = u.name || :i FROM users u WHERE n.user_id = u.user_id AND u.user_id = 7",
                        rounds, "VACUUM named")
    levels = [("named", NAMED), ("named_again", "SELECT post_id, user_id, name FROM named"), ("named_last", "SELECT post_id, name FROM named_again")]
    lines, verdicts, first = [], [], 0
    with fresh("cascade_ours", *SOURCES) as session:
        for depth, (name, query) in enumerate(levels, 1):
            session.run(f"CREATE TVIEW {name} AS {query}")
            session.run("VACUUM ANALYZE")
            added = timed(session, rename, rounds, "VACUUM") - bare
            first = first or added
            lines.append([f"{depth} level{'s' if depth > 1 else ''}", milliseconds(bare), milliseconds(by_hand), milliseconds(added),
                          ratio(added, by_hand), ratio(added, first)])
        verdicts += [["cascade", name, str(difference(session, name, query))] for name, query in levels]
    return ("Goal 5: cascades", "One renamed user, 1,000 rows of each TVIEW. Milliseconds.",
            ["TVIEWs", "bare change", "UPDATE … FROM by hand", "added by the TVIEWs", "TVIEWs : by hand", "TVIEWs : first level"], lines, verdicts)


def peak_memory(session):
    """Peak resident memory of the session's backend without the shared buffers it touched, in MB."""
    status = open(f"/proc/{session.value('SELECT pg_backend_pid()')}/status", encoding="utf-8").read().splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("RssAnon"))) // 1024


def million(options):
    """Goal 2: a million rows in one statement."""
    rows = int(1000000 * options.size)
    insert = f"INSERT INTO posts SELECT 10000000 + n, 1 + n % 100, 'title ' || n, 1 FROM generate_series(1, {rows}) AS n"
    lines, verdicts, bare = [], [], 0
    for name, query in (("nothing", None), ("posts with names", NAMED), ("posts per user", "SELECT user_id, count(*) AS posts FROM posts GROUP BY user_id")):
        with fresh("million_rows", *SOURCES) as session:
            if query:
                session.run(f"CREATE TVIEW kept AS {query}")
            seconds = timed(session, insert, 1)
            memory = peak_memory(session)
            bare = bare or seconds
            lines.append([name, f"{rows:,}", milliseconds(seconds), ratio(seconds, bare), f"{memory:,}"])
            if query:
                verdicts.append(["million", name, str(difference(session, "kept", query))])
    return ("Goal 2: very many rows in one statement", "Rows inserted into `posts` (100,000 before). Milliseconds in all; memory of the backend "
            "that is not shared, MB, after the statement.", ["TVIEW", "rows", "INSERT", ": bare", "memory"], lines, verdicts)


def deferred(options):
    """Goal 6: a thousand statements on one group, recomputed once."""
    counts = "SELECT user_id, count(*) AS posts, sum(votes) AS votes FROM posts GROUP BY user_id"
    burst = """DO $$ BEGIN FOR n IN 1 .. 1000 LOOP UPDATE posts SET votes = votes + 1 WHERE post_id = 100 * (1 + n % 900); END LOOP; END $$"""
    lines, verdicts = [], []
    for mode in ("bare", "immediate", "deferred"):
        with fresh(f"deferred_{mode}", *SOURCES) as session:
            if mode != "bare":
                session.run(f"CREATE TVIEW counts WITH (refresh = '{mode}') AS {counts}")
            seconds = timed(session, burst, options.rounds)
            updates = "–"
            if mode != "bare":
                session.run("SELECT pg_stat_force_next_flush()")
                updates = session.value("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relid = 'counts'::regclass")
                updates = f"{updates / options.rounds:,.0f}"
                verdicts.append(["deferred", mode, str(difference(session, "counts", counts))])
            lines.append([mode, milliseconds(seconds), updates])
    return ("Goal 6: deferred", "1,000 single-row UPDATEs of one group (1,000 rows) in one transaction. Milliseconds.",
            ["refresh", "transaction", "rows of the TVIEW written"], lines, verdicts)


def build(options):
    """Goal 7: filling a TVIEW, and refreshing one that is right already."""
    counts = "SELECT user_id, count(*) AS posts FROM posts GROUP BY user_id"
    rows = int(1000000 * options.size)
    more = (f"INSERT INTO posts SELECT n, 1 + n % 100, 'title ' || n, n % 100 FROM generate_series(100001, {rows}) AS n", "VACUUM ANALYZE")
    lines, verdicts = [], []
    for name, query in (("posts with names", NAMED), ("posts per user", counts)):
        with fresh("build_ours", *SOURCES, *more) as session:
            view, tview = server.Sample(), server.Sample()
            for _ in range(options.rounds):
                tview.add([session.seconds(f"CREATE TVIEW built AS {query}")], 0, 0)
                indexes = session.rows("""SELECT replace(pg_get_indexdef(indexrelid), quote_ident(relname), 'plain')
                    FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = 'built'::regclass""")
                session.run("DROP TVIEW built")
                seconds = session.seconds(f"CREATE MATERIALIZED VIEW plain AS {query}")
                for (index,) in indexes:
                    seconds += session.seconds(index.replace("INDEX plain ON", "INDEX ON").replace(".built ", ".plain "))
                view.add([seconds], 0, 0)
                session.run("DROP MATERIALIZED VIEW plain")
            session.run(f"CREATE TVIEW built AS {query}")
            refresh = server.Sample()
            server.statement(refresh, session, "SELECT tview_refresh('built')")
            lines.append([name, f"{rows:,}", milliseconds(view.median()), milliseconds(tview.median()), ratio(tview.median(), view.median()),
                          milliseconds(refresh.median()), f"{refresh.mean_wal():,.0f}"])
            verdicts.append(["build", name, str(difference(session, "built", query))])
    return ("Goal 7: building", "Milliseconds. The last columns: `tview_refresh` of a TVIEW that is right, and the WAL it writes.",
            ["view", "source rows", "CREATE MATERIALIZED VIEW and indexes", "CREATE TVIEW", "ratio", "tview_refresh", "WAL bytes"], lines, verdicts)


def unread(options):
    """Goal 8: an UPDATE that no TVIEW cares for; ten TVIEWs on one table."""
    columns = "".join(f", c{n} integer NOT NULL DEFAULT 0" for n in range(10))
    source = (f"CREATE TABLE things (id bigint PRIMARY KEY, unread integer NOT NULL DEFAULT 0{columns})",
              "INSERT INTO things SELECT n FROM generate_series(1, 10000) AS n", "VACUUM ANALYZE")
    views = {0: "unread_none", 1: "unread_one", 10: "unread_ten"}
    queries = [f"SELECT id, c{n} FROM things" for n in range(10)]
    for count, schema in views.items():
        with fresh(schema, *source) as session:
            for n in range(count):
                session.run(f"CREATE TVIEW t{n} AS {queries[n]}")
    pick = "\\set id random(1, 10000)\n"
    scripts = {"UPDATE of an unread column": pick + "UPDATE things SET unread = unread + 1 WHERE id = :id;",
               "UPDATE of a column one TVIEW reads": pick + "UPDATE things SET c0 = c0 + 1 WHERE id = :id;",
               "UPDATE of columns all TVIEWs read": pick + f"UPDATE things SET {', '.join(f'c{n} = c{n} + 1' for n in range(10))} WHERE id = :id;"}
    lines = []
    for name, script in scripts.items():
        samples = {schema: server.Sample() for schema in views.values()}
        for _ in range(options.rounds * 2):
            for schema, sample in samples.items():
                server.pgbench(sample, schema, script, 0, options.transactions)
        bare, one, ten = (samples[schema].median() for schema in views.values())
        lines.append([name, microseconds(bare), microseconds(one - bare), microseconds(ten - bare), ratio(ten - bare, one - bare)])
    verdicts = []
    for count, schema in views.items():
        with server.Session(schema=schema) as session:
            verdicts += [["unread", f"{schema} t{n}", str(difference(session, f"t{n}", queries[n]))] for n in range(count)]
    return ("Goal 8: unread columns, many TVIEWs on one table", "Microseconds; the columns of the TVIEWs say what they add.",
            ["statement", "bare", "one TVIEW", "ten TVIEWs", "ten : one"], lines, verdicts)


def switch(options):
    """Goal 9: keyed against full, and what is chosen."""
    many = [statement.replace("generate_series(1, 100)", "generate_series(1, 10000)").replace("n % 100,", "n % 10000,", 1) for statement in SOURCES]
    grouped = "SELECT user_id, array_agg(title ORDER BY post_id) AS titles FROM posts GROUP BY user_id"
    retitle = "UPDATE posts SET title = '{label} ' || :i WHERE post_id <= {rows}"
    shapes = (("join, copied", SOURCES, NAMED, retitle),
              ("join, computed", SOURCES, NAMED, "UPDATE posts SET user_id = 1 + (user_id + 1 + :i) % 100 WHERE post_id <= {rows}"),
              ("groups of 10", many, grouped, retitle.replace("post_id <= {rows}", "user_id <= {rows} / 10 AND post_id <= 10000")),
              ("the same, no index", [text for text in many if "INDEX" not in text], grouped,
               retitle.replace("post_id <= {rows}", "user_id <= {rows} / 10 AND post_id <= 10000")))
    lines, verdicts = [], []
    for number, (name, sources, query, change) in enumerate(shapes):
        with fresh(f"switch_{number}", *sources) as session:
            session.run("SET client_min_messages = warning")
            session.run(f"CREATE TVIEW kept AS {query}")
            session.run("VACUUM ANALYZE")
            for rows in (1000, 5000, 10000, 20000, 35000, 50000, 100000):
                samples = {label: server.Sample() for label in ("keyed", "full", "default")}
                for i in range(options.rounds):
                    for (label, sample), setting in zip(samples.items(), ("= 1", "= 0", "TO DEFAULT")):
                        session.run(f"SET pg_tviews.full_refresh_threshold {setting}")
                        sample.add([session.seconds(change.format(label=label, rows=rows).replace(":i", str(i + rows)))], 0, 0)
                        session.run("VACUUM")
                seconds = [sample.median() for sample in samples.values()]
                lines.append([name, f"{rows // 1000},000", *map(milliseconds, seconds), ratio(seconds[2], min(seconds[:2]))])
            verdicts.append(["switch", name, str(difference(session, "kept", query))])
    return ("Goal 9: keyed or full", "Rows reached of 100,000 by one statement, which changes as many rows of `posts`, or one of each group of ten. "
            "Milliseconds, with the statement's own cost.",
            ["TVIEW", "rows reached", "keyed", "full", "chosen by itself", "chosen : better"], lines, verdicts)
