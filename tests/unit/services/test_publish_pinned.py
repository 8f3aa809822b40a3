"""Publishing with the files pinned: one reading, one manifest, and never a registration without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.fakes.artifact import FakeArtifact
from tests.fakes.blocks import Stored
from tests.unit.services.world import ALICE, FILES, NAME, World, unseen
from weightmark.domain.content_address import cid_text, parse_cid, raw_block_cid
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.domain.ipfs.walk import reachable
from weightmark.domain.manifest import FileEntry, Signer
from weightmark.errors import ArtifactChangedError, IpfsServiceError, VersionExistsError
from weightmark.ports.artifacts import Advance, Listing, Start
from weightmark.ports.blocks import BlockSource
from weightmark.ports.store import PinKind
from weightmark.services.manifests import create_manifest
from weightmark.services.pinning import PinOrder, describe_with_address
from weightmark.services.publish import PublishRequest
from weightmark.services.sidecars import MANIFEST


@dataclass
class Keeper:
    """A target that takes all blocks, or has them, and may fail."""

    name: str = "the keeper"
    is_down: bool = False
    is_pinned: bool = False
    check: Callable[[], object] = lambda: None
    blocks: dict[bytes, bytes] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)

    def pin(self, root: bytes, label: str, blocks: BlockSource, advance: Advance) -> None:
        """Take every block below a root."""
        if self.is_down:
            raise IpfsServiceError("the keeper is down")
        self.check()
        self.labels.append(label)
        if self.is_pinned:
            return
        for cid in reachable(root, blocks.get):
            self.blocks[cid] = blocks.get(cid)
            advance(len(self.blocks[cid]))


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.artifact = OnDisk(dict(FILES), folder=tmp_path / "model")
    return world


@dataclass
class OnDisk(FakeArtifact):
    """An artifact in memory, of which there is a copy on the disk."""

    folder: Path = Path()

    def __post_init__(self) -> None:
        for path, data in self.files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)

    def place(self, path: str) -> bytes:
        """Return where a file is."""
        return bytes(self.folder / path)


def pinned(world: World, *targets: Keeper, copies: bool = False) -> PublishRequest:
    """Return a request to publish with the files pinned."""
    return replace(world.request(), order=PinOrder(targets, copies))


def artifact_cid(files: dict[str, bytes]) -> bytes:
    return Stored().add_files(files, UNIXFS_V1_2025)


def test_files_and_manifest_are_kept_under_the_release(world: World) -> None:
    done = world.publisher().publish(pinned(world), unseen)
    cid = artifact_cid(FILES)
    assert done.manifest.artifact_cid == cid_text(cid)
    assert done.pinned_at == ("embedded",)
    manifest_cid = raw_block_cid(done.manifest_hash)
    assert done.statement.manifest_cid == manifest_cid
    kept = {(each.root, each.label, each.kind) for each in world.store.pins()}
    assert kept == {
        (cid, done.reference, PinKind.ARTIFACT),
        (manifest_cid, done.reference, PinKind.MANIFEST),
    }
    assert world.store.get(manifest_cid) == world.artifact.sidecars[MANIFEST]
    stored = Stored()
    stored.add_files(FILES, UNIXFS_V1_2025)
    assert {c: world.store.get(c) for c in reachable(cid, world.store.get)} == stored.blocks


def test_each_file_is_read_once(world: World) -> None:
    world.publisher().publish(pinned(world), unseen)
    assert sorted(world.artifact.hashed) == sorted(FILES)


def test_what_is_signed_as_well_is_read_once_however_many_digests_it_needs(world: World) -> None:
    asked: list[Sequence[DigestAlgorithm]] = []

    def describe(
        listing: Listing, algorithms: Sequence[DigestAlgorithm], start: Start
    ) -> tuple[tuple[FileEntry, ...], str]:
        asked.append(algorithms)
        return describe_with_address(world.artifact, listing, algorithms, start)

    blake3, named = DigestAlgorithm.BLAKE3, (Signer("ecdsa-p256-sha256", "0" * 64),)
    draft = replace(world.request().draft, algorithm=blake3, signers=named)
    made = create_manifest(world.artifact, draft, unseen, describe)
    assert asked == [(blake3, DigestAlgorithm.SHA2_256)]
    assert (made.digest, made.artifact_cid) == (blake3, cid_text(artifact_cid(FILES)))
    assert {entry.digest[:4] for entry in made.files} == {"1e20"}
    assert sorted(world.artifact.hashed) == sorted(FILES)


def test_the_manifest_is_kept_always(world: World) -> None:
    done = world.publish()
    assert not done.manifest.artifact_cid
    assert done.pinned_at == ()
    (pin,) = world.store.pins()
    assert (pin.root, pin.kind) == (done.statement.manifest_cid, PinKind.MANIFEST)
    assert world.store.get(pin.root) == world.artifact.sidecars[MANIFEST]


def test_a_draft_for_others_keeps_it_too_and_a_preview_nothing(world: World) -> None:
    world.publisher().draft(pinned(world), unseen, lambda _: 1, keep=False)
    assert world.store.pins() == ()
    assert world.store.collect().blocks == 0
    draft = world.publisher().draft(pinned(world), unseen, lambda _: 1, keep=True)
    assert draft.publication.manifest.artifact_cid == cid_text(artifact_cid(FILES))
    assert len(world.store.pins()) == 2


def test_every_target_has_all_blocks_before_anything_is_registered(world: World) -> None:
    def nothing_registered() -> None:
        assert world.registrations == []

    keepers = [Keeper("one", check=nothing_registered), Keeper("two", check=nothing_registered)]
    done = world.publisher().publish(pinned(world, *keepers), unseen)
    assert done.pinned_at == ("embedded", "one", "two")
    for keeper in keepers:
        roots = {artifact_cid(FILES), done.statement.manifest_cid}
        assert roots <= keeper.blocks.keys()
        assert keeper.labels == [done.reference] * 2


@pytest.mark.parametrize("is_pinned", [True, False])
def test_whoever_has_it_all_has_told_it_all(world: World, *, is_pinned: bool) -> None:
    totals: list[int] = []
    told: list[int] = []

    def start(total: int) -> Advance:
        totals.append(total)
        told.append(0)

        def advance(count: int) -> None:
            told[-1] += count

        return advance

    world.publisher().publish(pinned(world, Keeper(is_pinned=is_pinned)), start)
    # First the files are read, and then they and their manifest are kept.
    assert told == totals
    assert totals[-1] == totals[0] + len(world.artifact.sidecars[MANIFEST])


def test_what_cannot_be_pinned_is_not_registered_and_goes_on_later(world: World) -> None:
    keeper = Keeper(is_down=True)
    with pytest.raises(IpfsServiceError):
        world.publisher().publish(pinned(world, keeper), unseen)
    assert world.registrations == []
    manifest = world.artifact.sidecars[MANIFEST]
    keeper.is_down = False
    done = world.publisher().publish(pinned(world, keeper), unseen)
    assert (done.receipt is not None, world.artifact.sidecars[MANIFEST]) == (True, manifest)
    assert done.statement.manifest_cid in keeper.blocks


def test_again_it_is_pinned_again_and_registered_once(world: World) -> None:
    first = world.publisher().publish(pinned(world), unseen)
    keeper = Keeper()
    again = world.publisher().publish(pinned(world, keeper), unseen)
    assert (again.receipt, again.manifest) == (None, first.manifest)
    assert len(world.registrations) == 1
    assert parse_cid(str(first.manifest.artifact_cid)) in keeper.blocks


@pytest.mark.parametrize("is_remembered", [True, False])
def test_what_was_pinned_is_the_same_release_without(world: World, *, is_remembered: bool) -> None:
    first = world.publisher().publish(pinned(world), unseen)
    if not is_remembered:
        world.forget()
    again = world.publisher().publish(world.request(), unseen)
    assert (again.receipt, again.manifest) == (None, first.manifest)


def test_who_pins_the_same_meanwhile_is_no_other_release(world: World) -> None:
    @contextmanager
    def overtaken(_: bytes) -> Iterator[None]:
        world.publisher().publish(pinned(world), unseen)
        yield

    publisher = world.publisher()
    publisher._lock = overtaken
    done = publisher.publish(world.request(), unseen)
    assert (done.receipt, len(world.registrations)) == (None, 1)
    assert done.manifest.artifact_cid == cid_text(artifact_cid(FILES))


def test_an_address_beside_the_files_is_believed_by_nobody(world: World) -> None:
    """Whoever could make one sign a manifest with another address would have others fetch it."""
    done = world.publisher().publish(pinned(world), unseen)
    other = replace_cid(world, str(done.manifest.artifact_cid))
    world.artifact.sidecars[MANIFEST] = other
    world.forget()
    with pytest.raises(VersionExistsError, match="with another manifest"):
        world.publisher().publish(replace(world.request(), order=None), unseen)
    assert len(world.registrations) == 1


def replace_cid(world: World, cid: str) -> bytes:
    data = world.artifact.sidecars[MANIFEST]
    return data.replace(cid.encode(), cid_text(raw_block_cid(bytes(32))).encode())


@pytest.mark.parametrize("is_remembered", [True, False])
def test_what_was_published_without_gets_no_address(world: World, *, is_remembered: bool) -> None:
    world.publish()
    if not is_remembered:
        world.forget()
    for publish in (
        lambda: world.publisher().publish(pinned(world), unseen),
        lambda: world.publisher().draft(pinned(world), unseen, lambda _: 1, keep=True),
    ):
        with pytest.raises(VersionExistsError, match="was published without --pin"):
            publish()
    assert len(world.registrations) == 1
    assert world.verify(f"{ALICE}/{NAME}").verified


def test_what_was_not_registered_yet_is_pinned_all_the_same(world: World) -> None:
    world.publisher().draft(world.request(), unseen, lambda _: 1, keep=True)
    done = world.publisher().publish(pinned(world), unseen)
    assert done.manifest.artifact_cid


def test_copies_do_not_depend_on_the_files(world: World) -> None:
    done = world.publisher().publish(pinned(world, copies=True), unseen)
    for path in FILES:
        (world.folder / "model" / path).unlink()
    cid = parse_cid(str(done.manifest.artifact_cid))
    assert len({world.store.get(each) for each in reachable(cid, world.store.get)}) > 1


def test_a_file_that_changes_meanwhile_is_an_error(world: World) -> None:
    world.artifact.changing.add("model.bin")
    with pytest.raises(ArtifactChangedError):
        world.publisher().publish(pinned(world), unseen)
    assert (world.registrations, world.store.pins()) == ([], ())


def test_one_file_has_the_address_of_a_file(world: World) -> None:
    world.artifact.files = {"model.bin": FILES["model.bin"]}
    world.artifact.is_directory = False
    done = world.publisher().publish(pinned(world), unseen)
    root = Stored().add_file(FILES["model.bin"], UNIXFS_V1_2025)
    assert done.manifest.artifact_cid == cid_text(root.cid)
