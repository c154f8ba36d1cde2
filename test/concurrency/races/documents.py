"""Races for one jsonb document: who rewrites a value of it meets who rewrites another, and who makes the document again."""

from .scenario import Scenario

TABLES = """CREATE TABLE author (id int PRIMARY KEY, name text); CREATE TABLE post (id int PRIMARY KEY, author int, title text, note text);
            CREATE TABLE comment (id int PRIMARY KEY, post int, body text);"""
ROWS = """INSERT INTO author VALUES (1, 'one'), (2, 'two'); INSERT INTO post VALUES (10, 1, 'ten', 'x'), (11, 1, 'eleven', 'x'), (20, 2, 'twenty', 'x');
          INSERT INTO comment VALUES (100, 10, 'a'), (101, 10, 'b'), (110, 11, 'c'), (200, 20, 'd');"""
TVIEWS = {
    'flat': ("SELECT p.id, jsonb_build_object('title', p.title, 'note', p.note, 'author', jsonb_build_object('id', p.author, 'name', a.name)) AS document"
             ' FROM post p LEFT JOIN author a ON a.id = p.author', 'id'),
    'with_comments': ("SELECT p.id, jsonb_build_object('title', p.title, 'author', jsonb_build_object('name', a.name, 'loud', upper(a.name)), 'comments',"
                      " coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'body', c.body) ORDER BY c.id) FILTER (WHERE c.id IS NOT NULL), '[]'),"
                      " 'count', count(c.id)) AS document FROM post p LEFT JOIN author a ON a.id = p.author LEFT JOIN comment c ON c.post = p.id"
                      ' GROUP BY p.id, a.id', 'id'),
    'listed': ("SELECT p.id, jsonb_build_object('title', p.title, 'comments', coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'body', c.body) ORDER BY c.id)"
               " FILTER (WHERE c.id IS NOT NULL), '[]')) AS document FROM post p LEFT JOIN comment c ON c.post = p.id GROUP BY p.id", 'id'),
    'above': ("SELECT id, document -> 'author' ->> 'name' AS name, jsonb_array_length(document -> 'comments') AS comments FROM with_comments", 'id'),
}
TITLED = "UPDATE post SET title = title || '!' WHERE id = 10"
RENAMED = "UPDATE author SET name = name || '?' WHERE id = 1"
SAID = "INSERT INTO comment VALUES (102, 10, 'new')"


def race(name, *transactions, **options):
    return Scenario(name, TABLES, ROWS, TVIEWS, transactions, **options)


SCENARIOS = [
    race('title_beside_comment', (TITLED,), (SAID,)),
    race('title_beside_author', (TITLED,), (RENAMED,)),
    race('title_beside_note', (TITLED,), ("UPDATE post SET note = 'y' WHERE id = 10",)),
    race('author_beside_comment', (RENAMED,), (SAID, 'DELETE FROM comment WHERE id = 110')),
    race('author_beside_new_and_gone_posts', (RENAMED,), ("INSERT INTO post VALUES (12, 1, 'twelve', 'x')", 'DELETE FROM post WHERE id = 11')),
    race('author_beside_moved_post', (RENAMED, "UPDATE author SET name = 'b' WHERE id = 2"), ('UPDATE post SET author = 3 - author WHERE id IN (10, 20)',)),
    race('comments_of_one_document', (SAID,), ("INSERT INTO comment VALUES (99, 10, 'first'), (111, 11, 'other')",)),
    race('comment_moved_beside_comments', ('UPDATE comment SET post = 11 WHERE id = 100',), (SAID, 'DELETE FROM comment WHERE id = 110')),
    race('comment_renumbered_beside_title', ('UPDATE comment SET id = 300 WHERE id = 100',), (TITLED, "UPDATE comment SET body = 'z' WHERE id = 101")),
    race('comment_changed_by_both', ("UPDATE comment SET body = 'a' WHERE id = 100",), ('UPDATE comment SET post = 20 WHERE id = 100',)),
    race('comment_beside_gone_and_new_post', (SAID, "INSERT INTO comment VALUES (103, 12, 'early')"), ('DELETE FROM post WHERE id = 10', "INSERT INTO post VALUES (12, 1, 'twelve', 'x')")),
    race('three_parts_of_a_document', (TITLED,), (RENAMED,), (SAID,)),
    race('authors_in_two_orders', (RENAMED, "UPDATE post SET title = 't' WHERE id = 20"), ("UPDATE author SET name = 'b' WHERE id = 2", TITLED),
         deadlocks=True),
    race('title_twice_and_rolled_back', (TITLED, 'SAVEPOINT s', "UPDATE post SET title = 'z' WHERE id = 10", 'ROLLBACK TO s'), (RENAMED, SAID)),
]
