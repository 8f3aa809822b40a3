"""Steps 4 to 6: what the chain says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.fakes.chain import FakeChain, delegate, owner
from tests.unit.services.world import (
    ALICE,
    BOB,
    SEPOLIA,
    World,
    assert_problem,
    check_named,
)
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.manifest import encode
from weightmark.domain.networks import LOCAL
from weightmark.domain.policy import Policy
from weightmark.domain.registry import FOREVER, Reason, release_slots
from weightmark.domain.times import utc_text
from weightmark.domain.verdict import Outcome
from weightmark.ports.chain import BlockTag
from weightmark.ports.records import HeadKey
from weightmark.services.sidecars import MANIFEST

FAILING_REASONS = [Reason.WITHDRAWN, Reason.VULNERABLE, Reason.COMPROMISED]


def head_key(world: World) -> HeadKey:
    registry = packaged_registry().address
    return HeadKey(SEPOLIA.chain_id, world.chain.genesis_hash(), registry, world.evidence.model_id)


# Step 4.


def out_of_reach(world: World) -> None:
    world.chain.unreachable = "no answer"


def another_chain(world: World) -> None:
    world.chain.id = 1


def no_contract(world: World) -> None:
    world.chain.code_hashes.clear()


def look_alike(world: World) -> None:
    world.chain.code_hashes[packaged_registry().address] = b"\1" * 32


def nonsense(world: World) -> None:
    world.chain.set_words({release_slots(world.evidence.release_id)[1]: 9 << 80})
    world.settle()


@pytest.mark.parametrize(
    ("bend", "outcome", "message", "status"),
    [
        (out_of_reach, Outcome.UNCHECKED, "no answer", 3),
        (another_chain, Outcome.UNCHECKED, "serves chain 1, not 11155111", 3),
        (no_contract, Outcome.UNCHECKED, "is not deployed on 'sepolia'", 3),
        (look_alike, Outcome.FAILED, "is not Weightmark's ModelRegistry", 1),
        (nonsense, Outcome.UNCHECKED, "cannot have written", 3),
    ],
)
def test_a_chain_that_cannot_be_read_is_no_pass(
    published: World,
    bend: Callable[[World], None],
    outcome: Outcome,
    message: str,
    status: int,
) -> None:
    bend(published)
    verdict = published.verify()
    assert_problem(verdict, "chain", outcome, message, step=4)
    assert verdict.exit_status == status
    assert published.records.releases() == ()
    assert published.records.seen_head(head_key_of(published)) is None


def head_key_of(world: World) -> HeadKey:
    world.chain.unreachable, world.chain.id = "", SEPOLIA.chain_id
    return head_key(world)


def test_a_failure_outranks_what_cannot_be_checked(published: World) -> None:
    published.chain.unreachable = "no answer"
    published.artifact.files["model.bin"] = b"WEIGHTS"
    verdict = published.verify()
    assert {each.name for each in verdict.problems} == {"chain", "altered"}
    assert verdict.exit_status == 1


def test_a_latest_block_behind_the_final_one_is_nonsense(
    published: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hide a revocation that is final."""
    published.revoke(Reason.COMPROMISED)
    published.settle()
    block = FakeChain.block

    def swapped(chain: FakeChain, tag: BlockTag) -> object:
        return chain.blocks[3].block if tag is BlockTag.LATEST else block(chain, tag)

    monkeypatch.setattr(FakeChain, "block", swapped)
    verdict = published.verify(now=published.clock())
    assert_problem(verdict, "chain", Outcome.UNCHECKED, "latest block, 3, is behind the final one")


def test_a_chain_of_this_machine_proves_nothing_to_others(tmp_path: Path) -> None:
    world = World(tmp_path, LOCAL)
    world.publish()
    verdict = world.verify(now=world.clock() + 10**9)
    assert verdict.verified
    check = check_named(verdict, "chain")
    assert check.outcome is Outcome.WARNED
    assert "proves nothing to others" in check.message
    assert check_named(verdict, "freeze").outcome is Outcome.NOT_APPLICABLE


# Step 5.


def test_a_release_that_nobody_registered(published: World) -> None:
    manifest = replace(published.evidence.manifest, version="2")
    published.artifact.sidecars[MANIFEST] = encode(manifest)
    verdict = published.verify()
    assert_problem(verdict, "registration", Outcome.FAILED, "nobody registered this release")
    assert check_named(verdict, "authority").outcome is Outcome.NOT_APPLICABLE


def test_a_release_with_other_content(published: World) -> None:
    manifest = replace(published.evidence.manifest, created_by="somebody")
    published.artifact.sidecars[MANIFEST] = encode(manifest)
    verdict = published.verify()
    assert_problem(verdict, "registration", Outcome.FAILED, "has other content")
    assert verdict.exit_status == 1


def test_files_and_manifest_of_another_release(published: World) -> None:
    """Mix and match: version 2's manifest calls itself version 1."""
    published.artifact.files["model.bin"] = b"other weights"
    published.publish("2")
    manifest = replace(published.evidence.manifest, version="1.0.0")
    published.artifact.sidecars[MANIFEST] = encode(manifest)
    assert_problem(published.verify(), "registration", Outcome.FAILED, "has other content")


