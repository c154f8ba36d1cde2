"""Shortens the steps of a failed round while the failure persists (delta debugging)."""

import os
import time

from .control import judge
from .script import Step
from .session import Failure, Session


def replay(steps, schema, settings=()):
    """Runs the steps in a fresh schema; returns the Failure or None, and how many steps ran."""
    session = Session(schema, settings=settings)
    ran = 0
    try:
        for step in steps:
            ran += 1
            error = session.run(step)
            if error is not None and step.tview:
                raise Failure('creation ' + error.pgcode, error.diag.message_primary, step.tview)
            if error is not None and step.kind in ('dml', 'tx'):
                judge(error, steps[:ran])
        session.check()
        return None, ran
    except Failure as failure:
        return failure, ran
    finally:
        session.close()


class Minimiser:
    def __init__(self, failure, seconds, settings):
        self.kind = failure.kind
        self.settings = settings
        self.deadline = time.monotonic() + seconds
        self.steps = []
        self.failure = failure

    def fails(self, steps):
        if time.monotonic() > self.deadline:
            return False
        failure, ran = replay(steps, 'oracle_shrink_%d' % os.getpid(), self.settings)
        if failure is None or failure.kind != self.kind:
            return False
        self.failure = failure
        self.steps = steps[:ran]
        return True

    def shrink(self, steps):
        """Returns the shortest failing list of steps found, None if the failure does not repeat."""
        if not self.fails(steps):
            return None
        self.drop_other_tviews()
        for kinds in (('dml', 'tx', 'prepare'), ('row', 'trigger', 'tview', 'view'), ('dml', 'tx'), ('table', 'row', 'trigger', 'setup')):
            self.reduce(kinds)
        self.split_rows()
        self.reduce(('dml', 'tx', 'row'))
        return self.steps

    def drop_other_tviews(self):
        tview = self.failure.tview
        if tview:
            self.fails([s for s in self.steps if not s.tview or s.tview.name == tview.name])

    def reduce(self, kinds):
        """Drops chunks of halving size of the steps of these kinds."""
        size = max(1, sum(s.kind in kinds for s in self.steps) // 2)
        while size >= 1 and time.monotonic() < self.deadline:
            start = 0
            while True:
                candidates = [s for s in self.steps if s.kind in kinds]
                if start >= len(candidates):
                    break
                dropped = set(map(id, candidates[start:start + size]))
                if not self.fails([s for s in self.steps if id(s) not in dropped]):
                    start += size
            size //= 2

    def split_rows(self):
        """Replaces DO blocks and several-row inserts by their first row where that still fails."""
        for number, step in enumerate(list(self.steps)):
            if step.kind == 'dml' and ' VALUES (' in step.sql and '), (' in step.sql and number < len(self.steps):
                shorter = step.sql.split('), (')[0] + ')'
                self.fails(self.steps[:number] + [Step(shorter, 'dml')] + self.steps[number + 1:])
