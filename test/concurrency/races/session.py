"""A connection whose statements run while others wait. Lifetime: all races of one schema."""

import select
import time

import psycopg2

STUCK_SECONDS = 60


class Stuck(Exception):
    """A statement neither ended nor waits for a lock that somebody will release."""


class Session:
    def __init__(self, dsn, settings):
        self.connection = psycopg2.connect(dsn, async_=True)
        self.busy = True
        self.wait_for_answer()
        self.pid = self.connection.get_backend_pid()
        self.cursor = self.connection.cursor()
        self.error = None  # SQLSTATE of the first error in the transaction
        self.backlog = []  # statements to run as soon as the running one has ended
        self.has_waited = False
        for setting in settings:
            self.run(setting)
            if self.error:
                raise RuntimeError('%s: %s' % (setting, self.message))

    def start(self, sql):
        self.cursor.execute(sql)
        self.busy = True

    def poll(self, seconds):
        """Takes the answer if there is one within that time; returns whether the statement has ended."""
        try:
            state = self.connection.poll()
            if state != psycopg2.extensions.POLL_OK:
                writing = state == psycopg2.extensions.POLL_WRITE
                select.select([] if writing else [self.connection], [self.connection] if writing else [], [], seconds)
                state = self.connection.poll()
            self.busy = state != psycopg2.extensions.POLL_OK
        except psycopg2.Error as error:
            self.busy = False
            if self.error is None:
                self.error = error.pgcode or '08006'
                self.message = '%s %s %s' % (error.diag.message_primary or error, error.diag.message_detail or '', error.diag.context or '')
        return not self.busy

    def wait_for_answer(self):
        end = time.monotonic() + STUCK_SECONDS
        while not self.poll(1):
            if time.monotonic() > end:
                raise Stuck()

    def run(self, sql):
        self.start(sql)
        self.wait_for_answer()

    def begin_race(self):
        self.error, self.message, self.backlog, self.has_waited = None, '', [], False

    def in_transaction(self):
        return self.connection.info.transaction_status != psycopg2.extensions.TRANSACTION_STATUS_IDLE

    def reset(self):
        """Leaves no transaction open."""
        if self.busy:
            self.connection.cancel()
            self.wait_for_answer()
        if self.in_transaction():
            self.run('ROLLBACK')

    def close(self):
        self.connection.close()
