"""Ways to the ends of paths, and how much is there."""

from __future__ import annotations

import pytest

from tests.fakes.blocks import Stored
from weightmark.domain.ipfs.profiles import PROFILES, Profile
from weightmark.domain.ipfs.selecting import Scope, selected, way
from weightmark.domain.ipfs.walk import reachable
from weightmark.errors import ContentError, MissingPathError

FILES = {"config.json": b"{}", "a/b/c": bytes(range(256)) * 6000, "a/empty": b""}
NAMES = {f"{number:0250}": b"" for number in range(1100)}


@pytest.fixture(params=PROFILES.values(), ids=list(PROFILES))
def profile(request: pytest.FixtureRequest) -> Profile:
    """Return each profile."""
    given: Profile = request.param
    return given


def test_a_way_is_one_block_for_each_name(profile: Profile) -> None:
    stored = Stored()
    root = stored.add_files(FILES, profile)
    assert way(root, (), stored.get) == (root,)
    found = way(root, ("a", "b", "c"), stored.get)
    assert len(set(found)) == 4
    assert found[:3] == way(root, ("a", "b"), stored.get)
    assert found[-1] == stored.add_file(FILES["a/b/c"], profile).cid


def test_a_way_leads_through_shards_to_every_name(profile: Profile) -> None:
    stored = Stored()
    others = {"last": b"last", "00": b"like a place"}
    files = NAMES | others
    root = stored.add_files(files, profile)
    for name, data in {**others, "7".zfill(250): b""}.items():
        assert way(root, (name,), stored.get)[-1] == stored.add_file(data, profile).cid
    shards = list(selected(root, Scope.ENTITY, stored.get))
    leaves = {stored.add_file(data, profile).cid for data in {b"", *others.values()}}
    assert len(shards) > 256
    assert shards == [cid for cid in reachable(root, stored.get) if cid not in leaves]


@pytest.mark.parametrize("names", [("none",), ("config.json", "x"), ("a", ""), ("a/b",), ("..",)])
def test_a_way_to_nowhere(profile: Profile, names: tuple[str, ...]) -> None:
    stored = Stored()
    root = stored.add_files(FILES, profile)
    with pytest.raises(MissingPathError, match=f"there is no '{names[-1]}'"):
        way(root, names, stored.get)


@pytest.mark.parametrize("name", ["none", "0", "00", ""])
def test_a_way_to_nowhere_in_shards(profile: Profile, name: str) -> None:
    stored = Stored()
    root = stored.add_files(NAMES, profile)
    with pytest.raises(MissingPathError):
        way(root, (name,), stored.get)


def test_how_much_is_wanted_of_an_end(profile: Profile) -> None:
    stored = Stored()
    root = stored.add_files(FILES, profile)
    directory, file = way(root, ("a", "b", "c"), stored.get)[-2:]
    whole = list(reachable(file, stored.get))
    assert len(whole) > 1
    for end, scope, expected in (
        (root, Scope.ALL, list(reachable(root, stored.get))),
        (root, Scope.BLOCK, [root]),
        (directory, Scope.ENTITY, [directory]),
        (directory, Scope.ALL, [directory, *whole]),
        (file, Scope.ALL, whole),
        (file, Scope.ENTITY, whole),
        (file, Scope.BLOCK, [file]),
        (whole[-1], Scope.ENTITY, whole[-1:]),
    ):
        assert list(selected(end, scope, stored.get)) == expected


def test_a_block_that_is_no_node() -> None:
    stored = Stored()
    node = stored.node(b"neither a file nor a directory")
    with pytest.raises(ContentError):
        way(node, ("a",), stored.get)
    with pytest.raises(ContentError):
        selected(node, Scope.ENTITY, stored.get)
