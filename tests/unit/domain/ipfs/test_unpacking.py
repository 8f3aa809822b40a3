"""Reading directories and files out of blocks, as they were made and as an attacker makes them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.fakes.blocks import Stored
from weightmark.domain.content_address import is_raw
from weightmark.domain.ipfs import directories, unpacking
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE, Link, Node
from weightmark.domain.ipfs.directories import name_hash, slot_prefix, taken
from weightmark.domain.ipfs.profiles import PROFILES, UNIXFS_V1_2025, Part, Profile
from weightmark.domain.ipfs.unixfs import Kind, Unixfs
from weightmark.domain.ipfs.unpacking import StoredFile, file_pieces, list_files, read_file
from weightmark.errors import ArtifactError, ContentError


@pytest.fixture
def stored() -> Stored:
    return Stored()


def small(profile: Profile) -> Profile:
    """Return a profile with pieces so short that few bytes make a deep tree."""
    return replace(profile, chunk_size=256, max_links=3)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: str(profile.name))
def test_what_was_stored_is_read_back(stored: Stored, profile: Profile) -> None:
    data = random.Random(1).randbytes(256 * 40)
    sizes = (0, 1, 255, 256, 257, 768, 769, 256 * 9, 256 * 9 + 1, 256 * 40)
    files = {f"a/{'b/' * size}{size}": data[:size] for size in sizes[:4]}
    files |= {f"{size}": data[:size] for size in sizes}
    root = stored.add_files(files, small(profile))
    found = list_files(root, stored.get)
    assert {path: file.length for path, file in found.items()} == {
        path: len(content) for path, content in files.items()
    }
    for path, file in found.items():
        assert b"".join(read_file(file, stored.get)) == files[path]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: str(profile.name))
def test_a_sharded_directory_is_read_back(stored: Stored, profile: Profile) -> None:
    files = {f"sub/{number:0220}": b"%d" % number for number in range(1100)}
    root = stored.add_files(files, profile)
    assert any(
        Unixfs.decode(Node.decode(block).data).kind is Kind.SHARD
        for block in stored.blocks.values()
        if len(block) > 1000
    )
    assert list_files(root, stored.get).keys() == files.keys()


@pytest.mark.parametrize("data", [b"", b"one leaf", bytes(1000)])
def test_a_root_that_is_a_file(stored: Stored, data: bytes) -> None:
    root = stored.add_file(data, small(UNIXFS_V1_2025)).cid
    files = list_files(root, stored.get)
    assert files == {"": StoredFile(root, len(data))}
    assert b"".join(read_file(files[""], stored.get)) == data


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "/etc", "a\\b", "a\0", "a\n", "e\u0301"])
def test_a_name_that_leads_elsewhere_is_refused(stored: Stored, name: str) -> None:
    root = stored.directory({name: stored.raw(b"x"), "other": stored.raw(b"y")})
    with pytest.raises((ArtifactError, ContentError)):
        list_files(root, stored.get)


@pytest.mark.parametrize(("one", "other"), [("a", "A"), ("ß", "ss"), ("é", "É")])
def test_names_that_collide_are_refused(stored: Stored, one: str, other: str) -> None:
    root = stored.directory({one: stored.raw(b"x"), other: stored.raw(b"y")})
    with pytest.raises(ArtifactError, match="collides"):
        list_files(root, stored.get)


def test_a_name_that_occurs_twice_is_refused(stored: Stored) -> None:
    """Two directories of one name would become one, with the files of both."""
    below = (stored.directory({name: stored.raw(b"x")}) for name in "xy")
    root = stored.node(Unixfs(Kind.DIRECTORY).encode(), [Link(cid, "a", 1) for cid in below])
    with pytest.raises(ContentError, match="two links of one name"):
        list_files(root, stored.get)


def test_links_out_of_order_are_refused(stored: Stored) -> None:
    links = [Link(stored.raw(b"x"), name, 1) for name in ("b", "a")]
    root = stored.node(Unixfs(Kind.DIRECTORY).encode(), links)
    with pytest.raises(ContentError, match="as dag-pb and UnixFS prescribe"):
        list_files(root, stored.get)


def test_symbolic_links_and_empty_directories_are_refused(stored: Stored) -> None:
    link = stored.node(b"\x08\x04\x12\x09../target")
    with pytest.raises(ContentError, match="neither a file nor a directory"):
        list_files(stored.directory({"link": link}), stored.get)
    empty = stored.directory({})
    for root in (empty, stored.directory({"empty": empty})):
        with pytest.raises(ContentError, match="an empty directory"):
            list_files(root, stored.get)


def test_directories_that_multiply_are_bounded(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty small blocks make more paths than there is memory for."""
    monkeypatch.setattr(unpacking, "MAX_FILES", 1000)
    root = stored.raw(b"x")
    for _ in range(20):
        root = stored.directory(dict.fromkeys("abcd", root))
    with pytest.raises(ContentError, match="more than 1000 files"):
        list_files(root, stored.get)


