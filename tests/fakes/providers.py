"""Sources of blocks in memory, which serve as they are told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from weightmark.domain.content_address import check_block, cid_text
from weightmark.errors import ContentUnavailableError, WeightmarkError

# Returns what a source raises instead of answering, from how often it was asked before.
Fails = Callable[[int], Exception | None]


PATIENCE_SECONDS = 60.0


def never(_: int) -> None:
    """Let a source answer always."""


def always(error: WeightmarkError) -> Fails:
    """Have a source raise the same each time."""
    return lambda _: error


class FakeProvider:
    """Blocks by their CIDs, with the behaviour of `Provider`.

    Attributes:
        name: What it is called.
        blocks: What it holds, and, if that is not what the CIDs say, how it lies.
        asked: What it was asked for, in order.
        most_at_once: How many requests it had at once.
        released: Until this is set, no request is answered.
    """

    def __init__(self, name: str, blocks: Mapping[bytes, bytes], fails: Fails = never) -> None:
        self.name = name
        self.blocks = blocks
        self.asked: list[bytes] = []
        self.most_at_once = 0
        self.released = threading.Event()
        self.released.set()
        self._fails = fails
        self._running = 0
        self._counting = threading.Condition()

    def get(self, cid: bytes) -> bytes:
        """Return a block, which is checked as any other's would be."""
        with self._counting:
            number = len(self.asked)
            self.asked.append(cid)
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
            self._counting.notify_all()
        self.released.wait()
        with self._counting:
            self._running -= 1
        error = self._fails(number)
        if error is not None:
            raise error
        if cid not in self.blocks:
            raise ContentUnavailableError(f"{self.name} lacks {cid_text(cid)}")
        check_block(cid, self.blocks[cid])
        return self.blocks[cid]

    def wait_until_asked(self, times: int) -> None:
        """Wait until it was asked so often."""
        with self._counting:
            assert self._counting.wait_for(lambda: len(self.asked) >= times, PATIENCE_SECONDS)
