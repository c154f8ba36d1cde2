"""Races between the price of many order lines and the lines and orders that it reaches."""

from .scenario import Scenario

TABLES = """CREATE TABLE sku (id int PRIMARY KEY, price int NOT NULL, kind int NOT NULL);
            CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL, open boolean NOT NULL);
            CREATE TABLE line (id int PRIMARY KEY, orders int NOT NULL, sku int NOT NULL, quantity int NOT NULL);
            CREATE INDEX ON line (orders);
            CREATE INDEX ON line (sku);"""
DATA = """INSERT INTO sku VALUES (1, 10, 1), (2, 20, 1), (3, 30, 2);
          INSERT INTO orders VALUES (1, 1, true), (2, 1, true), (3, 2, false);
          INSERT INTO line VALUES (10, 1, 1, 1), (11, 1, 2, 2), (20, 2, 1, 3), (30, 3, 1, 1), (31, 3, 3, 5);"""
TOTALS = {
    'of_order': 'SELECT o.id, o.customer, count(*) AS lines, sum(l.quantity * s.price) AS total '
                'FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku GROUP BY o.id, o.customer',
    'of_open_order': 'SELECT o.id, sum(l.quantity * s.price) AS total, max(s.price) AS dearest '
                     'FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku WHERE o.open GROUP BY o.id',
    'of_kind': 'SELECT s.kind, count(*) AS lines, sum(l.quantity * s.price) AS total FROM line l JOIN sku s ON s.id = l.sku GROUP BY s.kind',
    'shown': 'SELECT o.id, sum(l.quantity * s.price) AS total FROM orders o JOIN line l ON l.orders = o.id JOIN sku s ON s.id = l.sku '
             'GROUP BY o.id HAVING sum(l.quantity * s.price) > 60',
}
PRICE = 'UPDATE sku SET price = price + 5 WHERE id = 1'


def race(name, *transactions, **options):
    return Scenario('price_' + name, TABLES, DATA, TOTALS, transactions, **options)


SCENARIOS = [
    race('and_line_added', (PRICE,), ('INSERT INTO line VALUES (21, 2, 1, 4)',)),
    race('and_line_to_new_order', (PRICE,), ('INSERT INTO orders VALUES (4, 2, true)', 'INSERT INTO line VALUES (40, 4, 1, 4)')),
    race('and_line_deleted', (PRICE,), ('DELETE FROM line WHERE id = 10',)),
    race('and_last_line_deleted', (PRICE,), ('DELETE FROM line WHERE id = 20',)),
    race('and_line_of_other_sku', (PRICE,), ('INSERT INTO line VALUES (12, 1, 3, 1)',)),
    race('and_other_line_deleted', (PRICE,), ('DELETE FROM line WHERE id = 11',)),
    race('and_line_changes_sku', (PRICE,), ('UPDATE line SET sku = 1 WHERE id = 11',)),
    race('and_line_changes_order', (PRICE,), ('UPDATE line SET orders = 3 WHERE id = 20',)),
    race('and_quantity', (PRICE,), ('UPDATE line SET quantity = 7 WHERE id = 10',)),
    race('and_order_deleted', (PRICE,), ('DELETE FROM line WHERE orders = 2', 'DELETE FROM orders WHERE id = 2')),
    race('and_order_deleted_alone', (PRICE,), ('DELETE FROM orders WHERE id = 2',)),
    race('and_order_closed', (PRICE,), ('UPDATE orders SET open = false WHERE id = 1',)),
    race('and_order_opened', (PRICE,), ('UPDATE orders SET open = true WHERE id = 3',)),
    race('and_customer', (PRICE,), ('UPDATE orders SET customer = 3 WHERE id = 2',)),
    race('and_order_renumbered', (PRICE,), ('UPDATE orders SET id = 5 WHERE id = 2', 'UPDATE line SET orders = 5 WHERE orders = 2')),
    race('and_order_comes_late', ('INSERT INTO line VALUES (50, 6, 1, 9)', PRICE), ('INSERT INTO orders VALUES (6, 2, true)',)),
    race('and_another_price', (PRICE,), ('UPDATE sku SET price = 21 WHERE id = 2',)),
    race('twice', (PRICE,), ('UPDATE sku SET price = price * 2 WHERE id = 1',)),
    race('and_kind', (PRICE,), ('UPDATE sku SET kind = 2 WHERE id = 1',)),
    race('of_all', ('UPDATE sku SET price = price + 1',), ('INSERT INTO line VALUES (21, 2, 1, 4)',), ('DELETE FROM line WHERE id = 31',)),
]
