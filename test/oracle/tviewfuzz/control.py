"""The control experiment for errors raised by maintenance: would the query itself fail as well?

An error such as "more than one row returned by a subquery" may abort a writer only if the defining query, run after
the same statements without us, fails too.
"""

import os

import psycopg2

from .session import Failure, Session, in_maintenance


def raised_by_maintenance(error):
    return in_maintenance(error) and error.pgcode.startswith(('21', '22'))


def query_fails_too(steps):
    """Replays `steps` with plain views instead of TVIEWs; does the last step or any of the queries fail?"""
    session = Session('oracle_control_%d' % os.getpid(), as_views=True)
    views, error = [], None
    try:
        for step in steps:
            error = session.execute(step)
            if step.tview and error is None:
                views.append(step.tview.name)
        if error is not None or session.broken():
            return True
        for view in views:
            session.cursor.execute('SELECT count(t::text) FROM %s AS t' % view)
        return False
    except psycopg2.Error:
        return True
    finally:
        session.close()


def judge(error, steps):
    """Raises Failure if maintenance raised what the query does not."""
    if raised_by_maintenance(error) and not query_fails_too(steps):
        raise Failure('spurious error ' + error.pgcode, '%s | %s' % (error.diag.message_primary, error.diag.context))
