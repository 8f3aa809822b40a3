"""The gateways of tests do what they are said to do: tests of fetching believe them."""

from __future__ import annotations

import httpx2
import pytest

from tests import gateways
from tests.command import PATIENCE
from tests.fakes.blocks import Stored
from tests.gateways import CAR, RAW, Respond, gateway
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025


@pytest.fixture
def stored() -> Stored:
    """Return blocks of a file, a directory and nothing."""
    stored = Stored()
    stored.root = stored.add_files({"a/b": b"content", "empty": b""}, UNIXFS_V1_2025)
    return stored


def get(url: str, cid: bytes, form: str = "raw") -> httpx2.Response:
    address = f"{url}/ipfs/{cid_text(cid)}?format={form}"
    return httpx2.get(address, trust_env=False, timeout=PATIENCE)


def begun(respond: Respond, cid: bytes, size: int, silence: float = PATIENCE) -> bytes:
    """Return what is sent until ``size`` bytes have come, with so many seconds of silence."""
    received = b""
    with (
        gateway(respond) as server,
        httpx2.Client(trust_env=False, timeout=httpx2.Timeout(PATIENCE, read=silence)) as client,
        client.stream("GET", f"{server.url}/ipfs/{cid_text(cid)}") as answer,
    ):
        for piece in answer.iter_raw():
            received += piece
            if len(received) >= size:
                return received
    raise AssertionError(f"it ended after {len(received)} bytes")


def test_one_serves_what_it_holds_and_counts(stored: Stored) -> None:
    with gateway(gateways.serving(stored.blocks)) as server:
        for cid, block in stored.blocks.items():
            answer = get(server.url, cid)
            assert (answer.content, answer.headers["content-type"]) == (block, RAW)
        answer = get(server.url, stored.root, "car")
        assert len(answer.content) == len(stored.car())
        assert answer.headers["content-type"] == CAR
        assert get(server.url, stored.root, "tar").status_code == 400
        assert get(server.url, Stored().raw(b"other")).status_code == 404
        assert server.requests[cid_text(stored.root)] == 3
        assert server.requests.total() == len(stored.blocks) + 3


def test_one_serves_other_bytes(stored: Stored) -> None:
    with gateway(gateways.lying(stored.blocks)) as server:
        for cid, block in stored.blocks.items():
            answer = get(server.url, cid)
            assert answer.content != block
            assert answer.headers["content-type"] == RAW
        assert get(server.url, stored.root, "car").status_code == 200


@pytest.mark.parametrize(
    ("respond", "status"), [(gateways.failing(429, "1"), 429), (gateways.html, 200)]
)
def test_some_serve_something_else(stored: Stored, respond: Respond, status: int) -> None:
    with gateway(respond) as server:
        answer = get(server.url, stored.root)
        assert answer.status_code == status
        assert answer.headers["content-type"] != RAW


def test_some_send_more_than_a_block_has(stored: Stored) -> None:
    with gateway(gateways.oversized) as server:
        assert len(get(server.url, stored.root).content) == MAX_BLOCK_SIZE + 1
    assert len(begun(gateways.endless, stored.root, 2 * MAX_BLOCK_SIZE)) >= 2 * MAX_BLOCK_SIZE
    assert len(begun(gateways.dripping, stored.root, 3)) < 2**20


@pytest.mark.parametrize("respond", [gateways.stalling, gateways.silent])
def test_some_never_go_on(stored: Stored, respond: Respond) -> None:
    with pytest.raises(httpx2.ReadTimeout):
        begun(respond, stored.root, 1, silence=0.1)


def test_some_misjudge_or_hang_up(stored: Stored) -> None:
    for respond in (gateways.misjudging(stored.blocks, 1), gateways.hanging_up):
        with gateway(respond) as server, pytest.raises(httpx2.RemoteProtocolError):
            get(server.url, stored.root)
    with gateway(gateways.misjudging(stored.blocks, -1)) as server:
        block = stored.blocks[stored.root]
        assert get(server.url, stored.root).content == block[:-1]


def test_one_sends_everybody_elsewhere_and_one_changes(stored: Stored) -> None:
    good = gateways.serving(stored.blocks)
    with gateway(gateways.redirecting("http://127.0.0.1:1")) as server:
        location = get(server.url, stored.root).headers["location"]
        assert location == f"http://127.0.0.1:1/ipfs/{cid_text(stored.root)}?format=raw"
    with gateway(gateways.changing(1, good, gateways.failing(500))) as server:
        assert [get(server.url, stored.root).status_code for _ in range(3)] == [200, 500, 500]
