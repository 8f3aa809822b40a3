"""Publishing: what is done twice, cut off, forbidden, or done by somebody else meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chain import delegate
from tests.unit.services.world import (
    ALICE,
    BOB,
    FILES,
    NAME,
    SEPOLIA,
    World,
    unseen,
)
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.state.trust_file import TrustFile
from weightmark.domain.actions import Register
from weightmark.domain.content_address import raw_block_cid
from weightmark.domain.ipfs.unpacking import list_files, read_file
from weightmark.domain.manifest import Metadata
from weightmark.domain.networks import LOCAL
from weightmark.domain.registry import HeadWord, Reason, head_slot
from weightmark.domain.trust import TrustedPublisher
from weightmark.errors import (
    AlreadyRevokedError,
    ArtifactChangedError,
    ArtifactError,
    ChainUnreachableError,
    ConfigurationError,
    LookAlikeContractError,
    ManifestError,
    NotAuthorizedError,
    NotDeployedError,
    StorageError,
    VersionExistsError,
    WeightmarkError,
)
from weightmark.services.documents import publication_document
from weightmark.services.publish import Publisher
from weightmark.services.sidecars import MANIFEST

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def test_a_release_is_registered_written_remembered_and_trusted(world: World) -> None:
    publication = world.publish()
    (event,) = world.registrations
    assert (event.publisher, event.name, event.version) == (ALICE, NAME, "1.0.0")
    assert event.manifest_hash == publication.manifest_hash
    assert event.manifest_cid == raw_block_cid(publication.manifest_hash)
    assert f"0x{event.artifact_root.hex()}" == publication.manifest.artifact_root
    assert publication.reference == f"{SEPOLIA.chain_id}:{ALICE}/{NAME}@1.0.0"
    assert publication.manifest_path == f"memory/{MANIFEST}"
    assert publication.receipt is not None
    assert world.evidence.manifest == publication.manifest
    assert [record.deed for record in world.records.releases()] == ["published"]
    assert world.trust.load().named("me").address == ALICE
    assert world.verify(f"me/{NAME}").verified


def test_the_same_publish_again_changes_nothing(world: World) -> None:
    first = world.publish()
    before = world.artifact.sidecars[MANIFEST], world.trust.load(), world.records.releases()
    again = world.publish(created=LATER)
    assert again.receipt is None
    assert again.manifest == first.manifest
    after = world.artifact.sidecars[MANIFEST], world.trust.load(), world.records.releases()
    assert after == before
    assert len(world.registrations) == 1
    document = publication_document(again)
    assert (document["transaction_hash"], document["gas_used"]) == ("", None)


def test_a_manifest_that_was_lost_is_taken_from_the_records(world: World) -> None:
    first = world.publish()
    del world.artifact.sidecars[MANIFEST]
    again = world.publish(created=LATER)
    assert (again.receipt, again.manifest) == (None, first.manifest)
    assert world.verify(f"me/{NAME}").verified


def test_without_the_registered_manifest_the_version_exists(world: World) -> None:
    world.publish()
    world.forget()
    world.artifact.sidecars.clear()
    with pytest.raises(VersionExistsError, match=r"acme/digits 1\.0\.0 is registered already"):
        world.publish(created=LATER)
    assert world.artifact.sidecars == {}
    assert len(world.registrations) == 1


@pytest.mark.parametrize(
    "changes", [{"created_by": "x"}, {"ignores": ("*.json",)}], ids=["metadata", "files"]
)
def test_a_version_never_changes(world: World, changes: dict[str, Any]) -> None:
    world.publish()
    before = world.artifact.sidecars[MANIFEST]
    with pytest.raises(VersionExistsError):
        world.publish(**changes)
    assert world.artifact.sidecars[MANIFEST] == before
    assert world.verify(f"me/{NAME}").verified


def test_other_files_under_a_version_are_refused(world: World) -> None:
    world.publish()
    world.artifact.files["model.bin"] = b"other"
    with pytest.raises(VersionExistsError):
        world.publish()
    assert len(world.registrations) == 1


def test_a_next_version_takes_the_place_of_the_manifest(world: World) -> None:
    world.publish()
    world.publish("2")
    assert [event.sequence for event in world.registrations] == [1, 2]
    assert world.verify(f"me/{NAME}").verified


def test_the_order_of_releases_is_in_the_head(world: World) -> None:
    world.publish()
    world.publish("2")
    head = HeadWord(0, 0)
    for event in world.registrations:
        head = head.next(event.release_id, event.commitment)
    assert world.chain.word(head_slot(world.registrations[0].model_id)) == head.packed


@pytest.mark.parametrize("reason", [Reason.WITHDRAWN, Reason.SUPERSEDED])
def test_a_revoked_version_is_not_published_again(world: World, reason: Reason) -> None:
    world.publish()
    world.revoke(reason)
    with pytest.raises(AlreadyRevokedError, match=f"was revoked as {reason.label}"):
        world.publish()


def test_a_tombstone_keeps_a_version_from_being_published(world: World) -> None:
    world.revoke(Reason.WITHDRAWN, "1.0.0")
    with pytest.raises(AlreadyRevokedError, match="withdrawn"):
        world.publish()
    assert world.artifact.sidecars == {}
    assert world.records.releases() == ()


# Refusals.


def unreachable(world: World) -> None:
    world.chain.unreachable = "no answer"


def look_alike(world: World) -> None:
    world.chain.code_hashes[packaged_registry().address] = b"\1" * 32


def not_deployed(world: World) -> None:
    world.chain.code_hashes.clear()


def another_account(world: World) -> None:
    world.account = BOB


def empty(world: World) -> None:
    world.artifact.files.clear()


def colliding(world: World) -> None:
    world.artifact.files["MODEL.BIN"] = b""


def changing(world: World) -> None:
    world.artifact.changing.add("model.bin")


def read_only(world: World) -> None:
    world.artifact.is_read_only = True


@pytest.mark.parametrize(
    ("bend", "error"),
    [
        (unreachable, ChainUnreachableError),
        (look_alike, LookAlikeContractError),
        (not_deployed, NotDeployedError),
        (another_account, NotAuthorizedError),
        (empty, ArtifactError),
        (colliding, ArtifactError),
        (changing, ArtifactChangedError),
        (read_only, StorageError),
    ],
)
def test_what_is_refused_leaves_no_release(
    world: World, bend: Callable[[World], None], error: type[WeightmarkError]
) -> None:
    bend(world)
    with pytest.raises(error):
        world.publish()
    assert world.registrations == []
    assert world.records.releases() == ()
    assert world.trust.load().publishers == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Acme"}, "is not a model name"),
        ({"version": "1/0"}, "is not a version"),
        ({"publisher": ALICE.lower()}, "EIP-55"),
        ({"created": datetime(999, 1, 1, tzinfo=UTC)}, "is not a time"),
    ],
)
def test_a_draft_that_breaks_a_rule(world: World, changes: dict[str, Any], message: str) -> None:
    request = world.request(**({"version": "1"} | changes))
    with pytest.raises(ManifestError, match=message):
        world.publisher().publish(request, unseen)
    assert world.registrations == []


# Trust in oneself.


def test_me_stays_another_key_of_ones_own(world: World) -> None:
    own = TrustedPublisher("me", SEPOLIA.chain_id, BOB, added="x")
    world.trust.add(own)
    world.publish()
    assert world.trust.load().publishers == (own,)


def test_a_publisher_who_is_trusted_already_gets_no_second_nickname(world: World) -> None:
    entry = TrustedPublisher("acme", SEPOLIA.chain_id, ALICE, added="x")
    world.trust.add(entry)
    world.publish()
    assert world.trust.load().publishers == (entry,)


def test_me_is_one_entry_for_each_chain(world: World) -> None:
    world.trusts("me", BOB, chain_id=1)
    world.publish()
    assert world.trust.load().named("me", SEPOLIA.chain_id).address == ALICE
    assert world.trust.load().named("me", 1).address == BOB


def test_a_broken_trust_file_is_told_and_the_next_run_completes(world: World) -> None:
    path = world.folder / "trust.toml"
    path.write_text("[")
    with pytest.raises(ConfigurationError):
        world.publish()
    path.unlink()
    world.trust = TrustFile(path)
    assert world.publish().receipt is None
    assert world.trust.load().named("me").address == ALICE


def test_trust_in_oneself_does_not_wait_for_what_can_be_remembered_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(world.records, "remember_head", fail)
    assert world.publish().receipt is not None
    assert world.trust.load().named("me").address == ALICE


# What a draft leaves alone.


@pytest.mark.parametrize("keep", [False, True])
def test_a_draft_deploys_nothing(tmp_path: Path, keep: bool) -> None:
    world = World(tmp_path, LOCAL)
    world.chain.code_hashes.clear()
    with pytest.raises(NotDeployedError, match="not deployed"):
        world.publisher().draft(world.request(), unseen, lambda _: None, keep=keep)
    assert (world.chain.code_hashes, world.artifact.sidecars) == ({}, {})


# What else is in a publication.


def test_a_delegate_publishes_for_a_publisher(world: World) -> None:
    world.chain.set_authority(ALICE, 1, delegate(BOB))
    world.account = BOB
    request = replace(world.request(), authority_index=1)
    world.publisher().publish(request, unseen)
    (event,) = world.registrations
    assert (event.publisher, event.authority_index) == (ALICE, 1)
    assert world.trust.load().named("me").address == ALICE


def test_a_manifest_larger_than_a_block_is_a_file_of_several(world: World) -> None:
    data = world.publish(metadata=Metadata(tags=("x" * 4000,) * 300)).statement
    (event,) = world.registrations
    manifest = world.artifact.sidecars[MANIFEST]
    assert event.manifest_cid == data.manifest_cid != raw_block_cid(sha256(manifest).digest())
    (stored,) = list_files(event.manifest_cid, world.store.get).values()
    assert b"".join(read_file(stored, world.store.get)) == manifest


def test_a_manifest_that_is_not_ours_is_replaced(world: World) -> None:
    world.artifact.sidecars[MANIFEST] = b"garbage"
    world.publish()
    assert world.verify(f"me/{NAME}").verified


def test_a_manifest_of_other_files_is_not_taken_up(world: World) -> None:
    world.publish("0.9")
    world.artifact.files["model.bin"] = b"other"
    world.publish()
    assert world.verify(f"me/{NAME}").verified
    assert set(world.artifact.files) == set(FILES)


def test_one_release_is_published_by_one_process_at_a_time(world: World) -> None:
    held: list[bytes] = []

    @contextmanager
    def lock(release_id: bytes) -> Iterator[None]:
        assert world.registrations == []
        held.append(release_id)
        yield
        assert len(world.registrations) == 1

    publisher = Publisher(
        world.chains,
        lambda: world.chain.writer(ALICE),
        world.trust,
        world.records,
        world.clock,
        lock,
        world.store,
    )
    publisher.publish(world.request(), unseen)
    assert held == [world.evidence.release_id]


def test_a_refused_publish_leaves_the_manifest_of_the_release(published: World) -> None:
    before = published.artifact.sidecars["weightmark.json"]
    with pytest.raises(NotAuthorizedError):
        published.publisher().publish(published.request("2.0.0", publisher=BOB), unseen)
    assert published.artifact.sidecars["weightmark.json"] == before
    assert published.verify().verified


def test_what_others_may_register_is_kept(world: World) -> None:
    first, second, third = (
        world.publisher().draft(each, unseen, lambda statement: statement, keep=True).drafted
        for each in (world.request(), world.request("1.1.0"), world.request(created_by="somebody"))
    )
    assert first
    assert second
    assert third
    assert [each.deed for each in world.records.releases()] == ["drafted"] * 3
    world.chain.writer(ALICE).send(Register(first))
    publication = world.publish(created=LATER)
    assert (publication.receipt, publication.manifest_hash) == (None, first.manifest_hash)
    assert world.verify(f"me/{NAME}").verified


def test_what_is_only_looked_at_is_not_kept(world: World) -> None:
    world.publisher().draft(world.request(), unseen, lambda statement: statement, keep=False)
    assert world.records.releases() == ()
