"""Streams of blocks: what is in them, where they break off, and how many there are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.fakes.blocks import Stored
from tests.unit.api.held import LARGE, Held, Received, asked, at, client, lead, sections, streamed
from tests.unit.api.test_problems import problem_of
from weightmark.api.gateway import MAX_REQUESTS, create_gateway
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.errors import ContentError, ContentUnavailableError, WeightmarkError

SECRET = "/home/operator/model.bin"


def test_a_stream_has_each_block_once_depth_first(held: Held) -> None:
    found = streamed(held)
    assert found[0] == held.stored.root
    assert set(found) == held.stored.blocks.keys()
    directory, file = lead(held, "weights", "copy.bin")[1:]
    assert found.index(directory) < found.index(file)
    assert found == streamed(held, "/")


def test_a_stream_is_as_large_as_it_is_asked_to_be(held: Held) -> None:
    root, weights = lead(held, "weights")
    file = lead(held, "weights", "层 0.bin")[-1]
    assert streamed(held, query="dag-scope=block") == [root]
    assert streamed(held, query="dag-scope=entity") == [root]
    assert streamed(held, "/weights", "dag-scope=entity") == [root, weights]
    path = "/weights/%E5%B1%82%200.bin"
    assert streamed(held, path, "dag-scope=block") == [root, weights, file]
    whole = streamed(held, path, "dag-scope=entity")
    assert whole[:3] == [root, weights, file]
    assert len(whole) == 3 + len({LARGE[start : start + 2**20] for start in (0, 2**20, 2**21)})
    assert streamed(held, path) == whole
    assert streamed(held, "/config.json") == lead(held, "config.json")


def test_a_path_leads_through_shards() -> None:
    stored = Stored()
    names = {f"{number:0250}": b"" for number in range(1100)}
    stored.root = stored.add_files({**names, "last": b"last"}, UNIXFS_V1_2025)
    held = Held(stored)
    found = streamed(held, "/last")
    assert found == lead(held, "last")
    assert stored.blocks[found[-1]] == b"last"
    assert len(found) > 2
    shards = streamed(held, query="dag-scope=entity")
    assert len(shards) == len(stored.blocks) - 2
    assert client(held).get(at(stored.root, "/none", "format=car")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/none", "/config.json/more", "/..", "/weights%2Fcopy.bin", "/F8"]
)
def test_a_path_that_leads_nowhere(held: Held, path: str) -> None:
    answer = client(held).get(at(held.stored.root, path, "format=car"))
    assert problem_of(answer)["status"] == 404


@pytest.mark.parametrize("error", [ContentError, ContentUnavailableError])
def test_a_stream_breaks_off_where_a_block_has_changed(
    held: Held, error: type[WeightmarkError], caplog: pytest.LogCaptureFixture
) -> None:
    leaf = streamed(held)[-1]
    held.errors[leaf] = error(SECRET)
    app = create_gateway(held)
    path = f"/ipfs/{cid_text(held.stored.root)}"
    start, *bodies = asyncio.run(asked(app, path, "format=car"))
    assert start["status"] == 200
    assert [body["more_body"] for body in bodies] == [True] * (len(held.stored.blocks))
    _, found = sections(b"".join(body["body"] for body in bodies))
    assert leaf not in dict(found)
    assert [record.getMessage() for record in caplog.records] == [SECRET]


def test_a_request_too_many_is_refused_and_may_be_made_later(held: Held) -> None:
    """Every place is taken by a client that does not read, until the refusal is there."""
    app = create_gateway(held)
    path = f"/ipfs/{cid_text(held.stored.root)}"
    refusals: list[Received] = []

    async def slow(place: asyncio.Barrier, answered: asyncio.Event) -> None:
        async def send(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                await place.wait()
                await answered.wait()

        async def receive() -> dict[str, Any]:
            await answered.wait()
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode()}
        await app({**scope, "query_string": b"format=car", "headers": []}, receive, send)

    async def main() -> None:
        place, answered = asyncio.Barrier(MAX_REQUESTS + 1), asyncio.Event()
        waiting = [asyncio.create_task(slow(place, answered)) for _ in range(MAX_REQUESTS)]
        await place.wait()
        refusals.append(await asked(app, path, "format=raw"))
        answered.set()
        await asyncio.gather(*waiting)
        refusals.append(await asked(app, path, "format=raw"))

    asyncio.run(main())
    (refused, _), (answered, _) = refusals
    assert (refused["status"], answered["status"]) == (429, 200)
    assert dict(refused["headers"])[b"retry-after"] == b"5"
