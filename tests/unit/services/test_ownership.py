"""What an owner's action does is told, and what would be refused is found, before it is sent."""

from __future__ import annotations

import pytest

from tests.fakes.chain import delegate, owner
from tests.unit.services.world import ALICE, BOB, SEPOLIA, World, assert_problem
from weightmark.domain.actions import AddAuthority, AddSigningKey, EndAuthority, EndSigningKey
from weightmark.domain.registry import FOREVER, AuthorityWord, Reason, Role, authority_count_slot
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.domain.times import utc_text
from weightmark.domain.verdict import Outcome
from weightmark.errors import (
    AlreadyExistsError,
    ChainUnreachableError,
    NotAuthorizedError,
    StatementRefusedError,
    UsageError,
    ValueFormatError,
    WeightmarkError,
)
from weightmark.services.ownership import Ownership, Plan
from weightmark.services.publisher_state import PublisherState

CAROL = "0xde709f2102306220921060314715629080e2fb77"
KEY = b"\x07" * 32


def add(world: World, *words: AuthorityWord) -> None:
    for index, word in enumerate(words, 1):
        world.chain.set_authority(ALICE, index, word)
    world.chain.set_words({authority_count_slot(ALICE): len(words)})


def state_of(world: World) -> PublisherState:
    return PublisherState(world.chains, SEPOLIA, ALICE)


def as_owner(world: World, account: str = ALICE, index: int | None = None) -> Ownership:
    return Ownership(state_of(world), account, world.clock(), index)


def text_of(plan: Plan) -> str:
    return "\n".join(plan.warnings)


def now_of(world: World) -> int:
    return world.clock()


@pytest.fixture
def by_delegate(world: World) -> tuple[World, list[int]]:
    """Return releases 1 to 3 that Bob registered as a delegate, and when."""
    add(world, delegate(BOB))
    world.account = BOB
    for version in ("1", "2", "3"):
        world.publish(version)
    return world, [each.registered_at for each in world.registrations]


def test_adding_a_delegate_is_nothing_grave(world: World) -> None:
    plan = as_owner(world).add(BOB, Role.DELEGATE, "90d")
    end = now_of(world) + 90 * 86_400
    assert plan.action == AddAuthority(ALICE, 0, BOB, Role.DELEGATE, end)
    assert f"until {utc_text(end)}" in plan.summary
    assert not plan.is_grave


def test_adding_an_owner_is_warned_of(world: World) -> None:
    plan = as_owner(world).add(BOB, Role.OWNER)
    assert plan.action == AddAuthority(ALICE, 0, BOB, Role.OWNER, FOREVER)
    assert "without an end" in plan.summary
    assert "can do everything" in text_of(plan)
    assert plan.is_grave


def test_an_account_that_is_there_already_is_named(world: World) -> None:
    add(world, delegate(BOB))
    (note,) = as_owner(world).add(BOB, Role.DELEGATE).notes
    assert "authority 1 already" in note


def test_an_added_owner_acts_under_its_own_index(world: World) -> None:
    add(world, delegate(CAROL), owner(BOB), owner(BOB))
    action = as_owner(world, BOB, 3).add(CAROL, Role.DELEGATE).action
    assert isinstance(action, AddAuthority)
    assert action.owner_index == 3


@pytest.mark.parametrize(("account", "index"), [(CAROL, None), (BOB, None), (ALICE, 1)])
def test_who_is_no_owner_plans_nothing(world: World, account: str, index: int | None) -> None:
    add(world, delegate(BOB))
    with pytest.raises(NotAuthorizedError):
        as_owner(world, account, index)


def test_distrust_names_what_fails_and_counts_what_stays(
    by_delegate: tuple[World, list[int]],
) -> None:
    world, times = by_delegate
    plan = as_owner(world).end("1", utc_text(times[1]))
    assert plan.action == EndAuthority(ALICE, 0, 1, times[1])
    assert [each.version for each in plan.failing] == ["2", "3"]
    assert plan.staying == 1
    assert plan.is_grave
    world.chain.writer(ALICE).send(plan.action)
    world.settle()
    assert_problem(world.verify(), "authority", Outcome.FAILED, "counts before", step=5)


def test_an_end_that_is_now_fails_no_release(by_delegate: tuple[World, list[int]]) -> None:
    world, _ = by_delegate
    plan = as_owner(world).end(BOB)
    assert plan.action == EndAuthority(ALICE, 0, 1, now_of(world))
    assert (plan.failing, plan.staying, plan.is_grave) == ((), 3, False)
    # Also where this machine's clock is behind the chain's.
    late = Ownership(state_of(world), ALICE, 0).end(BOB)
    assert (late.failing, late.staying) == ((), 3)


def test_releases_that_fail_already_are_not_told_again(
    by_delegate: tuple[World, list[int]],
) -> None:
    world, _ = by_delegate
    world.revoke(Reason.VULNERABLE, "1")
    world.revoke(Reason.SUPERSEDED, "2")
    plan = as_owner(world).end("1", "1970-01-01")
    assert [each.version for each in plan.failing] == ["2", "3"]


def test_releases_of_other_authorities_are_not_told(published: World) -> None:
    add(published, delegate(BOB))
    plan = as_owner(published).end("1", "1970-01-01")
    assert (plan.failing, plan.staying) == ((), 0)


