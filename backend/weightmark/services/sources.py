"""Several sources of blocks that are asked at the same time, none of which is trusted to serve.

1. Each source is asked for a few blocks at once; who is faster gets to give more of them.
2. A block that one source lacks is asked of the next. Who lacks many in a row becomes a reserve: it
   is asked for what the others lack, and for nothing else.
3. A source that gives something else than the block, however it does, is asked no more. One that
   errs is asked again after a pause, and no more once it has erred `MAX_ERRORS` times in a row, or
   if erring is the last that it did.
4. Whoever has nothing else to do asks for the block that another owes for longest, a reserve after
   a longer time. Who is overtaken so becomes a reserve as well; what it still owes is not waited
   for.
5. Where there are many small files, whoever has given most is asked for all of them in one go.
6. Nobody is left who could give a block: that ends it all, with what each of them did.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from weightmark.domain.content_address import cid_text
from weightmark.errors import (
    ContentError,
    ContentUnavailableError,
    UnavailableError,
    WeightmarkError,
)
from weightmark.ports.blocks import Provider, Streamer

# How many blocks a source is asked for at once, and all of them together: each has at most 2 MiB.
REQUESTS_PER_SOURCE = 8
MAX_REQUESTS = 32
# How many blocks may be ordered for each request, so that nobody has to wait for an order.
ORDERS_PER_REQUEST = 4
MAX_ERRORS = 3
# So many blocks in a row are not there: the source may hold a part, or nothing.
MAX_LACKING = 8
# The time in seconds after which somebody else is asked as well, if there is somebody.
PATIENCE_SECONDS = 2.0
# So many times longer others are waited for before a reserve is asked.
RESERVE_PATIENCE = 5
# The time in seconds before a source is asked again that has erred; twice as long the next time.
PAUSE_SECONDS = 0.5

Deliver = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a source did for which it is asked no more, or for nothing that others have."""

    source: str
    reason: str
    dropped: bool

    @property
    def summary(self) -> str:
        """A sentence for people."""
        consequence = "it is asked no more" if self.dropped else "it is asked last"
        return f"{_named(self.source, self.reason)}; {consequence}"


@dataclass(frozen=True, slots=True)
class Pacing:
    """How long to wait: before others are asked as well, and after an error, in seconds."""

    patience: float = PATIENCE_SECONDS
    pause: float = PAUSE_SECONDS


DEFAULT_PACING = Pacing()


@dataclass(eq=False, slots=True)
class _Source:
    """A source, and how it has behaved."""

    provider: Provider
    given: int = 0
    errors: int = 0
    lacking: int = 0
    erred_at: float = 0.0
    rests_until: float = 0.0
    is_slow: bool = False
    is_dropped: bool = False
    reason: str = ""

    @property
    def is_reserve(self) -> bool:
        """Whether it is asked only for what the others lack."""
        return self.is_slow or self.lacking >= MAX_LACKING

    def overtaken(self, order: Order) -> Fault | None:
        """Become a reserve, since another source gave a block that this one was asked for before.

        Returns:
            The fault, the first time.
        """
        if self.is_slow or self.is_dropped:
            return None
        self.is_slow = True
        seconds = time.monotonic() - order.asked[self]
        self.reason = f"it owed the block {cid_text(order.cid)} for {seconds:.1f} s"
        return Fault(self.provider.name, self.reason, dropped=False)


@dataclass(eq=False, slots=True)
class Order:
    """A block that is wanted."""

    cid: bytes
    deliver: Deliver
    lacked_by: dict[_Source, str] = field(default_factory=dict)
    asked: dict[_Source, float] = field(default_factory=dict)
    is_taken: bool = False

    @property
    def is_owed(self) -> bool:
        """Whether sources were asked for it, and none has given it."""
        return bool(self.asked) and not self.is_taken

    @property
    def since(self) -> float:
        """When the last source was asked for it."""
        return max(self.asked.values())

    def is_new_to(self, source: _Source) -> bool:
        """Whether a source was not asked for it, or erred."""
        return source not in self.lacked_by and source not in self.asked


