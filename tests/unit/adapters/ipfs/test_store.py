"""The embedded block store: what it keeps, what it refers to, and what it removes."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.ipfs.store import BlockStore
from weightmark.adapters.state.locks import shared_lock
from weightmark.domain.ipfs.directories import directory_tree
from weightmark.domain.ipfs.documents import document_tree
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025, Part
from weightmark.domain.ipfs.unpacking import list_files, read_file
from weightmark.domain.ipfs.walk import reachable
from weightmark.errors import (
    ContentError,
    ContentGoneError,
    ContentUnavailableError,
    LockTimeoutError,
    StorageError,
)
from weightmark.ports.store import Freed, Pin, PinKind

MIB = 2**20
FILES = {
    "a.bin": b"a" * MIB + b"c" * MIB + b"end",
    "empty": b"",
    "folder/b.bin": bytes(range(256)) * 9000,
}
LEAVES = 7


@pytest.fixture
def model(tmp_path: Path) -> Path:
    for path, data in FILES.items():
        place = tmp_path / "model" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return tmp_path / "model"


@pytest.fixture
def store(tmp_path: Path) -> BlockStore:
    return BlockStore(tmp_path / "data/ipfs")


def pin(store: BlockStore, model: Path, label: str = "label", *, copied: bool = False) -> bytes:
    """Pin a directory, and return its root."""
    artifact = LocalArtifact(model, workers=2)
    paths = artifact.list().sizes
    with store.adding() as adding:
        folder = adding.folder() if copied else b""

        def at(path: str, offset: int, leaf: Part) -> None:
            file = folder + b"/" + path.encode() if folder else artifact.place(path)
            adding.refer(file, offset, leaf)

        found = artifact.address(paths, UNIXFS_V1_2025, adding.put, lambda _: None, (), at)
        if folder:
            artifact.copy(paths, folder, lambda _: None)
        root = directory_tree(found.roots, UNIXFS_V1_2025, adding.put).cid
        adding.pin(Pin(root, label, PinKind.ARTIFACT, 1, 3, 9, folder))
    return root


def contents(store: BlockStore, root: bytes) -> dict[str, bytes]:
    """Read all files below a root."""
    files = list_files(root, store.get)
    return {path: b"".join(read_file(file, store.get)) for path, file in files.items()}


@pytest.mark.parametrize("copied", [False, True])
def test_what_is_pinned_is_read_back(store: BlockStore, model: Path, *, copied: bool) -> None:
    root = pin(store, model, copied=copied)
    if copied:
        shutil.rmtree(model)
    assert contents(store, root) == FILES
    (found,) = store.pins()
    assert (found.root, found.label, found.kind) == (root, "label", PinKind.ARTIFACT)
    assert bool(found.folder) is copied


def test_files_are_not_copied(store: BlockStore, model: Path, tmp_path: Path) -> None:
    pin(store, model)
    kept = sum(path.stat().st_size for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert kept < 100_000


def test_it_is_nobody_elses(store: BlockStore, model: Path, tmp_path: Path) -> None:
    pin(store, model, copied=True)
    for path in (tmp_path / "data").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_block_that_is_not_held(store: BlockStore, model: Path) -> None:
    other = UNIXFS_V1_2025.leaf(b"other").cid
    with pytest.raises(ContentUnavailableError, match="does not hold bafk"):
        store.get(other)
    pin(store, model)
    with pytest.raises(ContentUnavailableError, match="does not hold bafk"):
        store.get(other)


def alter(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"!")


def shorten(file: Path) -> None:
    os.truncate(file, 10)


def replace_by_fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def replace_by_link(file: Path) -> None:
    shutil.copy(file, file.parent.parent / "elsewhere")
    file.unlink()
    file.symlink_to(file.parent.parent / "elsewhere")


@pytest.mark.parametrize(
    ("harm", "error", "what"),
    [
        (Path.unlink, ContentGoneError, "is gone"),
        (alter, ContentError, "has changed since it was pinned"),
        (shorten, ContentError, "has changed since it was pinned"),
        (replace_by_fifo, ContentError, "has changed since it was pinned"),
        (replace_by_folder, ContentError, "has changed since it was pinned"),
        (replace_by_link, ContentGoneError, "is gone"),
    ],
)
def test_a_file_that_is_not_what_it_was(
    store: BlockStore,
    model: Path,
    harm: Callable[[Path], None],
    error: type[Exception],
    what: str,
) -> None:
    pin(store, model)
    first = UNIXFS_V1_2025.leaf(FILES["a.bin"][:MIB]).cid
    harm(model / "a.bin")
    with pytest.raises(error, match=f"a.bin' {what}") as raised:
        store.get(first)
    assert "--copy" in getattr(raised.value, "hint", "")


def test_a_leaf_is_taken_from_wherever_it_still_is(store: BlockStore, model: Path) -> None:
    root = pin(store, model)
    other = shutil.copytree(model, model.parent / "other")
    pin(store, other)
    alter(model / "a.bin")
    (other / "folder/b.bin").unlink()
    assert contents(store, root) == FILES


def test_a_leaf_may_be_in_any_number_of_files(store: BlockStore, model: Path) -> None:
    leaf = UNIXFS_V1_2025.leaf(b"x")
    paths = [model / str(number) for number in range(40)]
    with store.adding() as adding:
        for path in paths:
            path.write_bytes(b"x")
            adding.refer(bytes(path), 0, leaf)
        adding.pin(Pin(leaf.cid, "label", PinKind.ARTIFACT, 1, 40, 40))
    # Files that are added together are known in any order.
    with store._file.reading() as database:
        known = database.execute("SELECT path FROM files ORDER BY id").fetchall()
    *others, newest = (Path(os.fsdecode(path)) for (path,) in known)
    for path in reversed(others):
        assert store.get(leaf.cid) == b"x"
        path.unlink()
    assert store.get(leaf.cid) == b"x"
    alter(newest)
    with pytest.raises(ContentError, match=f"{newest.name}' has changed"):
        store.get(leaf.cid)


def test_the_newest_place_in_a_file_counts(store: BlockStore, model: Path) -> None:
    pin(store, model, "old")
    (model / "a.bin").write_bytes(b"b" * MIB + b"a" * MIB)
    root = pin(store, model, "new")
    assert contents(store, root)["a.bin"] == b"b" * MIB + b"a" * MIB


def test_a_damaged_block_is_never_given_and_pinning_again_mends_it(
    store: BlockStore, model: Path
) -> None:
    root = pin(store, model)
    with store._file.writing() as database:
        database.execute("UPDATE blocks SET block = x'00' WHERE cid = ?", (root,))
    with pytest.raises(ContentError, match="not what its CID says"):
        store.get(root)
    with pytest.raises(ContentError, match="store is damaged") as raised:
        store.collect()
    assert "publish --pin" in raised.value.hint
    assert pin(store, model) == root
    assert contents(store, root) == FILES


def test_documents_are_kept_whole(store: BlockStore) -> None:
    data = bytes(range(256)) * 9000
    with store.adding() as adding:
        root = document_tree(data, adding.put).cid
        adding.pin(Pin(root, "label", PinKind.MANIFEST, 1, 1, 9))
    assert b"".join(read_file(list_files(root, store.get)[""], store.get)) == data


def test_what_no_pin_leads_to_is_removed(store: BlockStore, model: Path) -> None:
    root = pin(store, model)
    assert store.collect() == Freed(0, 0, 0)
    assert store.unpin(UNIXFS_V1_2025.leaf(b"other").cid) == ()
    (gone,) = store.unpin(root)
    assert (gone.root, store.pins()) == (root, ())
    assert contents(store, root) == FILES
    freed = store.collect()
    # Two nodes of files, two directories; four leaves of bytes, one of which is in two places.
    assert (freed.blocks, freed.files) == (4 + 6, 0)
    with pytest.raises(ContentUnavailableError):
        store.get(root)


def test_what_a_pin_still_leads_to_stays(store: BlockStore, model: Path) -> None:
    first = pin(store, model)
    (model / "more").write_bytes(b"more")
    second = pin(store, model)
    store.unpin(second)
    freed = store.collect()
    assert (freed.blocks, freed.files) == (2, 0)
    assert contents(store, first) == FILES


def test_copies_are_removed_with_their_pin(store: BlockStore, model: Path) -> None:
    root = pin(store, model, copied=True)
    (found,) = store.pins()
    store.unpin(root)
    freed = store.collect()
    assert freed.files == len(FILES)
    assert freed.size > sum(map(len, FILES.values()))
    assert not os.path.lexists(found.folder)


def test_pinning_again_takes_new_copies_and_the_old_ones_can_go(
    store: BlockStore, model: Path
) -> None:
    root = pin(store, model, copied=True)
    (first,) = store.pins()
    assert pin(store, model) == root
    assert store.pins() == (first,)
    pin(store, model, copied=True)
    (second,) = store.pins()
    assert second.folder != first.folder
    assert store.collect().files == len(FILES)
    shutil.rmtree(model)
    assert contents(store, root) == FILES


def test_a_store_can_be_moved(store: BlockStore, model: Path, tmp_path: Path) -> None:
    root = pin(store, model, copied=True)
    shutil.rmtree(model)
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    moved = BlockStore(tmp_path / "elsewhere/ipfs")
    assert moved.collect() == Freed(0, 0, 0)
    assert contents(moved, root) == FILES
    (found,) = moved.pins()
    assert Path(os.fsdecode(found.folder)).parent == tmp_path / "elsewhere/ipfs/copies"


def test_a_store_is_found_by_a_relative_path(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = BlockStore(Path("data"))
    root = pin(store, model, copied=True)
    monkeypatch.chdir("/")
    assert store.collect() == Freed(0, 0, 0)
    assert contents(store, root) == FILES


def test_references_to_copies_that_failed_do_not_stay(store: BlockStore, model: Path) -> None:
    root = pin(store, model)
    leaf = UNIXFS_V1_2025.leaf(FILES["a.bin"][:MIB])
    with store.adding() as adding:
        adding.refer(adding.folder() + b"/a.bin", 0, leaf)
        adding.pin(Pin(root, "other", PinKind.ARTIFACT, 1, 3, 9))
    assert store.collect() == Freed(0, 0, 0)
    with store._file.reading() as database:
        paths = {bytes(path) for (path,) in database.execute("SELECT path FROM files")}
    assert paths == {bytes(model / path) for path in FILES}


def test_copies_that_nothing_pins_do_not_stay(store: BlockStore, tmp_path: Path) -> None:
    with store.adding() as adding:
        (Path(os.fsdecode(adding.folder())) / "file").write_bytes(b"x")
    assert list((tmp_path / "data/ipfs/copies").iterdir()) == []


def test_what_somebody_else_has_put_beside_the_copies_stays(
    store: BlockStore, model: Path, tmp_path: Path
) -> None:
    store.unpin(pin(store, model, copied=True))
    others = {tmp_path / "data/ipfs/copies" / name for name in (".DS_Store", "lost+found")}
    file, folder = sorted(others)
    file.touch()
    folder.mkdir()
    assert store.collect().files == len(FILES)
    assert set((tmp_path / "data/ipfs/copies").iterdir()) == others


def test_nothing_is_removed_while_something_is_added(store: BlockStore) -> None:
    with store.adding(), store.adding(), pytest.raises(LockTimeoutError, match="adds to the"):
        store.collect()
    store.collect()


def test_a_store_that_cannot_be_used(store: BlockStore, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"")
    with pytest.raises(StorageError), store.adding():
        pass
    with pytest.raises(StorageError), shared_lock(tmp_path / "data/lock"):
        pass


def test_a_store_that_is_damaged(store: BlockStore, model: Path, tmp_path: Path) -> None:
    pin(store, model)
    (tmp_path / "data/ipfs/blocks.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(StorageError, match="embedded block store") as raised:
        store.pins()
    assert "--pin" in raised.value.hint


def test_every_block_is_found(store: BlockStore, model: Path) -> None:
    root = pin(store, model)
    found = list(reachable(root, store.get))
    assert all(store.get(cid) is not None for cid in found)
    # Two directories, two files of several leaves, and the leaves but for one that comes twice.
    assert len(found) == 2 + 2 + LEAVES - 1