def test_no_more_of_a_directory_is_got_than_files_may_be(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sharded directory has no end of its own."""
    files = {f"{number:0255}": b"%d" % number for number in range(1100)}
    root = stored.add_files(files, UNIXFS_V1_2025)
    monkeypatch.setattr(unpacking, "MAX_FILES", 5)
    asked: list[bytes] = []

    def get(cid: bytes) -> bytes:
        asked.append(cid)
        return stored.get(cid)

    with pytest.raises(ContentError, match="more than 5 files"):
        list_files(root, get)
    assert len(asked) < 10


def test_nesting_is_bounded_by_the_length_of_a_path(stored: Stored) -> None:
    root = stored.raw(b"x")
    for _ in range(3000):
        root = stored.directory({"d": root})
    with pytest.raises(ArtifactError, match="longer than 4096 characters"):
        list_files(root, stored.get)


def _read(stored: Stored, root: bytes) -> bytes:
    return b"".join(read_file(list_files(root, stored.get)[""], stored.get))


def _self_alike(stored: Stored) -> bytes:
    """Return a file whose few nodes stand for more bytes than it says."""
    return stored.file([256, 256], [stored.raw(bytes(256)), stored.raw(bytes(512))], 512)


FILES: dict[str, Callable[[Stored], bytes]] = {
    "not of 256 bytes": _self_alike,
    "links and lengths differ": lambda stored: stored.file([1], [], 1),
    "do not add up": lambda stored: stored.file([1], [stored.raw(b"x")], 2),
    "less than 256 bytes": lambda stored: stored.file([0], [stored.raw(b"")], 0),
    "in pieces of less": lambda stored: stored.file([1, 1], [stored.raw(b"x")] * 2, 2),
    "a directory inside a file": lambda stored: stored.file(
        [9], [stored.directory({"a": stored.raw(b"x")})], 9
    ),
    "more than 8192 links": lambda stored: stored.file([256] * 9000, [stored.raw(b"")] * 9000, 1),
}


@pytest.mark.parametrize("message", FILES)
def test_a_file_that_contradicts_itself_is_refused(stored: Stored, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        _read(stored, FILES[message](stored))


def test_a_file_whose_length_its_directory_mistakes_is_refused(stored: Stored) -> None:
    files = list_files(stored.directory({"a": stored.raw(b"two")}), stored.get)
    with pytest.raises(ContentError, match="not of 1 bytes"):
        list(read_file(files["a"], stored.get))


def test_a_file_that_is_too_deep_is_refused(stored: Stored) -> None:
    root = stored.raw(b"x")
    for _ in range(unpacking.MAX_FILE_DEPTH):
        root = stored.file([1], [root], 1)
    with pytest.raises(ContentError, match="deeper than 32"):
        _read(stored, root)


def _shard(stored: Stored, *links: tuple[int, str, bytes], data: bytes | None = None) -> bytes:
    slots = {slot: None for slot, _, _ in links}
    unixfs = Unixfs(Kind.SHARD, taken(slots) if data is None else data)
    return stored.node(unixfs.encode(), (Link(cid, slot_prefix(s) + n, 1) for s, n, cid in links))


def test_a_name_in_a_shard_is_in_its_place(stored: Stored) -> None:
    slot, file = name_hash("name")[0], stored.raw(b"x")
    assert "name" in list_files(_shard(stored, (slot, "name", file)), stored.get)
    other = (slot + 1) % 256
    wrong = [
        _shard(stored, (other, "name", file)),
        _shard(stored, (slot, "name", file), data=b"\x01" * 32),
        _shard(stored, (slot, "name", file), (slot, "name", file)),
        _shard(stored),
        _shard(stored, (slot, "", file)),
        _shard(stored, (slot, "", stored.directory({"name": file}))),
        stored.node(Unixfs(Kind.SHARD, b"\x01").encode(), [Link(file, "0", 1)]),
        stored.node(Unixfs(Kind.SHARD, b"\x01").encode(), [Link(file, "ffname", 1)]),
    ]
    for root in wrong:
        with pytest.raises(ContentError):
            list_files(root, stored.get)


def test_shards_that_are_deeper_than_the_hash_are_refused(stored: Stored) -> None:
    digest, root = name_hash("name"), stored.raw(b"x")
    root = _shard(stored, (0, "name", root))
    for slot in reversed(digest):
        root = _shard(stored, (slot, "", root))
    with pytest.raises(ContentError, match="where it does not belong"):
        list_files(root, stored.get)


def test_names_that_were_made_to_collide_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directories, "name_hash", lambda _: bytes(8))
    part = Part(b"", 1, 1)
    files = {f"{number:0220}": part for number in range(1300)}
    with pytest.raises(ArtifactError, match="collide"):
        directories.directory_tree(files, UNIXFS_V1_2025, Stored().put)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: str(each.name))
def test_files_come_in_pieces_that_name_their_leaves(stored: Stored, profile: Profile) -> None:
    data = bytes(range(256)) * (2**20 // 256) * 3 + b"end"
    root = stored.add_file(data, profile)
    pieces = list(file_pieces(StoredFile(root.cid, len(data)), stored.get))
    leaves = [cid for cid in stored.blocks if is_raw(cid)]
    assert {piece.cid for piece in pieces if piece.data is None} == set(leaves)
    ends = [piece.offset + piece.length for piece in pieces]
    assert [piece.offset for piece in pieces] == [0, *ends[:-1]]
    assert ends[-1] == len(data)
    for piece in pieces:
        block = stored.blocks[piece.cid] if piece.data is None else piece.data
        assert piece.accept(block) == data[piece.offset : piece.offset + piece.length]
        with pytest.raises(ContentError, match=f"not of {piece.length} bytes"):
            piece.accept(block + b"!")


def test_a_leaf_that_claims_to_be_larger_than_any_is_refused(stored: Stored) -> None:
    leaf = stored.raw(b"small")
    claimed = StoredFile(leaf, MAX_BLOCK_SIZE + 1)
    with pytest.raises(ContentError, match="a leaf that is larger than"):
        list(file_pieces(claimed, stored.get))
