"""Revoking."""

from __future__ import annotations

import pytest

from tests.fakes.chain import FakeChainWriter, delegate, owner
from tests.unit.services.overtaken import ASKED, Overtaken, at_each_moment
from tests.unit.services.world import ALICE, BOB, NAME, SEPOLIA, World, check_named
from weightmark.adapters.state.records import SqliteRecords
from weightmark.domain.actions import Action, Revoke
from weightmark.domain.identifiers import model_id_of, release_id_of
from weightmark.domain.registry import Reason, ReleaseWord, release_slots
from weightmark.domain.statements import RevocationStatement
from weightmark.domain.verdict import Outcome
from weightmark.errors import (
    AlreadyRevokedError,
    ChainUnreachableError,
    NotAuthorizedError,
    NotDeployedError,
    UnknownReleaseError,
    UsageError,
    ValueFormatError,
)
from weightmark.ports.chain import BlockTag, TransactionReceipt
from weightmark.ports.records import HeadKey
from weightmark.services.documents import revocation_document
from weightmark.services.lookup import ResolvedReference
from weightmark.services.revoke import Revocation, RevocationRequest, Revoker


def revoked(
    world: World, reason: Reason, version: str = "1.0.0", account: str = ALICE, **options: object
) -> Revocation:
    release = ResolvedReference(SEPOLIA, ALICE, NAME, version)
    request = RevocationRequest(release, reason, **options)  # type: ignore[arg-type]
    return _revoker(world, world.chain.writer(account)).revoke(request)


def _revoker(world: World, writer: FakeChainWriter) -> Revoker:
    return Revoker(world.chains, lambda: writer, world.records)


def word_of(world: World, version: str = "1.0.0") -> ReleaseWord:
    slot = release_slots(release_id_of(ALICE, NAME, version))[1]
    return ReleaseWord.unpack(world.chain.word(slot))


def test_a_revocation_says_what_was_done(published: World) -> None:
    revocation = revoked(published, Reason.VULNERABLE)
    assert revocation.reference == f"{SEPOLIA.chain_id}:{ALICE}/{NAME}@1.0.0"
    assert word_of(published).reason is Reason.VULNERABLE
    assert revocation.receipt is not None
    document = revocation_document(revocation)
    assert (document["reason"], document["network"]) == ("vulnerable", "sepolia")
    assert document["block_number"] == revocation.receipt.block.number
    assert check_named(published.verify(), "revocation").outcome is Outcome.FAILED


def test_a_revocation_is_remembered_once_it_is_final(published: World) -> None:
    revoked(published, Reason.VULNERABLE)
    before = published.chain.block(BlockTag.FINALIZED).number
    key = HeadKey(
        SEPOLIA.chain_id,
        published.chain.genesis_hash(),
        published.chains.registry.address,
        model_id_of(ALICE, NAME),
    )
    seen = published.records.seen_head(key)
    assert seen is not None
    assert seen.block_number == before


def test_a_revocation_stands_where_it_cannot_be_remembered(published: World) -> None:
    in_the_way = published.folder / "in-the-way"
    in_the_way.write_text("")
    published.records = SqliteRecords(in_the_way / "records.sqlite3")
    assert revoked(published, Reason.VULNERABLE).receipt is not None
    assert word_of(published).is_revoked


def test_a_reference_without_a_version_is_refused(published: World) -> None:
    with pytest.raises(UsageError, match="needs a version"):
        revoked(published, Reason.WITHDRAWN, "")


def test_only_a_superseded_release_has_a_successor(published: World) -> None:
    with pytest.raises(UsageError, match="only a superseded release has a successor"):
        revoked(published, Reason.WITHDRAWN, successor="2")
    assert not word_of(published).is_revoked


def test_a_successor_is_named_by_its_release_id(
    published: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Action] = []
    send_there = FakeChainWriter.send

    def listen(
        writer: FakeChainWriter, action: Action, max_fee: int | None = None
    ) -> TransactionReceipt:
        told.append(action)
        return send_there(writer, action)

    monkeypatch.setattr(FakeChainWriter, "send", listen)
    with pytest.raises(UnknownReleaseError, match=f"nobody registered {ALICE}/{NAME}@2") as caught:
        revoked(published, Reason.SUPERSEDED, successor="2")
    assert "--successor" in caught.value.hint
    assert "--tombstone" not in caught.value.hint
    published.publish("2")
    revoked(published, Reason.SUPERSEDED, successor="2")
    revocation = told[-1]
    assert isinstance(revocation, Revoke)
    assert revocation.statement.successor == release_id_of(ALICE, NAME, "2")


@pytest.mark.parametrize("reason", [Reason.WITHDRAWN, Reason.SUPERSEDED])
def test_a_successor_that_is_revoked_is_refused(published: World, reason: Reason) -> None:
    published.publish("2")
    published.revoke(reason, "2")
    with pytest.raises(AlreadyRevokedError, match=f"successor 2 is revoked .* {reason.label}"):
        revoked(published, Reason.SUPERSEDED, successor="2")
    assert not word_of(published).is_revoked


@pytest.mark.parametrize("successor", ["1/0", "a b", "x" * 65])
def test_a_successor_that_is_no_version_is_refused(published: World, successor: str) -> None:
    with pytest.raises(ValueFormatError, match="is not a version"):
        revoked(published, Reason.SUPERSEDED, successor=successor)
    assert not word_of(published).is_revoked


