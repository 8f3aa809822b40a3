"""Waiting until what was written on a chain is final, so that no reorganisation takes it back.

A statement is final when the final block has what it says. What the newest block has does not
count: an endpoint may be behind. While it is waited for, its block may go away: what was sent then
comes into another block, as a rule, so that this is waited for as well. Nothing is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from weightmark.domain.statements import Statement
from weightmark.errors import ChainUnreachableError, TransactionFailedError
from weightmark.ports.chain import Block, BlockTag, ChainReader
from weightmark.services.standing import stands

# Ethereum has a block every 12 seconds.
POLL_SECONDS = 12.0

# Called with the numbers of the final block and the newest one.
Tell = Callable[[int, int], None]


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
    """One statement that was carried out on a chain just now.

    Args:
        reader: The chain.
        registry: The registry's address.
        statement: What was written.
        reference: What errors call its release.
        waiting: How long to wait.
    """

    def __init__(
        self,
        reader: ChainReader,
        registry: str,
        statement: Statement,
        reference: str,
        waiting: Waiting,
    ) -> None:
        self._reader = reader
        self._registry = registry
        self._statement = statement
        self._reference = reference
        self._waiting = waiting

    def wait(self) -> None:
        """Wait until the final block has what the statement says.

        Raises:
            AlreadyRevokedError: The release that was registered was revoked meanwhile.
            VersionExistsError: Its block went away, and another release has its version.
            TransactionFailedError: It has not in time.
            ChainUnreachableError: The endpoint does not answer at last, or answers at first, but
                does not tell which block is final.
        """
        self._check_final_block()
        waiting = self._waiting
        end = waiting.clock() + waiting.seconds
        while not self._is_final(is_last=waiting.clock() >= end):
            waiting.sleep(POLL_SECONDS)

    def _check_final_block(self) -> None:
        try:
            self._reader.block(BlockTag.LATEST)
        except ChainUnreachableError:
            # An endpoint may fail for a while; one that does not know what is final, stays so.
            return
        self._reader.block(BlockTag.FINALIZED)

    def _is_final(self, *, is_last: bool) -> bool:
        try:
            final = self._reader.block(BlockTag.FINALIZED)
            newest = self._reader.block(BlockTag.LATEST)
            self._waiting.tell(final.number, newest.number)
            if self._stands(final):
                return True
            if is_last:
                raise self._late(is_there=self._stands(newest))
        except ChainUnreachableError:
            if is_last:
                raise
        return False

    def _stands(self, block: Block) -> bool:
        return stands(self._reader, self._registry, self._statement, block)

    def _late(self, *, is_there: bool) -> TransactionFailedError:
        if is_there:
            return TransactionFailedError(
                f"what was written of {self._reference} is on the chain, and after "
                f"{self._waiting.seconds:g} seconds not final yet",
                hint="repeat the same command: it waits on, and sends nothing twice",
            )
        return TransactionFailedError(
            f"what was written of {self._reference} is not what the endpoint shows now: its block "
            "went away, something else was written after it, or the endpoint is behind",
            hint="look with 'weightmark show'; to repeat the same command sends it again",
        )
