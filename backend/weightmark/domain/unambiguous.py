"""JSON from outside that nobody else can read differently, and that no reader stumbles over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate

# No document of ours is half as deep. Python's own limit is none where a package has raised it, as
# eth_account does: the stack overflows then, and the process is gone.
MAX_DEPTH = 32

_STEPS = dict(zip(b"[{]}", (1, 1, -1, -1), strict=True))
_OTHERS = bytes(set(range(256)) - _STEPS.keys())
_WINDOW = 2**20


def check_depth(data: bytes) -> None:
    """Refuse JSON that is nested deeper than `MAX_DEPTH`.

    Raises:
        ValueError: It is.
    """
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for text in _outside_strings(data):
        brackets = text.translate(None, _OTHERS)
        depths = [*accumulate(map(_STEPS.__getitem__, brackets), initial=depth)]
        if max(depths) > MAX_DEPTH:
            raise ValueError("it is nested too deep")
        depth = depths[-1]


def count_values(data: bytes) -> int:
    """Return how many values JSON holds, or a few more: an empty list is taken for two."""
    return 1 + sum(
        text.count(b",") + text.count(b"[") + text.count(b"{") for text in _outside_strings(data)
    )


def _outside_strings(data: bytes) -> Iterator[bytes]:
    """Give what is outside the strings of JSON, in parts, each of which takes little memory.

    A string that has no end goes on to that of the document. What follows a backslash outside of
    strings may be wrong: no reader comes that far.
    """
    unescaped = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    is_inside = False
    for start in range(0, len(unescaped), _WINDOW):
        parts = unescaped[start : start + _WINDOW].split(b'"')
        yield b"".join(parts[is_inside::2])
        is_inside ^= len(parts) % 2 == 0


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