class SourcePool:
    """Gets blocks from sources, in a context; all methods are for one thread.

    Args:
        providers: The sources, none of which is asked before the context begins.
        tell: Called with each fault of a source, one after the other, from any thread.
        pacing: How long to wait.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        tell: Callable[[Fault], None],
        pacing: Pacing = DEFAULT_PACING,
    ) -> None:
        self._sources = [_Source(each) for each in providers]
        self._tell = tell
        self._pacing = pacing
        self._changed = threading.Condition()
        self._waiting: deque[Order] = deque()
        self._open: set[Order] = set()
        self._failure: Exception | None = None
        self._is_over = False
        count = len(providers)
        self._requests = min(REQUESTS_PER_SOURCE * count, max(MAX_REQUESTS, count))

    def __enter__(self) -> Self:
        for source in itertools.islice(itertools.cycle(self._sources), self._requests):
            # Nobody waits for it to end: a request that hangs is left to its deadline.
            threading.Thread(target=self._work, args=(source,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._changed:
            for source in self._sources:
                if source.errors:
                    self._drop(source)
            self._is_over = True
            self._changed.notify_all()

    def get(self, cid: bytes) -> bytes:
        """Return a block, once it was checked against its CID.

        Raises:
            ContentUnavailableError: Nobody gives it, or one that was ordered.
            WeightmarkError: A delivery raised it.
        """
        found: list[bytes] = []
        order = self.order(cid, found.append)
        with self._changed:
            self._wait_while(lambda: order in self._open)
        return found[0]

    def order(self, cid: bytes, deliver: Deliver) -> Order:
        """Have a block delivered; return as soon as another one may be ordered.

        Args:
            cid: The block.
            deliver: Called with it once, from any thread. What it raises ends everything.

        Raises:
            ContentUnavailableError: Nobody gives this block, or an earlier one.
            WeightmarkError: A delivery raised it.
        """
        order = Order(cid, deliver)
        with self._changed:
            self._wait_while(lambda: len(self._open) > ORDERS_PER_REQUEST * self._requests)
            self._open.add(order)
            self._waiting.append(order)
            self._settle()
        return order

    def finish(self) -> None:
        """Wait until every block that was ordered is delivered.

        Raises:
            ContentUnavailableError: Nobody gives one of them.
            WeightmarkError: A delivery raised it.
        """
        with self._changed:
            self._wait_while(lambda: bool(self._open))

    def stream(
        self, root: bytes, limit: int, is_wanted: Callable[[bytes], bool]
    ) -> Iterator[tuple[bytes, bytes]]:
        """Give blocks below a root that come in one go, if whoever has given most can do that.

        It may end at any time; what is missing then has to be ordered.

        Args:
            root: Where to begin.
            limit: How many bytes may come.
            is_wanted: Whether a block may come: who sends another one is asked no more.
        """
        asked = [each for each in self._sources if not (each.is_dropped or each.is_reserve)]
        source = max(asked, key=lambda each: each.given, default=None)
        if source is None or not source.given or not isinstance(source.provider, Streamer):
            return
        try:
            yield from _only(is_wanted, source.provider.stream(root, limit))
        except UnavailableError:
            pass  # not every gateway sends so much at once, and blocks can be had one by one
        except ContentError as error:
            with self._changed:
                source.reason = error.message
                self._drop(source)
                self._settle()

    def _wait_while(self, is_so: Callable[[], bool]) -> None:
        while is_so() and self._failure is None:
            self._changed.wait()
        if self._failure is not None:
            raise self._failure

    def _settle(self) -> None:
        """Let everybody look again, and see whether there is still hope for each order."""
        for order in self._open:
            if not order.is_taken and not order.asked and not self._hopes(order):
                self._failure = self._failure or self._unavailable(order)
        self._changed.notify_all()

    def _hopes(self, order: Order) -> bool:
        return any(not each.is_dropped and each not in order.lacked_by for each in self._sources)

    def _unavailable(self, order: Order) -> ContentUnavailableError:
        told = [
            _named(each.provider.name, order.lacked_by.get(each) or each.reason)
            for each in self._sources
        ]
        return ContentUnavailableError(
            f"nobody gives the block {cid_text(order.cid)}: "
            f"{'; '.join(told) or 'there is nobody to ask'}",
            hint="name a gateway that has it with --gateway URL, or try again later: what is there "
            "is kept",
        )

    def _work(self, source: _Source) -> None:
        while (order := self._next(source)) is not None:
            try:
                self._ask(source, order)
            except Exception as error:  # noqa: BLE001 - raised again by whoever waits
                with self._changed:
                    self._failure = self._failure or error
                    self._changed.notify_all()

    def _next(self, source: _Source) -> Order | None:
        """Wait for something to ask a source for; None once there will be nothing."""
        with self._changed:
            while not (self._is_over or self._failure or source.is_dropped):
                now = time.monotonic()
                order, pause = self._choose(source, now)
                if order is not None:
                    order.asked[source] = now
                    return order
                self._changed.wait(pause)
            return None

    def _choose(self, source: _Source, now: float) -> tuple[Order | None, float | None]:
        """Return what to ask a source for now, or how long to wait if nothing else happens."""
        if now < source.rests_until:
            return None, source.rests_until - now
        for order in self._waiting:
            if self._is_for(source, order):
                self._waiting.remove(order)
                return order, None
        owed = (each for each in self._open if each.is_owed and each.is_new_to(source))
        longest = min(owed, key=lambda each: each.since, default=None)
        patience = self._pacing.patience * (RESERVE_PATIENCE if source.is_reserve else 1)
        if longest is None:
            # Nobody is told when somebody else is asked for what waits, and then owes it.
            return None, patience if self._waiting else None
        pause = longest.since + patience - now
        return (None, pause) if pause > 0 else (longest, None)

    def _is_for(self, source: _Source, order: Order) -> bool:
        """Whether a source is to be asked for what nobody owes."""
        return order.is_new_to(source) and (
            not source.is_reserve
            or all(
                each.is_dropped or each.is_reserve or each in order.lacked_by
                for each in self._sources
            )
        )

    def _ask(self, source: _Source, order: Order) -> None:
        try:
            block = source.provider.get(order.cid)
        except ContentUnavailableError as error:
            with self._changed:
                source.lacking += 1
                order.lacked_by[source] = error.message
                self._give_back(source, order)
        except UnavailableError as error:
            self._note_error(source, order, error)
        except ContentError as error:
            with self._changed:
                source.reason = error.message
                self._drop(source)
                self._give_back(source, order)
        else:
            self._take(source, order, block)

    def _take(self, source: _Source, order: Order, block: bytes) -> None:
        with self._changed:
            if order.is_taken or self._is_over:
                return
            order.is_taken = True
            source.errors = source.lacking = 0
            source.given += 1
            since = order.asked.pop(source)
            overtaken = [each.overtaken(order) for each, at in order.asked.items() if at < since]
            for fault in filter(None, overtaken):
                self._tell(fault)
        order.deliver(block)
        with self._changed:
            self._open.discard(order)
            self._changed.notify_all()

    def _note_error(self, source: _Source, order: Order, error: WeightmarkError) -> None:
        with self._changed:
            # What was asked for at the same time fails for the same reason.
            if order.asked[source] >= source.erred_at:
                source.erred_at = time.monotonic()
                source.rests_until = source.erred_at + self._pacing.pause * 2**source.errors
                source.errors += 1
                source.reason = error.message
            if source.errors >= MAX_ERRORS:
                self._drop(source)
            self._give_back(source, order)

    def _drop(self, source: _Source) -> None:
        if not source.is_dropped and not self._is_over:
            source.is_dropped = True
            self._tell(Fault(source.provider.name, source.reason, dropped=True))

    def _give_back(self, source: _Source, order: Order) -> None:
        del order.asked[source]
        if not order.asked and not order.is_taken:
            self._waiting.appendleft(order)
        self._settle()


def _only(
    is_wanted: Callable[[bytes], bool], blocks: Iterator[tuple[bytes, bytes]]
) -> Iterator[tuple[bytes, bytes]]:
    for cid, block in blocks:
        if not is_wanted(cid):
            raise ContentError(f"it sent {cid_text(cid)}, for which nobody asked")
        yield cid, block


def _named(source: str, reason: str) -> str:
    return reason if source in reason else f"{source}: {reason}"
