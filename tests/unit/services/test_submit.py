"""Signing for somebody else to submit, and submitting: what is checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.fakes.chain import FakeChainWriter, delegate
from tests.unit.services.overtaken import ASKED, Overtaken, at_each_moment
from tests.unit.services.world import ALICE, BASE, BOB, NAME, SEPOLIA, World, unseen
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.domain.actions import Action, Authorization
from weightmark.domain.fees import Cost
from weightmark.domain.networks import EMBEDDED_CHAIN_ID, LOCAL
from weightmark.domain.registry import Reason, authority_count_slot
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.statements import ReleaseStatement, RevocationStatement
from weightmark.errors import (
    AlreadyRevokedError,
    ChainUnreachableError,
    NotAuthorizedError,
    NotDeployedError,
    SigningRequestError,
    StatementRefusedError,
    TransactionFailedError,
    UsageError,
    VersionExistsError,
    WeightmarkError,
)
from weightmark.ports.chain import ChainDrafter
from weightmark.services.documents import submission_document
from weightmark.services.drafting import Drafting
from weightmark.services.publish import ReleaseDraft
from weightmark.services.spending import Spending, preview_of
from weightmark.services.submit import Submitter

KEY = PrivateKey(b"\x07" * 32)
AUTHOR = KEY.address
DEADLINE = 1_900_000_000


def _release(version: str = "1") -> ReleaseStatement:
    return ReleaseStatement(AUTHOR, NAME, version, b"\x01" * 32, b"\x02" * 32)


def _revocation(reason: Reason = Reason.WITHDRAWN) -> RevocationStatement:
    return RevocationStatement(AUTHOR, NAME, "1", reason)


def _signed(**changes: Any) -> SigningRequest:
    registry = packaged_registry().address
    authorization = Authorization(AUTHOR, 0, DEADLINE, b"")
    made = SigningRequest(SEPOLIA.chain_id, registry, _release(), authorization)
    made = replace(made, **changes)
    return made.signed(KEY.sign(made.digest))


def _submitter(world: World, writer: FakeChainWriter | None = None) -> Submitter:
    bob = writer or world.chain.writer(BOB)
    return Submitter(world.chains, lambda _: bob, lambda _: bob, world.records)


def _drafting(world: World, account: str = AUTHOR, *, must_be_ours: bool = False) -> Drafting:
    def sign(signer: str, digest: bytes) -> bytes:
        return KEY.sign(digest) if signer == account == AUTHOR else b""

    return Drafting(
        world.chains, SEPOLIA, account, world.chain.writer, sign, must_be_ours=must_be_ours
    )


def _maker(world: World, account: str) -> Callable[[ReleaseStatement], SigningRequest]:
    return lambda statement: _drafting(world, account).request(statement, None, DEADLINE)


def test_what_was_signed_is_registered_once(world: World) -> None:
    first = _submitter(world).submit(_signed())
    assert first.receipt is not None
    assert submission_document(first)["deed"] == "registered"
    again = _submitter(world).submit(_signed())
    assert again.receipt is None
    assert submission_document(again)["transaction_hash"] == ""
    assert _submitter(world).preview(_signed()) is None
    assert len(world.registrations) == 1


def test_what_was_registered_stays_done_after_its_deadline(world: World) -> None:
    _submitter(world).submit(_signed())
    world.chain.now = DEADLINE + 1
    world.chain.mine()
    assert _submitter(world).submit(_signed()).receipt is None


def test_a_revocation_is_done_once(world: World) -> None:
    _submitter(world).submit(_signed())
    request = _signed(statement=_revocation())
    first = _submitter(world).submit(request)
    assert submission_document(first)["deed"] == "revoked"
    assert _submitter(world).submit(request).receipt is None
    with pytest.raises(AlreadyRevokedError):
        _submitter(world).submit(_signed(statement=_revocation(Reason.COMPROMISED)))
    with pytest.raises(AlreadyRevokedError, match="was revoked as withdrawn"):
        _submitter(world).submit(_signed())


def test_a_revocation_with_another_successor_is_another_one(world: World) -> None:
    superseded = _revocation(Reason.SUPERSEDED)
    _submitter(world).submit(_signed(statement=superseded))
    named = replace(superseded, successor=b"\x05" * 32)
    with pytest.raises(AlreadyRevokedError):
        _submitter(world).submit(_signed(statement=named))
    assert _submitter(world).submit(_signed(statement=superseded)).receipt is None


@pytest.mark.parametrize(
    ("request_", "error", "message"),
    [
        (_signed().signed(b""), SigningRequestError, "is not signed"),
        (_signed().signed(b"\x01" * 65), StatementRefusedError, "did not sign"),
        (_signed(contract=BOB), StatementRefusedError, "is for the contract"),
        (_signed(chain_id=EMBEDDED_CHAIN_ID), NotDeployedError, "does not exist"),
        (
            _signed(authorization=Authorization(AUTHOR, 0, 1, b"")),
            StatementRefusedError,
            "was good until 1970",
        ),
        (
            _signed(authorization=Authorization(AUTHOR, 1, DEADLINE, b"")),
            NotAuthorizedError,
            "may not do this",
        ),
        (
            _signed(authorization=Authorization(BOB, 0, DEADLINE, b"")),
            NotAuthorizedError,
            "may not do this",
        ),
    ],
)
def test_nothing_is_sent_for_a_request_that_is_not_good(
    world: World, request_: SigningRequest, error: type[WeightmarkError], message: str
) -> None:
    before = len(world.chain.blocks)
    agreed: list[Cost] = []
    for attempt in (
        lambda: _submitter(world).submit(request_, Spending(agree=agreed.append)),
        lambda: _submitter(world).preview(request_),
    ):
        with pytest.raises(error, match=message):
            attempt()
    assert (len(world.chain.blocks), agreed) == (before, [])


def test_a_request_is_for_the_chain_that_it_names(world: World) -> None:
    world.chains.chosen = BASE
    with pytest.raises(UsageError, match="contradicts"):
        _submitter(world).submit(_signed())


def test_a_delegate_signs_releases_and_no_revocations(world: World) -> None:
    world.chain.set_authority(ALICE, 1, delegate(AUTHOR))
    authorization = Authorization(AUTHOR, 1, DEADLINE, b"")
    release = replace(_release(), publisher=ALICE)
    _submitter(world).submit(_signed(statement=release, authorization=authorization))
    revocation = replace(_revocation(), publisher=ALICE)
    with pytest.raises(NotAuthorizedError, match="a delegate"):
        _submitter(world).submit(_signed(statement=revocation, authorization=authorization))


@at_each_moment
def test_who_is_overtaken_by_the_same_request_is_done(world: World, moment: str) -> None:
    writer = Overtaken(world.chain, BOB, [_signed().action], moment)
    assert _submitter(world, writer).submit(_signed(), ASKED).receipt is None
    assert writer.theirs == []
    assert len(world.registrations) == 1


def test_who_is_overtaken_asking_for_the_cost_is_told_that_it_is_done(world: World) -> None:
    writer = Overtaken(world.chain, BOB, [_signed().action], "cost")
    assert _submitter(world, writer).preview(_signed()) is None
    assert len(world.registrations) == 1


@at_each_moment
def test_who_is_overtaken_by_the_same_revocation_is_done(world: World, moment: str) -> None:
    _submitter(world).submit(_signed())
    request = _signed(statement=_revocation())
    writer = Overtaken(world.chain, BOB, [request.action], moment)
    assert _submitter(world, writer).submit(request, ASKED).receipt is None


@at_each_moment
def test_who_is_overtaken_by_another_release_is_refused(world: World, moment: str) -> None:
    other = _signed(statement=replace(_release(), manifest_hash=bytes(32)))
    writer = Overtaken(world.chain, BOB, [other.action], moment)
    with pytest.raises(VersionExistsError, match="with another manifest"):
        _submitter(world, writer).submit(_signed(), ASKED)


def test_what_is_refused_and_not_done_stays_refused(world: World) -> None:
    """The signature's time ends while somebody else is asked for the cost."""

    @dataclass(frozen=True)
    class Late(FakeChainWriter):
        def cost(self, action: Action) -> Cost:
            self.chain.now = DEADLINE + 1
            return super().cost(action)

    with pytest.raises(StatementRefusedError, match="good until"):
        _submitter(world, Late(world.chain, BOB)).submit(_signed(), ASKED)
    assert world.registrations == []


