"""Looking up releases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.chain import delegate, owner
from tests.unit.services.world import ALICE, BASE, BOB, NAME, SEPOLIA, World
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.actions import Register
from weightmark.domain.networks import LOCAL
from weightmark.domain.reference import parse_reference
from weightmark.domain.registry import Reason, head_slot, release_slots
from weightmark.domain.statements import ReleaseStatement
from weightmark.domain.trust import TrustedPublisher, TrustList
from weightmark.errors import (
    ChainUnreachableError,
    LookAlikeContractError,
    NotDeployedError,
    UnknownReleaseError,
    UsageError,
    ValueFormatError,
    WrongChainError,
)
from weightmark.services.lookup import Lookup, resolve


def lookup(world: World) -> Lookup:
    return Lookup(world.chains, SEPOLIA)


def versions(world: World) -> list[str]:
    log = lookup(world).model(ALICE, NAME)
    return [each.registration.version for each in log.releases]


@pytest.fixture
def three(world: World) -> World:
    """Return a world with three versions."""
    for version in ("1", "2", "3"):
        world.publish(version)
    return world


def test_the_log_has_every_release_in_order(three: World) -> None:
    log = lookup(three).model(ALICE, NAME)
    assert [each.registration.version for each in log.releases] == ["1", "2", "3"]
    assert [each.state.word.sequence for each in log.releases] == [1, 2, 3]
    assert {each.status for each in log.releases} == {"current"}
    assert log.newest is not None
    assert log.newest.reference == f"{SEPOLIA.chain_id}:{ALICE}/{NAME}@3"


def test_a_version_that_no_client_accepts_spoils_no_log(three: World) -> None:
    odd = ReleaseStatement(ALICE, NAME, "not a version", bytes(32), bytes(32))
    three.chain.writer(ALICE).send(Register(odd, 0))
    assert versions(three) == ["1", "2", "3", "not a version (no version)"]
    assert lookup(three).release(ALICE, NAME, "1").registration.version == "1"


def test_a_model_without_releases_has_an_empty_log(world: World) -> None:
    assert versions(world) == []


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_an_endpoint_that_omits_an_event_is_found_out(three: World, version: str) -> None:
    three.chain.omitted = version
    with pytest.raises(ChainUnreachableError, match="does not agree with the model's head"):
        lookup(three).model(ALICE, NAME)


def test_events_in_another_order_are_found_out(
    three: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = three.chain.registrations
    monkeypatch.setattr(three.chain, "registrations", lambda *all: told(*all)[::-1])
    with pytest.raises(ChainUnreachableError, match="model's head"):
        lookup(three).model(ALICE, NAME)


def test_an_event_told_twice_is_found_out(three: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told = three.chain.registrations
    monkeypatch.setattr(three.chain, "registrations", lambda *all: told(*all) + told(*all)[-1:])
    with pytest.raises(ChainUnreachableError, match="model's head"):
        lookup(three).model(ALICE, NAME)


def test_an_event_that_contradicts_the_state_is_found_out(three: World) -> None:
    commitment = release_slots(three.evidence.release_id)[0]
    three.chain.set_words({commitment: 1})
    for look in (
        lambda: lookup(three).model(ALICE, NAME),
        lambda: lookup(three).by_publisher(ALICE),
    ):
        with pytest.raises(ChainUnreachableError, match="contradicts the registry's state"):
            look()


def test_a_head_without_events_is_found_out(world: World) -> None:
    world.publish()
    model_id = world.evidence.model_id
    world.chain.set_words({head_slot(model_id): 5 << 216})
    with pytest.raises(ChainUnreachableError, match="model's head"):
        versions(world)


def test_one_release(three: World) -> None:
    view = lookup(three).release(ALICE, NAME, "2")
    assert (view.registration.version, view.is_final) == ("2", True)


def test_the_newest_release_is_the_newest_that_is_current(three: World) -> None:
    assert lookup(three).release(ALICE, NAME, "").registration.version == "3"
    three.revoke(Reason.VULNERABLE, "3")
    assert lookup(three).release(ALICE, NAME, "").registration.version == "2"
    assert lookup(three).release(ALICE, NAME, "3").status == "revoked"
    three.revoke(Reason.SUPERSEDED, "2")
    assert lookup(three).release(ALICE, NAME, "").registration.version == "1"
    three.chain.set_authority(ALICE, 0, owner(ALICE, 0, 1))
    assert lookup(three).release(ALICE, NAME, "1").status == "distrusted"
    with pytest.raises(UnknownReleaseError, match="no current release"):
        lookup(three).release(ALICE, NAME, "")


@pytest.mark.parametrize(
    ("publisher", "name", "version", "message"),
    [
        (ALICE, NAME, "4", "no release 4"),
        (ALICE, "acme/other", "1", "no release 1"),
        (BOB, NAME, "1", "no release 1"),
        (BOB, NAME, "", "no current release"),
    ],
)
def test_an_unknown_release(
    three: World, publisher: str, name: str, version: str, message: str
) -> None:
    with pytest.raises(UnknownReleaseError, match=message) as caught:
        lookup(three).release(publisher, name, version)
    assert f"{publisher}/{name}" in caught.value.message


def test_a_release_that_is_not_final_is_pending(world: World) -> None:
    world.publisher().publish(world.request(), lambda _: lambda _: None)
    assert lookup(world).release(ALICE, NAME, "1.0.0").status == "pending"


def test_the_same_bytes_of_several_publishers_are_all_told(three: World) -> None:
    three.account = BOB
    three.publish("1", publisher=BOB)
    root = three.evidence.artifact_root
    found = lookup(three).by_artifact_root(root)
    assert [each.registration.publisher for each in found] == [ALICE] * 3 + [BOB]
    assert [each.registration.publisher for each in lookup(three).by_publisher(BOB)] == [BOB]
    assert lookup(three).by_artifact_root(b"\1" * 32) == ()


def test_a_delegates_release_carries_its_authority(world: World) -> None:
    world.chain.set_authority(ALICE, 1, delegate(BOB, 5))
    statement_of = world.publisher(lambda: world.chain.writer(BOB))
    request = world.request()
    statement_of.publish(replace(request, authority_index=1), lambda _: lambda _: None)
    view = lookup(world).release(ALICE, NAME, "1.0.0")
    assert view.authority is not None
    assert (view.authority.account, view.authority.valid_from) == (BOB.lower(), 5)


def test_a_chain_is_checked_before_anything_that_it_says(three: World) -> None:
    three.chain.id = 1
    with pytest.raises(WrongChainError, match="serves chain 1, not 11155111"):
        lookup(three)
    three.chain.id = SEPOLIA.chain_id
    three.chain.code_hashes[packaged_registry().address] = b"\1" * 32
    with pytest.raises(LookAlikeContractError, match="0x0101"):
        lookup(three)
    three.chain.code_hashes.clear()
    with pytest.raises(NotDeployedError) as caught:
        lookup(three)
    assert caught.value.hint == "deploy it: weightmark network deploy sepolia"
    three.chain.unreachable = "no answer"
    with pytest.raises(ChainUnreachableError, match="no answer"):
        lookup(three)


# What a reference means.

TRUST = TrustList(
    (
        TrustedPublisher("acme", SEPOLIA.chain_id, ALICE),
        TrustedPublisher("both", SEPOLIA.chain_id, BOB),
        TrustedPublisher("both", BASE.chain_id, BOB),
    )
)


@pytest.mark.parametrize(
    ("reference", "network", "publisher"),
    [
        (f"{ALICE}/a", SEPOLIA, ALICE),
        (f"{BOB}/a", LOCAL, BOB),
        (f"base:{ALICE}/a", BASE, ALICE),
        (f"8453:{ALICE}/a", BASE, ALICE),
        ("acme/a", SEPOLIA, ALICE),
        ("base:both/a", BASE, BOB),
    ],
    ids=["trusted there", "trusted twice", "by name", "by id", "nickname", "nickname there"],
)
def test_the_chain_of_a_reference(
    world: World, reference: str, network: object, publisher: str
) -> None:
    world.chains.default = LOCAL
    found = resolve(parse_reference(reference), TRUST, world.chains)
    assert (found.network, found.publisher) == (network, publisher)


def test_a_chosen_network_outranks_trust_and_default(world: World) -> None:
    world.chains.chosen = BASE
    assert resolve(parse_reference(f"{ALICE}/a"), TRUST, world.chains).network == BASE
    assert resolve(parse_reference("both/a"), TRUST, world.chains).network == BASE
    with pytest.raises(ValueFormatError, match="on chain 8453"):
        resolve(parse_reference("acme/a"), TRUST, world.chains)
    with pytest.raises(UsageError, match="--network base contradicts the chain 'sepolia'"):
        resolve(parse_reference(f"sepolia:{ALICE}/a"), TRUST, world.chains)
    assert resolve(parse_reference(f"8453:{ALICE}/a"), TRUST, world.chains).network == BASE