def test_an_endpoint_without_events_stops_no_distrust(
    by_delegate: tuple[World, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ChainUnreachableError("no events here")

    world, times = by_delegate
    monkeypatch.setattr(type(world.chain), "registrations", refuse)
    plan = as_owner(world).end("1", utc_text(times[0]))
    assert plan.action == EndAuthority(ALICE, 0, 1, times[0])
    assert plan.problem is not None
    assert plan.is_grave
    assert state_of(world).view().problem is not None


@pytest.mark.parametrize(
    ("words", "actor", "ended", "warned", "silent"),
    [
        ((), ALICE, "0", ("identity's own", "key that signs it", "last owner"), ()),
        ((owner(BOB),), ALICE, "0", ("identity's own", "key that signs it"), ("last owner",)),
        ((owner(BOB),), BOB, "0", ("identity's own",), ("key that signs it", "last owner")),
        ((owner(BOB),), BOB, "1", ("key that signs it",), ("identity's own", "last owner")),
        ((owner(BOB), owner(BOB)), BOB, "1", (), ("key that signs it", "last owner")),
        ((delegate(BOB),), ALICE, "1", (), ("key that signs it", "last owner")),
    ],
    ids=["only", "self", "rotated", "added", "twice", "delegate"],
)
def test_what_cannot_be_undone_is_warned_of(
    world: World,
    words: tuple[AuthorityWord, ...],
    actor: str,
    ended: str,
    warned: tuple[str, ...],
    silent: tuple[str, ...],
) -> None:
    add(world, *words)
    told = text_of(as_owner(world, actor).end(ended))
    assert all(each in told for each in warned)
    assert not any(each in told for each in silent)


def test_an_owner_that_expires_before_is_no_other_owner(world: World) -> None:
    add(world, owner(BOB, until=world.clock() + 3_600))
    assert "last owner" in text_of(as_owner(world).end("0", "2d"))
    assert "last owner" not in text_of(as_owner(world).end("0"))


@pytest.mark.parametrize(
    ("which", "until", "error", "reason"),
    [
        ("7", "", StatementRefusedError, "no authority 7"),
        (CAROL, "", StatementRefusedError, "no authority 0x"),
        ("2", "", StatementRefusedError, "ends at 2020-09-13T12:26:40Z already"),
        ("2", "2020-09-13T12:26:40Z", StatementRefusedError, "only ever lowered"),
        (BOB, "", UsageError, "several authorities: 1, 3"),
        ("1", "soon", ValueFormatError, "'soon' is not a time"),
    ],
)
def test_an_end_that_would_be_refused(
    world: World, which: str, until: str, error: type[WeightmarkError], reason: str
) -> None:
    add(world, delegate(BOB), delegate(ALICE, until=1_600_000_000), owner(BOB))
    with pytest.raises(error, match=reason):
        as_owner(world).end(which, until)


def test_the_authority_of_an_account_that_did_not_end_yet_is_meant(world: World) -> None:
    add(world, delegate(BOB, until=1_600_000_000), delegate(BOB))
    action = as_owner(world).end(BOB).action
    assert isinstance(action, EndAuthority)
    assert action.index == 2


@pytest.mark.parametrize("until", ["2020-01-01", "1970-01-01"])
def test_nothing_new_is_over_already(world: World, until: str) -> None:
    with pytest.raises(StatementRefusedError, match="is past"):
        as_owner(world).add(BOB, Role.DELEGATE, until)
    with pytest.raises(StatementRefusedError, match="is past"):
        as_owner(world).add_key(KEY, KeyAlgorithm.ED25519, until)


def test_nobody_is_no_authority(world: World) -> None:
    with pytest.raises(StatementRefusedError, match="nobody's"):
        as_owner(world).add(f"0x{0:040x}", Role.DELEGATE)


def test_a_signing_key_is_added_once_ended_and_shown(world: World) -> None:
    with pytest.raises(StatementRefusedError, match="no signing key"):
        as_owner(world).end_key(KEY)
    plan = as_owner(world).add_key(KEY, KeyAlgorithm.ED25519)
    assert plan.action == AddSigningKey(ALICE, 0, KEY, 4, FOREVER)
    world.chain.writer(ALICE).send(plan.action)
    with pytest.raises(AlreadyExistsError, match="ed25519, without an end"):
        as_owner(world).add_key(KEY, KeyAlgorithm.ED25519)
    plan = as_owner(world).end_key(KEY)
    now = now_of(world)
    assert plan.action == EndSigningKey(ALICE, 0, KEY, now)
    world.chain.writer(ALICE).send(plan.action)
    with pytest.raises(StatementRefusedError, match="the key ends at"):
        as_owner(world).end_key(KEY, utc_text(now))
    (shown,) = state_of(world).view().signing_keys
    assert (shown.fingerprint, shown.word.algorithm, shown.word.until) == (KEY, 4, now)


def test_a_view_counts_the_releases_of_each_authority(
    by_delegate: tuple[World, list[int]],
) -> None:
    world, _ = by_delegate
    world.account = ALICE
    world.publish("4")
    view = state_of(world).view()
    assert view.releases == {0: 1, 1: 3}
    assert [(each.index, each.account, each.role) for each in view.authorities] == [
        (0, ALICE, "owner"),
        (1, BOB, "delegate"),
    ]
