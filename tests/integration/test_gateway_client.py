"""The client of trustless gateways, against one that serves and those that one has to bear with."""

from __future__ import annotations

import pytest

from tests import gateways
from tests.fakes.blocks import Stored
from tests.gateways import Respond, gateway
from weightmark.adapters.ipfs import gateway as client
from weightmark.adapters.ipfs.gateway import BLOCK_SECONDS, MAX_PAUSE_SECONDS, MAX_PAUSES, Gateway
from weightmark.domain.content_address import MAX_RAW_BLOCK, cid_text
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.errors import (
    ConfigurationError,
    ContentError,
    ContentUnavailableError,
    IpfsServiceError,
    WeightmarkError,
)
from weightmark.services.sources import MAX_REQUESTS

BLOCK = b"content" * 1000
STORED = Stored()
CID = STORED.raw(BLOCK)
EMPTY = STORED.raw(b"")


@pytest.mark.parametrize("end", ["", "/", "/ipfs", "/ipfs/"])
def test_blocks_are_asked_for_by_path_and_checked(end: str) -> None:
    with gateway(gateways.serving(STORED.blocks)) as server:
        source = Gateway(f"{server.url}{end}")
        assert [source.get(CID), source.get(EMPTY), source.get(CID)] == [BLOCK, b"", BLOCK]
        assert server.requests[cid_text(CID)] == 2
        assert source.name == f"the gateway {server.url}"
        absent = Stored().raw(b"absent")
        with pytest.raises(ContentUnavailableError, match=cid_text(absent)):
            source.get(absent)


@pytest.mark.parametrize(
    ("respond", "kind", "message"),
    [
        (gateways.lying(STORED.blocks), ContentError, "not what its CID says"),
        (gateways.endless, ContentError, "gives more than 2097152 bytes"),
        (gateways.oversized, ContentError, "gives more than 2097152 bytes"),
        (gateways.html, ContentError, "answers with text/html, and not with a block"),
        (gateways.failing(504), IpfsServiceError, "it answered with HTTP status 504"),
        (gateways.failing(410), ContentUnavailableError, "does not have the block"),
        (gateways.failing(451), ContentUnavailableError, "does not have the block"),
        (gateways.misjudging(STORED.blocks, 1), IpfsServiceError, "the connection failed"),
        (gateways.misjudging(STORED.blocks, -1), ContentError, "not what its CID says"),
        (gateways.hanging_up, IpfsServiceError, "the connection failed"),
    ],
)
def test_what_is_no_block_is_told_by_its_kind(
    respond: Respond, kind: type[WeightmarkError], message: str
) -> None:
    with gateway(respond) as server, pytest.raises(kind, match=message) as caught:
        Gateway(server.url).get(CID)
    assert type(caught.value) is kind


def test_who_has_too_much_to_do_is_left_alone_for_a_while() -> None:
    pauses: list[float] = []
    busy, served = gateways.failing(429, "3"), gateways.serving(STORED.blocks)
    with gateway(gateways.changing(MAX_PAUSES, busy, served)) as server:
        assert Gateway(server.url, sleep=pauses.append).get(CID) == BLOCK
    assert pauses == [3.0] * MAX_PAUSES
    for asked_for in ("", "999999"):
        with gateway(gateways.failing(429, asked_for)) as server:
            source = Gateway(server.url, sleep=pauses.append)
            with pytest.raises(IpfsServiceError, match="wants to be left alone"):
                source.get(CID)
    assert pauses[MAX_PAUSES:] == [MAX_PAUSE_SECONDS] * 2 * MAX_PAUSES


def test_a_slow_connection_is_enough() -> None:
    """As many blocks as are asked for at once come through it together, each in its time."""
    assert MAX_REQUESTS * MAX_RAW_BLOCK / BLOCK_SECONDS <= 128 * 2**10


@pytest.mark.parametrize("respond", [gateways.stalling, gateways.silent, gateways.dripping])
def test_who_sends_nothing_or_never_all_is_left(
    respond: Respond, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "BLOCK_SECONDS", 0.3)
    with (
        gateway(respond) as server,
        pytest.raises(IpfsServiceError, match="its answer took more than"),
    ):
        Gateway(server.url).get(CID)


def test_nobody_is_followed_elsewhere() -> None:
    with (
        gateway(gateways.serving(STORED.blocks)) as other,
        gateway(gateways.redirecting(other.url)) as server,
    ):
        with pytest.raises(IpfsServiceError, match="sends us elsewhere") as caught:
            Gateway(server.url).get(CID)
        assert "by path and not by name" in caught.value.hint
        assert not other.requests


@pytest.mark.parametrize(
    "url",
    ["ftp://host", "file:///etc/passwd", "host", "https://user:planted@host", "https://host?a=b"],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Gateway(url)
    assert "planted" not in caught.value.message


TREE = Stored()
TREE.root = TREE.add_files({"a": b"a", "b/c": b"c" * 70_000}, UNIXFS_V1_2025)


def test_all_below_a_root_comes_in_one_go() -> None:
    with gateway(gateways.serving(TREE.blocks)) as server:
        assert dict(Gateway(server.url).stream(TREE.root, 2**20)) == TREE.blocks
        assert server.requests == {cid_text(TREE.root): 1}
        with pytest.raises(ContentUnavailableError, match=cid_text(CID)):
            list(Gateway(server.url).stream(CID, 2**20))


@pytest.mark.parametrize(
    ("respond", "kind", "message"),
    [
        (gateways.lying(TREE.blocks), ContentError, "not what its CID says"),
        (gateways.endless, IpfsServiceError, "sends no CAR files"),
        (gateways.html, IpfsServiceError, "sends no CAR files"),
        (gateways.failing(406), IpfsServiceError, "HTTP status 406"),
        (gateways.serving(TREE.blocks), IpfsServiceError, "more than 100 bytes"),
    ],
)
def test_what_is_no_stream_is_told(
    respond: Respond, kind: type[WeightmarkError], message: str
) -> None:
    with gateway(respond) as server, pytest.raises(kind, match=message):
        list(Gateway(server.url).stream(TREE.root, 100 if "100" in message else 2**20))


def test_a_stream_that_drips_is_left_long_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for a whole stream is that of its size, which is hours."""
    monkeypatch.setattr(client, "FINDING_SECONDS", 0.3)
    with (
        gateway(lambda request: gateways.dripping(request, gateways.CAR)) as server,
        pytest.raises(IpfsServiceError, match="it sends less than 65536 bytes per second"),
    ):
        list(Gateway(server.url).stream(TREE.root, 2**40))
