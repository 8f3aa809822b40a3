"""What every `BlockSource` does: the block of a CID or an error, from any thread."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.earlier import write_files
from tests.fakes.blocks import Stored
from tests.gateways import gateway, serving
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.ipfs.car_file import open_car
from weightmark.adapters.ipfs.gateway import Gateway
from weightmark.adapters.ipfs.store import BlockStore
from weightmark.domain.ipfs.directories import directory_tree
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.domain.ipfs.unpacking import list_files, read_file
from weightmark.errors import ContentError, ContentUnavailableError
from weightmark.ports.blocks import BlockSource
from weightmark.ports.store import Pin, PinKind

FILES = {"a": b"x" * 2**20 + b"y", "b/c": b"z", "b/empty": b""}


@pytest.fixture
def stored() -> Stored:
    stored = Stored()
    stored.root = stored.add_files(FILES, UNIXFS_V1_2025)
    return stored


def pinned(folder: Path) -> BlockStore:
    """Return a store that refers to the files in a folder."""
    artifact = LocalArtifact(write_files(folder / "model", FILES), workers=2)
    store = BlockStore(folder / "store")
    with store.adding() as adding:
        found = artifact.address(
            artifact.list().sizes,
            UNIXFS_V1_2025,
            adding.put,
            lambda _: None,
            (),
            lambda path, offset, leaf: adding.refer(artifact.place(path), offset, leaf),
        )
        root = directory_tree(found.roots, UNIXFS_V1_2025, adding.put).cid
        adding.pin(Pin(root, "label", PinKind.ARTIFACT, 1, len(FILES), 0))
    return store


@pytest.fixture(params=["memory", "car", "store", "gateway"])
def source(request: pytest.FixtureRequest, stored: Stored, tmp_path: Path) -> Iterator[BlockSource]:
    with ExitStack() as stack:
        match request.param:
            case "memory":
                yield stored
            case "car":
                (tmp_path / "file.car").write_bytes(stored.car())
                yield stack.enter_context(open_car(tmp_path / "file.car"))
            case "store":
                yield pinned(tmp_path)
            case "gateway":
                server = stack.enter_context(gateway(serving(stored.blocks)))
                yield Gateway(server.url)


def test_it_gives_each_block_from_any_thread(source: BlockSource, stored: Stored) -> None:
    cids = [*stored.blocks] * 4
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(source.get, cids)) == [stored.blocks[cid] for cid in cids]


def test_files_are_read_out_of_it(source: BlockSource, stored: Stored) -> None:
    files = list_files(stored.root, source.get)
    assert {path: b"".join(read_file(each, source.get)) for path, each in files.items()} == FILES


def test_what_it_does_not_have_is_an_error(source: BlockSource) -> None:
    # Of a CAR file, which somebody sent whole, that is bad input.
    with pytest.raises((ContentUnavailableError, ContentError)):
        source.get(Stored().raw(b"other"))