def test_events_are_searched_for_a_superseded_release_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(*_: object) -> dict[bytes, bytes]:
        raise ChainUnreachableError("no events here")

    monkeypatch.setattr(world.chain, "successors", search)
    _submitter(world).submit(_signed())
    request = _signed(statement=_revocation())
    assert _submitter(world).submit(request).receipt is not None
    assert _submitter(world).submit(request).receipt is None
    superseded = _signed(statement=_revocation(Reason.SUPERSEDED))
    with pytest.raises(AlreadyRevokedError, match="withdrawn"):
        _submitter(world).submit(superseded)


def test_whoever_pays_agrees_to_the_cost_first(world: World) -> None:
    seen: list[Cost] = []
    _submitter(world).submit(_signed(), Spending(agree=seen.append))
    assert [each.total > 0 for each in seen] == [True]

    def refuse(_: Cost) -> None:
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        _submitter(world).submit(_signed(statement=_release("2")), Spending(agree=refuse))
    with pytest.raises(TransactionFailedError, match="1 is allowed"):
        _submitter(world).submit(_signed(statement=_release("2")), Spending(1, seen.append))
    with pytest.raises(TransactionFailedError, match="1 is allowed"):
        _submitter(world).submit(_signed(statement=_release("2")), Spending(1))
    assert (len(world.registrations), len(seen)) == (1, 1)


