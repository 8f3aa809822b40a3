"""Step 6: rollback, freeze, and the newest release."""

from __future__ import annotations

import pytest

from tests.unit.services.world import (
    ALICE,
    NAME,
    SEPOLIA,
    World,
    assert_problem,
    check_named,
)
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.policy import Policy
from weightmark.domain.registry import HeadWord, Reason, head_slot, release_slots
from weightmark.domain.verdict import Outcome
from weightmark.ports.chain import BlockTag
from weightmark.ports.records import HeadKey, SeenHead
from weightmark.services.sidecars import MANIFEST


def head_key(world: World) -> HeadKey:
    registry = packaged_registry().address
    return HeadKey(SEPOLIA.chain_id, world.chain.genesis_hash(), registry, world.evidence.model_id)


def test_the_head_that_was_seen_final_is_remembered(published: World) -> None:
    published.verify()
    final = published.chain.block(BlockTag.FINALIZED)
    head = published.chain.word(head_slot(published.evidence.model_id))
    assert published.records.seen_head(head_key(published)) == SeenHead(head, final.number)
    verdict = published.verify()
    assert "nothing is behind" in check_named(verdict, "rollback").message


@pytest.mark.parametrize(
    ("sequence", "chain_hash", "blocks", "is_behind"),
    [
        (1, None, 0, False),
        (1, None, 1, True),
        (2, 5, -1, True),
        (1, 5, -1, True),
        (1, 5, 0, True),
        (0, 0, -1, False),
    ],
    ids=["same", "block", "sequence", "other hash", "other hash, same block", "ahead"],
)
def test_nothing_may_be_behind_what_was_seen_before(
    published: World, sequence: int, chain_hash: int | None, blocks: int, is_behind: bool
) -> None:
    final = published.chain.block(BlockTag.FINALIZED)
    head = HeadWord.unpack(published.chain.word(head_slot(published.evidence.model_id)))
    seen = HeadWord(sequence, head.chain_hash if chain_hash is None else chain_hash)
    key = head_key(published)
    published.records.remember_head(key, SeenHead(seen.packed, final.number + blocks))
    before = published.records.seen_head(key)
    verdict = published.verify()
    if not is_behind:
        assert verdict.verified
        return
    assert_problem(verdict, "rollback", Outcome.FAILED, "behind what was seen here before", step=6)
    assert verdict.exit_status == 1
    assert published.records.seen_head(key) == before


def test_an_older_copy_of_the_chain_is_a_rollback(published: World) -> None:
    count = len(published.chain.blocks)
    published.publish("2")
    published.verify()
    del published.chain.blocks[count:]
    published.chain.finalize(count - 1)
    verdict = published.verify()
    assert "rollback" in {each.name for each in verdict.problems}
    assert verdict.exit_status == 1


def test_a_chain_that_began_otherwise_is_another_chain(published: World) -> None:
    key = head_key(published)
    other = HeadKey(key.chain_id, b"\1" * 32, key.contract, key.model_id)
    published.records.remember_head(other, SeenHead(HeadWord(9, 9).packed, 10**6))
    verdict = published.verify()
    assert_problem(verdict, "rollback", Outcome.FAILED, "began with another block", step=6)
    assert verdict.exit_status == 1


def test_a_revocation_that_only_the_final_view_shows_counts(published: World) -> None:
    slot = release_slots(published.evidence.release_id)[1]
    before = published.chain.word(slot)
    published.revoke(Reason.COMPROMISED)
    published.settle()
    published.chain.set_words({slot: before})
    verdict = published.verify()
    assert_problem(verdict, "revocation", Outcome.FAILED, "revoked as compromised", step=5)


def test_a_head_that_does_not_count_the_release_is_a_contradiction(published: World) -> None:
    published.chain.set_words({head_slot(published.evidence.model_id): 0})
    verdict = published.verify()
    assert_problem(verdict, "chain", Outcome.UNCHECKED, "head does not count the release", step=4)
    assert verdict.exit_status == 3


def test_a_block_ahead_of_the_clock_is_not_believed(published: World) -> None:
    newest = published.chain.block(BlockTag.LATEST).timestamp
    assert published.verify(now=newest - 300).verified
    verdict = published.verify(now=newest - 301)
    assert_problem(verdict, "freeze", Outcome.UNCHECKED, "-301 seconds old", step=6)


@pytest.mark.parametrize(("age", "passes"), [(3600, True), (3601, False), (-100, True)])
def test_the_newest_block_may_not_be_too_old(published: World, age: int, passes: bool) -> None:
    now = published.chain.block(BlockTag.LATEST).timestamp + age
    verdict = published.verify(now=now)
    if passes:
        assert verdict.verified
        return
    assert_problem(verdict, "freeze", Outcome.UNCHECKED, "3601 seconds old", step=6)
    assert verdict.exit_status == 3
    assert published.verify(now=now, policy=Policy(max_head_age=3601)).verified


def test_without_a_version_it_must_be_the_newest_release(published: World) -> None:
    verdict = published.verify(f"{ALICE}/{NAME}")
    assert verdict.verified
    assert check_named(verdict, "newest").message == "1.0.0 is the newest release of its model"
    first = published.artifact.sidecars[MANIFEST]
    published.publish("2", created_by="somebody")
    published.artifact.sidecars[MANIFEST] = first
    verdict = published.verify(f"{ALICE}/{NAME}")
    assert_problem(verdict, "newest", Outcome.FAILED, "this is 1.0.0; the newest release is 2")
    assert verdict.exit_status == 1
    assert published.verify(f"{ALICE}/{NAME}@1.0.0").verified


def test_a_revoked_release_is_not_the_newest(published: World) -> None:
    first = published.artifact.sidecars[MANIFEST]
    published.publish("2", created_by="somebody")
    published.artifact.sidecars[MANIFEST] = first
    published.revoke(Reason.VULNERABLE, "2")
    assert published.verify(f"{ALICE}/{NAME}").verified


def test_an_endpoint_that_hides_the_newest_release_is_found_out(published: World) -> None:
    first = published.artifact.sidecars[MANIFEST]
    published.publish("2", created_by="somebody")
    published.artifact.sidecars[MANIFEST] = first
    published.chain.omitted = "2"
    verdict = published.verify(f"{ALICE}/{NAME}")
    assert_problem(verdict, "newest", Outcome.UNCHECKED, "does not agree with the model's head")
    assert verdict.exit_status == 3


def test_when_all_releases_are_revoked_there_is_no_newest(published: World) -> None:
    published.revoke(Reason.SUPERSEDED)
    verdict = published.verify(f"{ALICE}/{NAME}")
    assert_problem(verdict, "newest", Outcome.FAILED, "has no current release")
