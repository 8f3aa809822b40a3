"""JSON from outside that nobody else can read differently, and that no reader stumbles over."""

from __future__ import annotations

import json
import re
from itertools import accumulate

# No document of ours is half as deep. Python's own limit is none where a package has raised it, as
# eth_account does: the stack overflows then, and the process is gone.
MAX_DEPTH = 32

# One that has no end goes on to that of the document: else each quote in it would be tried in turn.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_STEPS = dict(zip(b"[{]}", (1, 1, -1, -1), strict=True))
_OTHERS = bytes(set(range(256)) - _STEPS.keys())


def check_depth(data: bytes) -> None:
    """Refuse JSON that is nested deeper than `MAX_DEPTH`.

    Raises:
        ValueError: It is.
    """
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    brackets = _STRING.sub(b"", data).translate(None, _OTHERS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise ValueError("it is nested too deep")


def check_unambiguous(data: bytes) -> None:
    """Refuse JSON in which a member occurs twice: some readers take the first one, others the last.

    Raises:
        ValueError: It is such JSON, none in UTF-8, or nested too deep.
    """
    check_depth(data)
    json.loads(data.decode(), object_pairs_hook=_refuse_duplicates)


def _refuse_duplicates(members: list[tuple[str, object]]) -> None:
    names = [name for name, _ in members]
    if len(set(names)) < len(names):
        raise ValueError("a member occurs twice")
