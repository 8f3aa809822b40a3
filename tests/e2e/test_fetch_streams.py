"""Many small files come in one go where a gateway can do that; what does not is asked for alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import gateways
from tests.command import Weightmark
from tests.e2e.fetching import assert_fetched, fetch
from tests.e2e.pinned import Pinned, Registrar
from tests.e2e.releases import assert_ends, document
from tests.fakes.blocks import Stored
from tests.gateways import CAR, Blocks, Request, Respond, gateway
from weightmark.domain.content_address import parse_cid
from weightmark.domain.ipfs.car import header, section_head
from weightmark.services.transfer import MIN_STREAMED

# An empty file is in every stream, though nobody has to be asked for it.
FILES = {
    "vocabulary/empty": b"",
    **{f"vocabulary/{number}": b"%d" % number for number in range(MIN_STREAMED)},
}


@pytest.fixture(scope="module")
def many(registrar: Registrar) -> Pinned:
    return registrar.pinned("1.4.0", FILES)


def streaming(blocks: Blocks, stream: Callable[[Request], None]) -> Respond:
    """Serve single blocks rightly, and streams otherwise."""
    serve = gateways.serving(blocks)
    return lambda request: (stream if request.format == "car" else serve)(request)


@pytest.mark.covered
def test_they_take_one_request(owner: Weightmark, many: Pinned, out: Path) -> None:
    with gateway(gateways.serving(many.blocks)) as server:
        assert_ends(fetch(owner, many.reference, out, server), 0)
        # The manifest, two directories, and all of it.
        assert server.requests.total() == 4
    assert_fetched(out, FILES)


def breaking_off(request: Request, many: Pinned) -> None:
    """Send a half of the files, and hang up before the other."""
    root = parse_cid(many.artifact_cid)
    files = [(cid, block) for cid, block in many.blocks.items() if block in FILES.values()]
    half = files[: MIN_STREAMED // 2]
    request.begin(CAR, headers={"content-length": str(2**16)})
    sections = (section_head(cid, len(block)) + block for cid, block in half)
    request.wfile.write(header(root) + b"".join(sections))


@pytest.mark.covered
def test_what_did_not_come_is_asked_for(owner: Weightmark, many: Pinned, out: Path) -> None:
    respond = streaming(many.blocks, lambda request: breaking_off(request, many))
    with gateway(respond) as server:
        finished = fetch(owner, many.reference, out, server, "--json")
        assert_ends(finished, 0)
        assert document(finished)["faults"] == []
        # All but what is too short to be a section that is surely whole.
        assert 4 + MIN_STREAMED // 2 <= server.requests.total() < 16 + MIN_STREAMED // 2
    assert_fetched(out, FILES)


def test_gateways_need_not_send_streams(owner: Weightmark, many: Pinned, out: Path) -> None:
    with gateway(streaming(many.blocks, gateways.failing(501))) as server:
        finished = fetch(owner, many.reference, out, server, "--json")
        assert_ends(finished, 0)
        assert document(finished)["faults"] == []
    assert_fetched(out, FILES)


@pytest.mark.covered
@pytest.mark.parametrize("kind", ["another block", "a block that nobody asked for"])
def test_who_lies_in_a_stream_is_asked_no_more(
    owner: Weightmark, many: Pinned, out: Path, kind: str
) -> None:
    root = parse_cid(many.artifact_cid)

    def lie(request: Request) -> None:
        block = b"nobody asked"
        cid = root if kind == "another block" else Stored().raw(block)
        request.answer(header(root) + section_head(cid, len(block)) + block, CAR)

    with gateway(streaming(many.blocks, lie)) as liar:
        finished = fetch(owner, many.reference, out, liar)
        assert_ends(finished, 3, liar.url)
        assert not out.exists()
        with gateway(gateways.serving(many.blocks)) as honest:
            finished = fetch(owner, many.reference, out, liar, honest, "--json")
            assert_ends(finished, 0)
    assert_fetched(out, FILES)
