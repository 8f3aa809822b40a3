"""Under which authority an account acts, and why it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.chain import delegate, owner
from tests.unit.services.world import ALICE, BOB, NAME, SEPOLIA, World, unseen
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.registry import FOREVER, Reason, authority_count_slot
from weightmark.domain.statements import RevocationStatement
from weightmark.errors import NotAuthorizedError
from weightmark.services import authorities
from weightmark.services.authorities import (
    Authority,
    authority_index_of,
    read_authorities,
    sending,
)
from weightmark.services.drafting import Drafting
from weightmark.services.lookup import ResolvedReference
from weightmark.services.revoke import RevocationRequest, Revoker

CAROL = "0xde709f2102306220921060314715629080e2fb77"


def add(world: World, *words: object) -> None:
    for index, word in enumerate(words, 1):
        world.chain.set_authority(ALICE, index, word)  # type: ignore[arg-type]
    world.chain.set_words({authority_count_slot(ALICE): len(words)})


def index_of(world: World, account: str, *, as_owner: bool = False) -> int:
    return authority_index_of(world.chains, SEPOLIA, ALICE, account, as_owner=as_owner)


def test_a_publisher_is_its_own_first_owner(world: World) -> None:
    assert index_of(world, ALICE, as_owner=True) == 0
    assert index_of(world, ALICE.lower()) == 0


def test_the_authority_that_lasts_longest_is_taken(world: World) -> None:
    later = world.clock() + 1_000
    add(world, delegate(BOB, until=later), delegate(CAROL), delegate(BOB), owner(BOB, until=later))
    assert index_of(world, BOB) == 3
    assert index_of(world, BOB, as_owner=True) == 4
    assert index_of(world, CAROL) == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "none of its authorities"),
        ((delegate(CAROL),), "none of its authorities"),
        ((delegate(BOB),), "authority 1, a delegate, which only registers"),
        ((owner(BOB, until=1_600_000_000),), "no more its authority 1, since 2020-09-13T12:26:40Z"),
    ],
    ids=["nobody", "another", "delegate", "ended"],
)
def test_who_may_not_act_is_told_why(world: World, words: tuple[object, ...], reason: str) -> None:
    add(world, *words)
    with pytest.raises(NotAuthorizedError, match=reason) as caught:
        index_of(world, BOB, as_owner=True)
    assert BOB in caught.value.message
    assert ALICE in caught.value.message
    assert f"publisher add {BOB} --role owner" in caught.value.hint


def test_an_identity_that_ended_itself_may_not_act(world: World) -> None:
    world.chain.set_authority(ALICE, 0, owner(ALICE, until=1_600_000_000))
    with pytest.raises(NotAuthorizedError, match="no more its authority 0"):
        index_of(world, ALICE)


def test_of_very_many_authorities_the_first_and_the_newest_are_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorities, "MAX_AUTHORITIES", 3)
    add(world, *[delegate(BOB, until=FOREVER - index) for index in range(5)])
    block = world.chain.blocks[-1].block
    registry = world.chains.registry.address
    found, left_out = read_authorities(world.chain, registry, ALICE, block)
    assert [each.index for each in found] == [0, 4, 5]
    assert left_out == 3
    (named,), _ = read_authorities(world.chain, registry, ALICE, block, 2)
    assert (named.index, named.word.until) == (2, FOREVER - 1)
    assert read_authorities(world.chain, registry, ALICE, block, 6) == ((), 0)


def test_an_account_among_those_that_were_not_looked_at_is_no_stranger(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorities, "MAX_AUTHORITIES", 3)
    add(world, delegate(CAROL), delegate(BOB), delegate(BOB), delegate(BOB))
    with pytest.raises(NotAuthorizedError, match="authorities 1 to 2 were not looked") as caught:
        index_of(world, CAROL)
    assert "--authority" in caught.value.hint
    assert index_of(world, BOB) == 3


def test_a_statement_is_drafted_for_an_authority_wherever_it_stands(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorities, "MAX_AUTHORITIES", 3)
    add(world, owner(CAROL), *[delegate(BOB)] * 4)
    drafting = Drafting(world.chains, SEPOLIA, "", world.chain.writer, lambda *_: b"")
    statement = RevocationStatement(ALICE, NAME, "1", Reason.WITHDRAWN)
    assert drafting.unsigned(statement, 1).sender == checksum_address(CAROL)
    with pytest.raises(NotAuthorizedError, match="no authority 9"):
        drafting.unsigned(statement, 9)


def test_a_delegate_publishes_under_its_own_index(world: World) -> None:
    add(world, delegate(CAROL), delegate(BOB))
    world.account = BOB
    world.publish()
    (event,) = world.registrations
    assert (event.publisher, event.authority_index) == (ALICE, 2)
    world.forget()
    world.trusts()
    assert world.verify().verified


def test_who_is_no_authority_registers_nothing_and_leaves_no_manifest_in_place(
    published: World,
) -> None:
    before = dict(published.artifact.sidecars)
    published.account = BOB
    with pytest.raises(NotAuthorizedError, match="none of its authorities"):
        published.publisher().publish(published.request("2"), unseen)
    assert published.artifact.sidecars == before
    assert len(published.registrations) == 1


def test_an_added_owner_revokes_and_a_delegate_does_not(published: World) -> None:
    add(published, delegate(BOB), owner(CAROL))
    release = ResolvedReference(SEPOLIA, ALICE, NAME, "1.0.0")
    request = RevocationRequest(release, Reason.WITHDRAWN)
    writer = published.chain.writer(BOB)
    with pytest.raises(NotAuthorizedError, match="a delegate"):
        Revoker(published.chains, lambda: writer, published.records).revoke(request)
    other = replace(writer, account=published.chain.writer(CAROL).account)
    Revoker(published.chains, lambda: other, published.records).revoke(request)
    assert not published.verify().verified


@pytest.mark.parametrize(
    ("account", "index", "must_be_ours", "found"),
    [
        (BOB, None, False, (2, BOB)),
        (BOB, 2, True, (2, BOB)),
        (BOB, 0, False, (0, ALICE)),
        ("", None, False, (0, ALICE)),
        (CAROL, None, False, (0, ALICE)),
        (BOB, 0, True, f"authority 0 of the publisher {ALICE} is {ALICE}, not {BOB}"),
        ("", None, True, "none of its authorities"),
        (BOB, 1, False, "authority 1, a delegate"),
        (BOB, 9, False, f"the publisher {ALICE} has no authority 9"),
        (BOB, 9, True, f"the publisher {ALICE} has no authority 9"),
    ],
)
def test_who_sends_is_the_key_or_the_wallet_that_is_named(
    world: World, account: str, index: int | None, must_be_ours: bool, found: tuple[int, str] | str
) -> None:
    add(world, delegate(CAROL), owner(BOB))
    block, registry = world.chain.blocks[-1].block, world.chains.registry.address
    known, _ = read_authorities(world.chain, registry, ALICE, block)

    def sender() -> Authority:
        return sending(
            known,
            ALICE,
            account,
            block.timestamp,
            index=index,
            as_owner=True,
            must_be_ours=must_be_ours,
        )

    if isinstance(found, str):
        with pytest.raises(NotAuthorizedError, match=found):
            sender()
        return
    assert (sender().index, sender().account) == found
