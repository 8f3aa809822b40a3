"""Step 8 of a verification: the keys that the manifest names, as the chain has them."""

from __future__ import annotations

import pytest

from tests.fakes.ownership import packed
from tests.unit.services.signed import P256
from tests.unit.services.world import ALICE, World, assert_problem, check_named
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.registry import FOREVER, signing_key_slot
from weightmark.domain.verdict import Outcome


def register_key(world: World, valid_from: int, until: int, algorithm: int = 1) -> None:
    """Have the publisher's key on the chain, as seen from the newest block on."""
    slot = signing_key_slot(ALICE, bytes.fromhex(P256.identity.fingerprint))
    word = packed(0, valid_from, until, algorithm)
    world.chain.set_words({slot: word}, packaged_registry().address)


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [(0, FOREVER, True), (0, 1, True), (1, FOREVER, False), (-5, 0, False), (-5, 1, True)],
    ids=["from-then-on", "until-just-after", "since-just-after", "until-then", "until-after"],
)
@pytest.mark.parametrize("is_final", [True, False], ids=["final", "latest"])
def test_a_key_on_the_chain_counts_at_the_time_of_the_registration(
    world: World, since: int, until: int, *, counts: bool, is_final: bool
) -> None:
    world.publish(signers=[P256])
    (registered_at,) = (each.registered_at for each in world.registrations)
    end = until if until == FOREVER else registered_at + until
    register_key(world, registered_at + since, end)
    if is_final:
        world.settle()
    verdict = world.verify()
    if counts:
        assert verdict.verified
        assert check_named(verdict, "signing-key").outcome is Outcome.PASSED
    else:
        assert_problem(verdict, "signing-key", Outcome.FAILED, "counts from", step=8)


def test_an_end_counts_from_the_latest_block_on(world: World) -> None:
    world.publish(signers=[P256])
    register_key(world, 0, FOREVER)
    world.settle()
    assert world.verify().verified
    register_key(world, 0, 1)
    assert_problem(world.verify(), "signing-key", Outcome.FAILED, "1970-01-01T00:00:01Z")


def test_a_key_that_is_on_the_chain_as_another(world: World) -> None:
    world.publish(signers=[P256])
    register_key(world, 0, FOREVER, algorithm=2)
    check = assert_problem(world.verify(), "signing-key", Outcome.FAILED)
    assert "on the chain as one of ecdsa-p384-sha384" in check.message


def test_a_key_that_is_not_on_the_chain(world: World) -> None:
    world.publish(signers=[P256])
    check = check_named(world.verify(), "signing-key")
    assert check.outcome is Outcome.NOT_APPLICABLE
    assert "the manifest alone vouches for it" in check.message


def test_without_a_registration_no_key_counts(world: World) -> None:
    world.publish(signers=[P256])
    world.chain.reorganise(3)
    verdict = world.verify()
    assert "registration" in {each.name for each in verdict.problems}
    assert check_named(verdict, "signing-key").outcome is Outcome.NOT_APPLICABLE


def test_without_a_chain_it_is_not_known_whether_a_key_counted(world: World) -> None:
    world.publish(signers=[P256])
    world.chains.by_id.clear()
    verdict = world.verify()
    assert [each.name for each in verdict.problems] == ["chain", "signing-key"]
    assert {each.outcome for each in verdict.problems} == {Outcome.UNCHECKED}
