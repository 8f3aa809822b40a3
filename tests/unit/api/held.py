"""A gateway over blocks in memory, and reading what it streams."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from starlette.testclient import TestClient

from tests.fakes.blocks import Stored
from weightmark.api.gateway import create_gateway
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.car import MAX_SECTION_HEAD, header, read_header, read_section
from weightmark.domain.ipfs.selecting import way
from weightmark.errors import ContentUnavailableError, WeightmarkError
from weightmark.ports.blocks import BlockSource

LARGE = bytes(range(256)) * 4096 * 3
FILES = {"config.json": b"{}", "weights/层 0.bin": LARGE, "weights/copy.bin": LARGE, "empty": b""}


class Held:
    """Blocks in memory that may be missing or damaged, as a store has it."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self.errors: dict[bytes, WeightmarkError] = {}

    def get(self, cid: bytes) -> bytes:
        if cid in self.errors:
            raise self.errors[cid]
        if cid not in self.stored.blocks:
            raise ContentUnavailableError("not there")
        return self.stored.get(cid)


def client(blocks: BlockSource, *, local_only: bool = False) -> TestClient:
    app = create_gateway(blocks, local_only=local_only)
    return TestClient(app, "http://127.0.0.1", headers={"Accept": ""})


def at(cid: bytes, path: str = "", query: str = "") -> str:
    return f"/ipfs/{cid_text(cid)}{path}?{query}"


def sections(car: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return the root of a CAR file, and what it holds, in order."""
    root = read_header(car)
    found, start = [], len(header(root))
    while start < len(car):
        section = read_section(car[start : start + MAX_SECTION_HEAD])
        block = start + section.head
        start = block + section.length
        found.append((section.cid, car[block:start]))
    assert start == len(car)
    return root, found


def streamed(held: Held, path: str = "", query: str = "") -> list[bytes]:
    """Return the CIDs of a stream, whose blocks are what they have to be."""
    answer = client(held).get(at(held.stored.root, path, f"format=car&{query}"))
    assert answer.status_code == 200, answer.text
    root, found = sections(answer.content)
    assert root == lead(held, *filter(None, unquote(path).split("/")))[-1]
    assert all(held.stored.blocks[cid] == block for cid, block in found)
    assert len(dict(found)) == len(found)
    return [cid for cid, _ in found]


def lead(held: Held, *names: str) -> list[bytes]:
    return list(way(held.stored.root, names, held.get))


Received = list[Mapping[str, Any]]


async def asked(app: Any, path: str, query: str, method: str = "GET") -> Received:
    """Return what an application sends, as it sends it, to a client that stays to the end."""
    received: Received = []

    async def send(message: Mapping[str, Any]) -> None:
        received.append(message)

    async def receive() -> Mapping[str, Any]:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
    }
    await app(scope, receive, send)
    return received
