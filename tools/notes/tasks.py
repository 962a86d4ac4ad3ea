"""The models of the notes. A new one: a module beside this with ``TASK = Task(...)``, named here."""

from __future__ import annotations

from tools.notes import noteworthy, orders, section_of, strands
from tools.notes.examples import Task

TASKS: tuple[Task, ...] = (*orders.TASKS, strands.TASK, section_of.TASK, noteworthy.TASK)
