"""What a race is: tables, TVIEWs and the transactions that run at once. Pure data, and the orders of its steps."""

import dataclasses
import random

SNAPSHOT = 'SELECT 1'


@dataclasses.dataclass(frozen=True)
class Scenario:
    """One race. Every order of the steps of its transactions must leave each TVIEW equal to its query."""

    name: str
    tables: str  # DDL, once per schema
    data: str  # the rows before each race
    tviews: dict  # name -> query, or (query, key columns)
    transactions: tuple  # of tuples of statements; COMMIT follows by itself
    waits: bool = True  # False: no step may wait for another transaction
    errors: frozenset = frozenset()  # SQLSTATEs that the statements have without us
    deadlocks: bool = False  # READ COMMITTED may end in 40P01: the user's own locks cross, or those of DDL
    conflicts: bool = True  # False: not even REPEATABLE READ has a reason to fail
    quiet: bool = False  # no step may take a lock of ours or get a transaction id
    changes_tviews: bool = False  # the transactions create, replace or drop TVIEWs
    mvcc: bool = True  # False: TRUNCATE, after which older snapshots see an empty table
    scheduled: bool = False  # the TVIEWs are scheduled: right after a refresh at the end
    full: tuple = ()  # the transactions (by position) that recompute everything
    outside: tuple = ()  # the transactions whose statements run without BEGIN and COMMIT
    levels: tuple = ('read committed', 'repeatable read', 'serializable')

    def statements(self, number, level):
        """All steps of one transaction; under the stricter levels the first one takes its snapshot."""
        steps = list(self.transactions[number])
        if number in self.outside:
            return steps
        if steps[-1].startswith('PREPARE TRANSACTION'):
            steps.append(steps[-1].replace('PREPARE TRANSACTION', 'COMMIT PREPARED'))
        else:
            steps.append('COMMIT')
        return steps if level == 'read committed' else [SNAPSHOT, *steps]


def interleavings(lengths, limit, seed):
    """Orders of the steps of transactions of these lengths, as sequences of their numbers: all, or `limit` of them."""
    rng = random.Random(seed)
    if count_of(lengths) <= limit:
        return list(all_orders(tuple(lengths)))
    orders = {tuple(serial) for serial in serial_orders(lengths)}
    while len(orders) < limit:
        order = [number for number, length in enumerate(lengths) for _ in range(length)]
        rng.shuffle(order)
        orders.add(tuple(order))
    return sorted(orders)


def count_of(lengths):
    total, count = 0, 1
    for length in lengths:
        for taken in range(1, length + 1):
            total += 1
            count = count * total // taken
    return count


def all_orders(left):
    if not any(left):
        yield ()
    for number, length in enumerate(left):
        if length:
            for rest in all_orders(left[:number] + (length - 1,) + left[number + 1:]):
                yield (number,) + rest


def serial_orders(lengths):
    forwards = list(range(len(lengths)))
    for order in (forwards, forwards[::-1]):
        yield [number for number in order for _ in range(lengths[number])]


def is_serial(order):
    """Does each transaction end before the next one begins?"""
    blocks = 1 + sum(a != b for a, b in zip(order, order[1:]))
    return blocks == len(set(order))
