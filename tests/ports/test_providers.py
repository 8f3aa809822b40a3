"""What every `Provider` does: a gateway on loopback, and one in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests import gateways
from tests.fakes.blocks import Stored
from tests.fakes.providers import FakeProvider
from tests.gateways import gateway
from weightmark.adapters.ipfs.gateway import Gateway
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.errors import ContentError, ContentUnavailableError
from weightmark.ports.blocks import Provider

STORED = Stored()
ROOT = STORED.add_files({"a": b"a", "empty": b"", "large": bytes(2**21)}, UNIXFS_V1_2025)
ABSENT = Stored().raw(b"absent")
KINDS = ("gateway", "memory")


@contextmanager
def opened(kind: str, blocks: Mapping[bytes, bytes]) -> Iterator[Provider]:
    if kind == "memory":
        yield FakeProvider("memory", blocks)
        return
    with gateway(gateways.serving(blocks)) as server:
        yield Gateway(server.url)


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_are_given_to_any_thread(kind: str) -> None:
    with opened(kind, STORED.blocks) as provider, ThreadPoolExecutor(8) as pool:
        cids = list(STORED.blocks) * 4
        assert list(pool.map(provider.get, cids)) == [STORED.blocks[cid] for cid in cids]
        assert provider.name


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_there_is_told(kind: str) -> None:
    with (
        opened(kind, STORED.blocks) as provider,
        pytest.raises(ContentUnavailableError, match=cid_text(ABSENT)),
    ):
        provider.get(ABSENT)


@pytest.mark.parametrize("kind", KINDS)
def test_another_block_is_not_given(kind: str) -> None:
    altered = {cid: block + b"!" for cid, block in STORED.blocks.items()}
    with opened(kind, altered) as provider:
        for cid in altered:
            with pytest.raises(ContentError, match="not what its CID says"):
                provider.get(cid)
