"""Waiting until what was written on a chain is final, so that no reorganisation takes it back.

A release is final when the final block says the same of it as the newest one. While it is waited
for, its block may go away: what was sent then comes into another block, as a rule, so that this is
waited for as well. Nothing is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from weightmark.domain.registry import Reason, Status
from weightmark.errors import ChainUnreachableError, TransactionFailedError
from weightmark.ports.chain import Block, BlockTag, ChainReader
from weightmark.services.standing import release_state

# Ethereum has a block every 12 seconds.
POLL_SECONDS = 12.0

# Called with the numbers of the final block and the newest one.
Tell = Callable[[int, int], None]

_Content = tuple[bytes, Status, Reason]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long to wait.

    Attributes:
        seconds: At most.
        tell: Who is told how far it is.
        clock: What tells the time, in seconds.
        sleep: What waits.
    """

    seconds: float
    tell: Tell = lambda _final, _newest: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


class Finality:
    """One release on a chain, as it was written just now.

    Args:
        reader: The chain.
        registry: The registry's address.
        release_id: The release.
        reference: What errors call it.
        waiting: How long to wait.
    """

    def __init__(
        self,
        reader: ChainReader,
        registry: str,
        release_id: bytes,
        reference: str,
        waiting: Waiting,
    ) -> None:
        self._reader = reader
        self._registry = registry
        self._release_id = release_id
        self._reference = reference
        self._waiting = waiting

    def wait(self) -> None:
        """Wait until the final block says of the release what the newest one says now.

        Raises:
            TransactionFailedError: It does not in time.
            ChainUnreachableError: The endpoint does not answer at first, or at last.
        """
        waiting = self._waiting
        end = waiting.clock() + waiting.seconds
        written = self._content(self._reader.block(BlockTag.LATEST))
        while not self._is_final(written, is_last=waiting.clock() >= end):
            waiting.sleep(POLL_SECONDS)

    def _is_final(self, written: _Content, *, is_last: bool) -> bool:
        try:
            final, newest = (self._reader.block(tag) for tag in BlockTag)
            self._waiting.tell(final.number, newest.number)
            if self._content(final) == written:
                return True
            if is_last:
                raise self._late(is_there=self._content(newest) == written)
        except ChainUnreachableError:
            # An endpoint may fail for a while.
            if is_last:
                raise
        return False

    def _content(self, block: Block) -> _Content:
        found = release_state(self._reader, self._registry, self._release_id, block)
        return found.commitment, found.word.status, found.word.reason

    def _late(self, *, is_there: bool) -> TransactionFailedError:
        if is_there:
            return TransactionFailedError(
                f"what was written of {self._reference} is on the chain, and after "
                f"{self._waiting.seconds:g} seconds not final yet",
                hint="repeat the same command: it waits on, and sends nothing twice",
            )
        return TransactionFailedError(
            f"what was written of {self._reference} is not on the chain any more: its block went "
            "away, or something else was written after it",
            hint="look with 'weightmark show'; to repeat the same command sends it again",
        )