def test_a_release_that_is_not_final_yet(world: World) -> None:
    world.publisher().publish(world.request(), lambda _: lambda _: None)
    verdict = world.verify()
    check = assert_problem(verdict, "registration", Outcome.UNCHECKED, "not final yet", step=5)
    assert verdict.exit_status == 3
    assert "try again" in check.hint
    world.settle()
    assert world.verify().verified


@pytest.mark.parametrize("reason", FAILING_REASONS)
@pytest.mark.parametrize("is_final", [True, False])
def test_a_revocation_counts_from_the_latest_block_on(
    published: World, reason: Reason, is_final: bool
) -> None:
    published.revoke(reason)
    if is_final:
        published.settle()
    verdict = published.verify()
    check = assert_problem(
        verdict, "revocation", Outcome.FAILED, f"was revoked as {reason.label} at 20", step=5
    )
    assert check.hint == "do not use these files"
    assert verdict.exit_status == 1


def test_a_revocation_in_a_block_that_was_dropped_does_not_count(published: World) -> None:
    published.revoke(Reason.WITHDRAWN)
    published.chain.reorganise(1)
    assert published.verify().verified


def test_a_superseded_release_is_a_warning_that_a_policy_can_refuse(published: World) -> None:
    published.revoke(Reason.SUPERSEDED)
    verdict = published.verify()
    assert verdict.verified
    assert check_named(verdict, "revocation").outcome is Outcome.WARNED
    strict = published.verify(policy=Policy(allow_superseded=False))
    assert_problem(strict, "revocation", Outcome.FAILED, "superseded")


def test_a_superseded_release_can_be_revoked_for_good(published: World) -> None:
    published.revoke(Reason.SUPERSEDED)
    published.revoke(Reason.COMPROMISED)
    assert_problem(published.verify(), "revocation", Outcome.FAILED, "compromised")


def test_a_tombstone(world: World) -> None:
    world.publish()
    manifest = replace(world.evidence.manifest, version="2")
    world.artifact.sidecars[MANIFEST] = encode(manifest)
    world.revoke(Reason.WITHDRAWN, "2")
    world.settle()
    verdict = world.verify()
    assert {each.name for each in verdict.problems} == {"registration", "revocation"}
    assert verdict.exit_status == 1


@pytest.mark.parametrize(
    ("valid_from", "until", "is_valid"),
    [(0, 0, True), (0, 1, False), (0, 2, False), (1, 0, False), (-5, 5, True)],
    ids=["at its time", "one second short", "one second later", "starts later", "before and after"],
)
def test_the_authority_must_have_been_valid_when_it_registered(
    published: World, valid_from: int, until: int, is_valid: bool
) -> None:
    """``until`` is lowered: to the registration's own second less something, or to a later one."""
    time = published.chain.blocks[-2].block.timestamp
    registered_at = next(
        event.registered_at for block in published.chain.blocks for event in block.events
    )
    assert registered_at <= time
    start = registered_at + valid_from if valid_from else 0
    end = {0: FOREVER, 1: registered_at, 2: registered_at - 1, 5: registered_at + 5}[until]
    published.chain.set_authority(ALICE, 0, owner(ALICE, max(0, start), end))
    verdict = published.verify()
    if is_valid:
        assert verdict.verified
        return
    check = assert_problem(verdict, "authority", Outcome.FAILED, "does not count", step=5)
    assert (f"counts before {utc_text(end)}" in check.message) is (end <= registered_at)
    assert verdict.exit_status == 1


def test_distrust_counts_from_the_latest_block_on_and_for_ever(published: World) -> None:
    published.chain.set_authority(ALICE, 0, owner(ALICE, 0, 1))
    assert published.chain.block(BlockTag.FINALIZED).number < len(published.chain.blocks) - 1
    assert_problem(published.verify(), "authority", Outcome.FAILED)
    published.settle()
    assert_problem(published.verify(), "authority", Outcome.FAILED)


def test_a_delegate_registers_and_its_end_spares_what_it_registered_before(world: World) -> None:
    world.chain.set_authority(ALICE, 1, delegate(BOB))
    world.account = BOB
    request = world.request()
    world.publisher().publish(
        dataclasses.replace(request, authority_index=1),
        lambda _: lambda _: None,
    )
    world.settle()
    verdict = world.verify()
    assert verdict.verified
    assert "authority 1" in check_named(verdict, "authority").message
    now = world.chain.blocks[-1].block.timestamp
    world.chain.set_authority(ALICE, 1, delegate(BOB, 0, now))
    assert world.verify().verified
    world.chain.set_authority(ALICE, 1, delegate(BOB, 0, 1))
    assert_problem(world.verify(), "authority", Outcome.FAILED, "authority 1")


def test_an_authority_that_is_not_written_is_none(published: World) -> None:
    word = release_slots(published.evidence.release_id)[1]
    published.chain.set_words({word: published.chain.word(word) | 7 << 136})
    published.settle()
    assert_problem(published.verify(), "authority", Outcome.FAILED, "authority 7")