def test_who_cannot_pay_is_told_before(world: World) -> None:
    class Poor(FakeChainWriter):
        def cost(self, action: Action) -> Cost:
            return replace(super().cost(action), balance=5 * 10**13)

    poor: ChainDrafter = Poor(world.chain, BOB)
    with pytest.raises(TransactionFailedError, match=r"has 0\.00005, .* may cost .*0\.0001"):
        preview_of(SEPOLIA, poor, _signed().action, None)
    found = preview_of(SEPOLIA, poor, _signed().action, max_fee=5 * 10**13)
    assert (found.account, found.cost.balance) == (BOB, 5 * 10**13)
    assert preview_of(LOCAL, poor, _signed().action, None) == found
    with pytest.raises(TransactionFailedError, match="1 is allowed"):
        preview_of(LOCAL, poor, _signed().action, max_fee=1)


def test_a_publish_is_signed_and_submitted(world: World) -> None:
    def sign(account: str = AUTHOR) -> ReleaseDraft[SigningRequest]:
        request = world.request(publisher=AUTHOR)
        return world.publisher().sign(request, unseen, _maker(world, account))

    draft = sign()
    assert draft.drafted is not None
    assert draft.drafted.is_signed
    assert world.evidence.manifest == draft.publication.manifest
    assert [each.address for each in world.trust.load().publishers] == [AUTHOR]
    assert [each.deed for each in world.records.releases()] == ["drafted"]
    _submitter(world).submit(draft.drafted)
    world.settle()
    assert world.verify(f"me/{NAME}").verified
    assert sign().drafted is None
    assert {each.deed for each in world.records.releases()} == {"drafted", "published", "verified"}


def test_without_the_signer_s_key_nobody_is_trusted(world: World) -> None:
    request = world.request(publisher=AUTHOR)
    for account in ("", BOB):
        draft = world.publisher().sign(request, unseen, _maker(world, account))
        assert draft.drafted is not None
        assert draft.drafted.authorization == Authorization(AUTHOR, 0, DEADLINE, b"")
    assert world.trust.load().publishers == ()


def test_the_authority_that_the_key_is_of_signs(world: World) -> None:
    world.chain.set_authority(ALICE, 1, delegate(AUTHOR))
    world.chain.set_words({authority_count_slot(ALICE): 1})
    release = replace(_release(), publisher=ALICE)
    revocation = replace(_revocation(), publisher=ALICE)
    signed = _drafting(world).request(release, None, DEADLINE)
    assert (signed.authorization.signer, signed.authorization.authority_index) == (AUTHOR, 1)
    named = _drafting(world).request(release, 0, DEADLINE)
    assert (named.authorization.signer, named.is_signed) == (ALICE, False)
    owners = _drafting(world).request(revocation, None, DEADLINE)
    assert (owners.authorization.signer, owners.is_signed) == (ALICE, False)
    with pytest.raises(NotAuthorizedError):
        _drafting(world).request(release, 2, DEADLINE)


def test_a_key_that_is_named_signs_or_nobody_does(world: World) -> None:
    named = _drafting(world, BOB, must_be_ours=True)
    for make in (
        lambda: named.request(_release(), None, DEADLINE),
        lambda: named.unsigned(_release(), None),
    ):
        with pytest.raises(NotAuthorizedError, match=BOB):
            make()
    assert _drafting(world, must_be_ours=True).request(_release(), None, DEADLINE).is_signed


def test_nothing_is_signed_that_would_be_refused(world: World) -> None:
    drafting = _drafting(world)
    with pytest.raises(UsageError, match="past"):
        drafting.request(_release(), None, 1)
    _submitter(world).submit(_signed())
    with pytest.raises(VersionExistsError):
        drafting.request(_release(), None, DEADLINE)


def test_the_cost_is_that_of_the_key_s_account(world: World) -> None:
    assert _drafting(world).preview(_release(), None).account == AUTHOR
    assert _drafting(world, "").preview(_release(), None).account == AUTHOR
    with pytest.raises(NotAuthorizedError):
        _drafting(world, BOB).preview(_release(), None)
    with pytest.raises(TransactionFailedError):
        _drafting(world).preview(_release(), None, max_fee=1)


def test_a_wallet_sends_for_the_authority(world: World) -> None:
    made = _drafting(world, BOB).unsigned(_release(), None)
    assert (made.sender, made.to) == (AUTHOR, packaged_registry().address)
    with pytest.raises(TransactionFailedError):
        _drafting(world, BOB).unsigned(_release(), None, max_fee=1)
