"""Our gateway answers as Kubo's does, byte for byte, what can be checked."""

from __future__ import annotations

import random

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.command import PATIENCE
from tests.fakes.blocks import Stored
from tests.kubo import KuboNode
from weightmark.api.gateway import create_gateway
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025

# Sharded, and with few contents, so that most blocks are needed in several places.
MANY = {f"many/{number:0250}": bytes((number % 7,)) for number in range(1100)}
FILES = {"重み 0.bin": random.Random(0).randbytes(2**21 + 5), "a/b": b"\3", "empty": b""}
RAW, CAR = "application/vnd.ipld.raw", "application/vnd.ipld.car"
COMPARED = ("content-type", "cache-control", "x-content-type-options")


@pytest.fixture(scope="module")
def stored(kubo: KuboNode) -> Stored:
    """Return blocks that the node has as well."""
    stored = Stored()
    stored.root = stored.add_files(MANY | FILES, UNIXFS_V1_2025)
    kubo.ipfs("dag", "import", "--pin-roots=false", stdin=stored.car())
    return stored


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("?format=raw", ""),
        ("", RAW),
        ("", f"{CAR};version=1;order=dfs;dups=n"),
        ("?format=car", ""),
        ("?format=car&dag-scope=entity", ""),
        ("?format=car&dag-scope=block", ""),
        ("/many?format=car", ""),
        ("/many/?format=car&dag-scope=entity", ""),
        (f"/many/{5:0250}?format=car&dag-scope=block", ""),
        ("/%E9%87%8D%E3%81%BF%200.bin?format=car&dag-scope=entity", ""),
        ("/a?format=car&dag-scope=entity", ""),
        ("/a/b?format=car", ""),
    ],
)
def test_the_same_is_answered(stored: Stored, kubo: KuboNode, path: str, accept: str) -> None:
    url, headers = f"/ipfs/{cid_text(stored.root)}{path}", {"Accept": accept}
    ours = TestClient(create_gateway(stored), headers=headers).get(url)
    theirs = httpx2.get(kubo.gateway + url, headers=headers, trust_env=False, timeout=PATIENCE)
    assert (ours.status_code, theirs.status_code) == (200, 200)
    assert ours.content == theirs.content
    assert [ours.headers[name] for name in COMPARED] == [theirs.headers[name] for name in COMPARED]


@pytest.mark.parametrize(
    ("url", "status"),
    [("/ipfs/nonsense?format=raw", 400), ("/ipfs/bafkqaaa?format=raw", 200)],
)
def test_the_same_is_refused(kubo: KuboNode, url: str, status: int) -> None:
    ours = TestClient(create_gateway(Stored())).get(url)
    theirs = httpx2.get(kubo.gateway + url, trust_env=False, timeout=PATIENCE)
    assert (ours.status_code, theirs.status_code) == (status, status)