def test_a_release_is_not_its_own_successor(published: World) -> None:
    with pytest.raises(UsageError, match="its own successor"):
        revoked(published, Reason.SUPERSEDED, successor="1.0.0")
    assert not word_of(published).is_revoked


def test_what_nobody_registered_needs_a_tombstone(published: World) -> None:
    with pytest.raises(UnknownReleaseError, match=f"nobody registered {ALICE}/{NAME}@2") as caught:
        revoked(published, Reason.WITHDRAWN, "2")
    assert "--tombstone" in caught.value.hint
    assert not word_of(published, "2").is_revoked
    revoked(published, Reason.WITHDRAWN, "2", tombstone=True)
    assert word_of(published, "2").is_revoked
    assert not word_of(published, "2").is_registered


def test_a_revocation_is_final(published: World) -> None:
    revoked(published, Reason.WITHDRAWN)
    with pytest.raises(AlreadyRevokedError, match="withdrawn"):
        revoked(published, Reason.COMPROMISED)
    assert word_of(published).reason is Reason.WITHDRAWN


def test_what_is_revoked_so_already_is_done(published: World) -> None:
    published.publish("2")
    for reason, successor in ((Reason.SUPERSEDED, "2"), (Reason.WITHDRAWN, "")):
        assert revoked(published, reason, successor=successor).receipt is not None
        again = revoked(published, reason, successor=successor)
        assert revocation_document(again)["transaction_hash"] == ""
    with pytest.raises(AlreadyRevokedError):
        revoked(published, Reason.SUPERSEDED)


def test_what_is_superseded_so_already_is_done_though_its_successor_is_revoked(
    published: World,
) -> None:
    published.publish("2")
    revoked(published, Reason.SUPERSEDED, successor="2")
    revoked(published, Reason.WITHDRAWN, "2")
    assert revoked(published, Reason.SUPERSEDED, successor="2").receipt is None


def test_what_is_revoked_for_good_is_named(published: World) -> None:
    named = rf"{SEPOLIA.chain_id}:{ALICE}/{NAME}@1\.0\.0 is revoked already, as "
    published.publish("2")
    revoked(published, Reason.SUPERSEDED)
    with pytest.raises(AlreadyRevokedError, match=f"{named}superseded"):
        revoked(published, Reason.SUPERSEDED, successor="2")
    revoked(published, Reason.WITHDRAWN)
    with pytest.raises(AlreadyRevokedError, match=f"{named}withdrawn"):
        revoked(published, Reason.COMPROMISED)


def test_another_successor_is_another_revocation(published: World) -> None:
    for version in "23":
        published.publish(version)
    revoked(published, Reason.SUPERSEDED, successor="2")
    with pytest.raises(AlreadyRevokedError):
        revoked(published, Reason.SUPERSEDED, successor="3")


@at_each_moment
def test_who_is_overtaken_by_the_same_revocation_is_done(published: World, moment: str) -> None:
    theirs = Revoke(RevocationStatement(ALICE, NAME, "1.0.0", Reason.WITHDRAWN))
    writer = Overtaken(published.chain, ALICE, [theirs], moment)
    release = ResolvedReference(SEPOLIA, ALICE, NAME, "1.0.0")
    request = RevocationRequest(release, Reason.WITHDRAWN)
    assert _revoker(published, writer).revoke(request, ASKED).receipt is None
    assert writer.theirs == []


@at_each_moment
def test_who_is_overtaken_by_another_revocation_is_refused(published: World, moment: str) -> None:
    theirs = Revoke(RevocationStatement(ALICE, NAME, "1.0.0", Reason.COMPROMISED))
    writer = Overtaken(published.chain, ALICE, [theirs], moment)
    release = ResolvedReference(SEPOLIA, ALICE, NAME, "1.0.0")
    request = RevocationRequest(release, Reason.WITHDRAWN)
    with pytest.raises(AlreadyRevokedError, match="as compromised"):
        _revoker(published, writer).revoke(request, ASKED)


def test_a_superseded_release_can_be_revoked_for_good_once(published: World) -> None:
    revoked(published, Reason.SUPERSEDED)
    revoked(published, Reason.COMPROMISED)
    with pytest.raises(AlreadyRevokedError, match="compromised"):
        revoked(published, Reason.SUPERSEDED)


def test_only_an_owner_revokes(published: World) -> None:
    with pytest.raises(NotAuthorizedError):
        revoked(published, Reason.WITHDRAWN, account=BOB)
    published.chain.set_authority(ALICE, 1, delegate(BOB))
    with pytest.raises(NotAuthorizedError):
        revoked(published, Reason.WITHDRAWN, account=BOB, authority_index=1)
    published.chain.set_authority(ALICE, 2, owner(BOB))
    revoked(published, Reason.WITHDRAWN, account=BOB, authority_index=2)


def test_nothing_is_sent_to_a_chain_that_cannot_be_used(published: World) -> None:
    published.chain.unreachable = "no answer"
    with pytest.raises(ChainUnreachableError):
        revoked(published, Reason.WITHDRAWN)
    published.chain.unreachable = ""
    published.chain.code_hashes.clear()
    with pytest.raises(NotDeployedError):
        revoked(published, Reason.WITHDRAWN)
    assert not word_of(published).is_revoked
