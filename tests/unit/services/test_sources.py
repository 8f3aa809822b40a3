"""The laws of a pool of sources, none of which is trusted to serve."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.fakes.blocks import Stored
from tests.fakes.providers import FakeProvider, always, never
from weightmark.domain.content_address import cid_text, raw_block_cid
from weightmark.errors import (
    ContentError,
    ContentUnavailableError,
    IpfsServiceError,
    StorageError,
)
from weightmark.services.sources import (
    MAX_ERRORS,
    MAX_LACKING,
    MAX_REQUESTS,
    ORDERS_PER_REQUEST,
    REQUESTS_PER_SOURCE,
    Fault,
    Pacing,
    SourcePool,
)

AT_ONCE = Pacing(patience=0.001, pause=0.0)
PATIENT = Pacing(patience=3600.0, pause=0.0)
ERROR = IpfsServiceError("it answered with HTTP status 500")


@pytest.fixture(scope="module")
def blocks() -> dict[bytes, bytes]:
    stored = Stored()
    for number in range(200):
        stored.raw(b"%d" % number)
    return stored.blocks


@contextmanager
def pool(
    *sources: FakeProvider, pacing: Pacing = PATIENT
) -> Iterator[tuple[SourcePool, list[Fault]]]:
    faults: list[Fault] = []
    with SourcePool(sources, faults.append, pacing) as opened:
        yield opened, faults
    for source in sources:
        source.released.set()


def fetch(opened: SourcePool, cids: Sequence[bytes]) -> list[bytes]:
    """Order blocks, and return what was delivered."""
    delivered: list[bytes] = []
    for cid in cids:
        opened.order(cid, delivered.append)
    opened.finish()
    return delivered


def test_every_block_is_delivered_once(blocks: dict[bytes, bytes]) -> None:
    sources = [FakeProvider(name, blocks) for name in "abc"]
    with pool(*sources) as (opened, faults):
        delivered = fetch(opened, tuple(blocks))
    assert Counter(delivered) == Counter(blocks.values())
    assert Counter(cid for each in sources for cid in each.asked) == Counter(blocks.keys())
    assert faults == []
    assert max(each.most_at_once for each in sources) <= REQUESTS_PER_SOURCE


def test_who_is_slower_gives_less(blocks: dict[bytes, bytes]) -> None:
    slow, fast = FakeProvider("slow", blocks), FakeProvider("fast", blocks)
    slow.released.clear()
    with pool(slow, fast, pacing=AT_ONCE) as (opened, faults):
        assert Counter(fetch(opened, tuple(blocks))) == Counter(blocks.values())
        assert len(slow.asked) <= REQUESTS_PER_SOURCE
        assert {each.source for each in faults} <= {"slow"}
        assert not any(each.dropped for each in faults)


def test_who_owes_a_block_is_overtaken_and_told_of_once(blocks: dict[bytes, bytes]) -> None:
    stalling, good = FakeProvider("stalling", blocks), FakeProvider("good", blocks)
    stalling.released.clear()
    good.released.clear()
    with pool(stalling, good, pacing=AT_ONCE) as (opened, faults):
        cids = list(blocks)[: 2 * REQUESTS_PER_SOURCE]
        delivered: list[bytes] = []
        for cid in cids:
            opened.order(cid, delivered.append)
        stalling.wait_until_asked(REQUESTS_PER_SOURCE)
        good.released.set()
        opened.finish()
        assert Counter(delivered) == Counter(blocks[cid] for cid in cids)
        (fault,) = faults
        assert (fault.source, fault.dropped) == ("stalling", False)
        assert "stalling: it owed the block " in fault.summary
        # From then on it is asked for nothing that others have.
        before = len(stalling.asked)
        fetch(opened, tuple(blocks))
        assert len(stalling.asked) == before


def test_any_number_of_sources_may_stall(blocks: dict[bytes, bytes]) -> None:
    stalling = [FakeProvider(f"stalling {number}", blocks) for number in range(3)]
    for each in stalling:
        each.released.clear()
    with pool(*stalling, FakeProvider("good", blocks), pacing=AT_ONCE) as (opened, _):
        assert Counter(fetch(opened, tuple(blocks))) == Counter(blocks.values())


def test_a_reserve_overtakes_whoever_is_slow_later(blocks: dict[bytes, bytes]) -> None:
    """A source that is fast until nobody else is asked keeps nobody waiting."""
    first, last = list(blocks)[:MAX_LACKING], list(blocks)[MAX_LACKING:]
    reserve = FakeProvider("reserve", {cid: blocks[cid] for cid in last})
    feigning = FakeProvider("feigning", blocks)
    feigning.released.clear()
    with pool(reserve, feigning, pacing=AT_ONCE) as (opened, faults):
        for cid in first:
            opened.order(cid, lambda _: None)
        reserve.wait_until_asked(MAX_LACKING)
        feigning.released.set()
        opened.finish()
        feigning.released.clear()
        assert Counter(fetch(opened, last)) == Counter(blocks[cid] for cid in last)
        assert [each.source for each in faults] == ["feigning"]


def test_what_one_lacks_is_asked_of_the_next(blocks: dict[bytes, bytes]) -> None:
    halves = list(blocks)[:100], list(blocks)[100:]
    one, other = (
        FakeProvider(str(number), {cid: blocks[cid] for cid in half})
        for number, half in enumerate(halves)
    )
    with pool(one, other) as (opened, faults):
        assert Counter(fetch(opened, tuple(blocks))) == Counter(blocks.values())
    assert faults == []


def test_who_lacks_everything_is_soon_asked_for_nothing(blocks: dict[bytes, bytes]) -> None:
    empty, full = FakeProvider("empty", {}), FakeProvider("full", blocks)
    with pool(empty, full) as (opened, faults):
        fetch(opened, tuple(blocks))
    assert len(empty.asked) <= MAX_LACKING + REQUESTS_PER_SOURCE
    assert faults == []


def test_a_reserve_is_asked_where_there_is_nobody_else(blocks: dict[bytes, bytes]) -> None:
    first, last = list(blocks)[:100], list(blocks)[100:]
    reserve = FakeProvider("reserve", {cid: blocks[cid] for cid in last})
    altered = {cid: blocks[cid] + b"!" for cid in last}
    liar = FakeProvider("liar", {**blocks, **altered})
    with pool(reserve, liar) as (opened, faults):
        for cids in (first, last):
            assert Counter(fetch(opened, cids)) == Counter(blocks[cid] for cid in cids)
    assert {each.source for each in faults} <= {"liar"}
    assert len(reserve.asked) >= len(last)


def test_who_lies_is_asked_no_more(blocks: dict[bytes, bytes]) -> None:
    altered = {cid: block + b"!" for cid, block in blocks.items()}
    liar, honest = FakeProvider("liar", altered), FakeProvider("honest", blocks)
    honest.released.clear()
    with pool(liar, honest) as (opened, faults):
        # As many as keep the honest one busy, and more.
        for cid in tuple(blocks)[: 2 * REQUESTS_PER_SOURCE]:
            opened.order(cid, lambda _: None)
        liar.wait_until_asked(1)
        honest.released.set()
        assert Counter(fetch(opened, tuple(blocks))) == Counter(blocks.values())
    assert len(liar.asked) <= REQUESTS_PER_SOURCE
    (fault,) = faults
    assert (fault.source, fault.dropped) == ("liar", True)
    assert "liar: a block is not what its CID says: " in fault.summary


def test_who_errs_is_asked_again(blocks: dict[bytes, bytes]) -> None:
    source = FakeProvider(
        "erring", blocks, lambda number: ERROR if number < MAX_ERRORS - 1 else None
    )
    with pool(source, pacing=AT_ONCE) as (opened, faults):
        assert Counter(fetch(opened, tuple(blocks)[:50])) == Counter(list(blocks.values())[:50])
    assert faults == []


def test_who_errs_again_and_again_is_asked_no_more(blocks: dict[bytes, bytes]) -> None:
    source = FakeProvider("erring", blocks, always(ERROR))
    with pool(source, pacing=AT_ONCE) as (opened, faults):
        with pytest.raises(ContentUnavailableError, match="erring: it answered with HTTP status"):
            opened.get(next(iter(blocks)))
        assert faults == [Fault("erring", ERROR.message, dropped=True)]
        assert len(source.asked) == MAX_ERRORS


def test_a_pause_is_made_after_an_error(blocks: dict[bytes, bytes]) -> None:
    erring, good = FakeProvider("erring", blocks, always(ERROR)), FakeProvider("good", blocks)
    with pool(erring, good, pacing=Pacing(patience=3600, pause=3600)) as (opened, faults):
        good.released.clear()
        for cid in tuple(blocks)[: 2 * REQUESTS_PER_SOURCE]:
            opened.order(cid, lambda _: None)
        erring.wait_until_asked(1)
        good.released.set()
        assert Counter(fetch(opened, tuple(blocks))) == Counter(blocks.values())
        assert faults == []
    # Which is told all the same, once nothing is to be asked any more.
    assert faults == [Fault("erring", ERROR.message, dropped=True)]
    assert len(erring.asked) <= REQUESTS_PER_SOURCE


def test_nobody_left_names_all_and_what_each_did(blocks: dict[bytes, bytes]) -> None:
    cid = next(iter(blocks))
    sources = (
        FakeProvider("liar", {cid: b"other"}),
        FakeProvider("erring", blocks, always(ERROR)),
        FakeProvider("empty", {}),
        FakeProvider("page", {}, always(ContentError("page answers with text/html"))),
    )
    with pool(*sources, pacing=AT_ONCE) as (opened, faults):
        with pytest.raises(ContentUnavailableError) as caught:
            opened.get(cid)
        message = caught.value.message
        assert cid_text(cid) in message
        assert "liar: a block is not what its CID says" in message
        assert "erring: it answered with HTTP status 500" in message
        assert f"; empty lacks {cid_text(cid)};" in message
        assert "page answers with text/html" in message
        assert {each.source for each in faults} == {"liar", "erring", "page"}
        with pytest.raises(ContentUnavailableError):
            opened.finish()


def test_with_no_source_nothing_is_waited_for(blocks: dict[bytes, bytes]) -> None:
    with pool() as (opened, _), pytest.raises(ContentUnavailableError, match="nobody to ask"):
        opened.get(next(iter(blocks)))


def test_what_a_delivery_raises_ends_everything(blocks: dict[bytes, bytes]) -> None:
    def deliver(_: bytes) -> None:
        raise StorageError("no space left")

    source = FakeProvider("good", blocks)
    with pool(source) as (opened, faults):
        opened.order(next(iter(blocks)), deliver)
        with pytest.raises(StorageError, match="no space left"):
            opened.finish()
        assert faults == []


def test_an_error_that_nobody_foresaw_is_raised_where_it_is_waited_for() -> None:
    source = FakeProvider("broken", {}, lambda _: ZeroDivisionError("unforeseen"))
    with pool(source) as (opened, _), pytest.raises(ZeroDivisionError, match="unforeseen"):
        opened.get(raw_block_cid(bytes(32)))


def test_orders_and_requests_are_bounded(blocks: dict[bytes, bytes]) -> None:
    source = FakeProvider("slow", blocks)
    source.released.clear()
    ordered: list[bytes] = []
    with pool(source) as (opened, _):

        def order() -> None:
            for cid in blocks:
                opened.order(cid, never_called)
                ordered.append(cid)
            opened.finish()

        def never_called(_: bytes) -> None:
            bounds.append(len(ordered) - len(bounds))

        bounds: list[int] = []
        thread = threading.Thread(target=order)
        thread.start()
        source.wait_until_asked(REQUESTS_PER_SOURCE)
        source.released.set()
        thread.join()
    assert len(bounds) == len(blocks)
    assert max(bounds) <= ORDERS_PER_REQUEST * REQUESTS_PER_SOURCE + 2
    assert source.most_at_once == REQUESTS_PER_SOURCE


def test_many_sources_have_a_request_each(blocks: dict[bytes, bytes]) -> None:
    sources = [FakeProvider(str(number), {}, never) for number in range(MAX_REQUESTS + 8)]
    sources[-1].blocks = blocks
    with pool(*sources) as (opened, _):
        assert Counter(fetch(opened, tuple(blocks)[:20])) == Counter(list(blocks.values())[:20])
    assert max(each.most_at_once for each in sources) == 1


def test_nobody_is_asked_for_a_stream_who_cannot_send_one(blocks: dict[bytes, bytes]) -> None:
    cid = next(iter(blocks))
    source = FakeProvider("good", blocks)
    with pool(source) as (opened, faults):
        assert list(opened.stream(cid, 100, blocks.__contains__)) == []
        assert opened.get(cid) == blocks[cid]
        assert list(opened.stream(cid, 100, blocks.__contains__)) == []
    assert faults == []
    assert source.asked == [cid]


class Streaming(FakeProvider):
    """A source that sends all that it holds in one go."""

    def stream(self, _root: bytes, _limit: int) -> Iterator[tuple[bytes, bytes]]:
        """Give blocks by their CIDs."""
        return iter(self.blocks.items())


def test_who_is_asked_no_more_is_asked_for_no_stream(blocks: dict[bytes, bytes]) -> None:
    """Though it has given most before it lied."""
    lie = list(blocks)[-1]
    liar = Streaming("liar", {**blocks, lie: b"other"})
    with pool(liar) as (opened, faults):
        fetch(opened, list(blocks)[:10])
        assert dict(opened.stream(lie, 100, blocks.__contains__)) == liar.blocks
        with pytest.raises(ContentUnavailableError):
            opened.get(lie)
        assert [each.dropped for each in faults] == [True]
        assert dict(opened.stream(lie, 100, blocks.__contains__)) == {}


@pytest.mark.parametrize("altered", [b"", b"!"])
def test_what_comes_after_the_end_changes_nothing(
    blocks: dict[bytes, bytes], altered: bytes
) -> None:
    late = FakeProvider("late", {cid: block + altered for cid, block in blocks.items()})
    late.released.clear()
    delivered: list[bytes] = []
    others = set(threading.enumerate())
    with pool(late) as (opened, faults):
        for cid in tuple(blocks)[:REQUESTS_PER_SOURCE]:
            opened.order(cid, delivered.append)
        late.wait_until_asked(REQUESTS_PER_SOURCE)
    for thread in set(threading.enumerate()) - others:
        thread.join()
    assert (delivered, faults) == ([], [])
