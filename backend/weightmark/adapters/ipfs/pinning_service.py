"""A service that keeps content, which it fetches itself from whoever provides it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from weightmark.adapters.ipfs.pinning_api import Pin, PinningApi, Trouble
from weightmark.domain.content_address import cid_text
from weightmark.domain.hosts import is_public
from weightmark.errors import IpfsServiceError
from weightmark.ports.artifacts import Advance
from weightmark.ports.blocks import BlockSource

# Between two looks at a pin, in seconds: at first, doubled each time, and at most.
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
# How often in a row the service may be out of reach, or ask to be left alone.
ATTEMPTS: Final = 3

_PROVIDE = (
    "the service fetches the blocks itself, from a node that provides them and can be reached"
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait until a service has what it is to keep.

    Attributes:
        seconds: At most.
        clock: What tells the time, in seconds.
        sleep: What waits.
    """

    seconds: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


class PinningService:
    """A pinning service, as those who keep content are.

    Args:
        api: The service.
        patience: How long to wait for it.
        providers: Gives the multiaddresses of nodes that have what it is to keep.
    """

    def __init__(
        self, api: PinningApi, patience: Patience, providers: Callable[[], Sequence[str]] = tuple
    ) -> None:
        self._api = api
        self._patience = patience
        self._providers = providers

    @property
    def name(self) -> str:
        """Scheme, host and port of its URL."""
        return self._api.name

    def pin(
        self,
        root: bytes,
        label: str,
        blocks: BlockSource,  # noqa: ARG002 - it takes none from us
        advance: Advance,  # noqa: ARG002 - it does not tell how many blocks it has
    ) -> None:
        """Have a root kept, and return once the service says that it keeps it.

        Whether it does already, or is about to, is asked before it is told to, also when the first
        answer to that was lost.

        Raises:
            IpfsServiceError: The service is out of reach, refuses, fails, or takes too long.
        """
        cid, waiting = cid_text(root), _Waiting(self._patience)
        pin: Pin | None = None
        while True:
            step = self._api.look(cid, pin.requestid) if pin else self._found_or_ordered(cid, label)
            if isinstance(step, Trouble):
                waiting.bear(step)
            elif self._is_kept(cid, step):
                return
            elif waiting.is_over:
                raise self._late(cid, step)
            else:
                pin = step
                waiting.pause()

    def _found_or_ordered(self, cid: str, label: str) -> Pin | Trouble:
        found = self._api.find(cid)
        if found:
            return found
        # Addresses of a local network are of no use to a service, and not its business.
        return self._api.order(cid, label, tuple(filter(is_public, self._providers())))

    def _is_kept(self, cid: str, pin: Pin) -> bool:
        if pin.status == "failed":
            raise IpfsServiceError(
                f"{self.name} failed to pin {cid}{self._details(pin)}",
                hint=f"run the same command again to have it try anew; {_PROVIDE}",
            )
        return pin.status == "pinned"

    def _late(self, cid: str, pin: Pin) -> IpfsServiceError:
        since = f" since {self._api.shown(pin.created)}" if pin.created else ""
        return IpfsServiceError(
            f"{self.name} has not pinned {cid} in {self._patience.seconds:g} seconds: "
            f"{pin.status}{since}{self._details(pin)}",
            hint=f"run the same command again to go on waiting; {_PROVIDE}",
        )

    def _details(self, pin: Pin) -> str:
        return f" ({self._api.shown(pin.details)})" if pin.details else ""


class _Waiting:
    """Waiting for one pin."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._end = patience.clock() + patience.seconds
        self._length = FIRST_PAUSE
        self._troubles = 0

    @property
    def is_over(self) -> bool:
        """Whether it has taken too long."""
        return self._left <= 0

    def pause(self) -> None:
        """Wait until the next look."""
        self._troubles = 0
        self._sleep(0.0)

    def bear(self, trouble: Trouble) -> None:
        """Wait as long as the service asks for.

        Raises:
            IpfsServiceError: There was trouble too often, or the time is over.
        """
        self._troubles += 1
        if self._troubles == ATTEMPTS or trouble.seconds >= self._left:
            raise trouble.error
        self._sleep(trouble.seconds)

    @property
    def _left(self) -> float:
        return self._end - self._patience.clock()

    def _sleep(self, least: float) -> None:
        self._patience.sleep(max(least, min(self._length, self._left)))
        self._length = min(2 * self._length, LONGEST_PAUSE)
