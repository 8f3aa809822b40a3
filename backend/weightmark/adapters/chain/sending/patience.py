"""How long a sender waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds unless said otherwise.

    Attributes:
        total: For a block: some public chains take a minute when they are busy.
        poll: Between two looks.
        stuck: For more to be offered, and at least
        stuck_blocks: These many blocks, without the transaction in any.
        clock: What tells the time.
        sleep: What waits.
    """

    total: float = 180.0
    poll: float = 0.5
    stuck: float = 15.0
    stuck_blocks: int = 3
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


ORDINARY = Patience()
