"""Importing packages that change the interpreter for everybody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_recursion_limit() -> Iterator[None]:
    """Keep the interpreter's recursion limit while something is imported.

    py-evm and py_ecc raise it to 100,000, for contracts that call each other a thousand deep. Ours
    do not; and with such a limit a deeply nested JSON document overflows the stack of the process,
    where it should be refused.
    """
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
