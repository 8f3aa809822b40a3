"""What an owner's action does is told, and what would be refused is found, before it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.chain import delegate, owner
from tests.unit.services.world import ALICE, BOB, SEPOLIA, World, assert_problem
from weightmark.domain.actions import AddAuthority, AddSigningKey, EndAuthority, EndSigningKey
from weightmark.domain.networks import LOCAL
from weightmark.domain.registry import FOREVER, AuthorityWord, Reason, Role, authority_count_slot
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.domain.times import parse_end, utc_text
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
from weightmark.services import authorities
from weightmark.services.ownership import Ownership
from weightmark.services.plans import Plan
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
    return world.chain.blocks[-1].block.next_time


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
    end = parse_end("90d", now_of(world)).time
    assert plan.action == AddAuthority(ALICE, 0, BOB, Role.DELEGATE, end)
    assert f"until {utc_text(end)}" in plan.summary
    assert "up to a full day" in plan.notes[0]
    assert not plan.is_grave


def test_adding_an_owner_is_warned_of(world: World) -> None:
    plan = as_owner(world).add(BOB, Role.OWNER)
    assert plan.action == AddAuthority(ALICE, 0, BOB, Role.OWNER, FOREVER)
    assert "without an end" in plan.summary
    assert "can do everything" in text_of(plan)
    assert plan.is_grave


@pytest.mark.parametrize("until", ["", "90d", "36h", "2099-01-01"])
def test_the_same_command_again_adds_nothing(world: World, until: str) -> None:
    first = as_owner(world).add(BOB, Role.DELEGATE, until)
    world.chain.writer(ALICE).send(first.action)
    # A duration means a later end by then.
    world.chain.now = now_of(world) + 3_600
    world.chain.mine()
    with pytest.raises(AlreadyExistsError, match=f"{BOB} is authority 1 already: delegate") as told:
        as_owner(world).add(BOB, Role.DELEGATE, until)
    assert "end 1 --until" in told.value.hint


def test_the_same_command_at_once_is_the_same_transaction(world: World) -> None:
    first = as_owner(world).add(BOB, Role.DELEGATE, "90d")
    world.chain.mine(5)
    assert as_owner(world).add(BOB, Role.DELEGATE, "90d").action == first.action


@pytest.mark.parametrize(
    ("known", "role", "until"),
    [
        (delegate(BOB, until=FOREVER - 1), Role.DELEGATE, ""),
        (delegate(BOB, until=4_000_000_000), Role.DELEGATE, "2100-01-01"),
        (delegate(BOB), Role.OWNER, ""),
        (owner(BOB), Role.DELEGATE, ""),
    ],
    ids=["longer", "later", "more", "less"],
)
def test_an_account_that_is_an_authority_already_is_asked_about(
    world: World, known: AuthorityWord, role: Role, until: str
) -> None:
    add(world, known)
    plan = as_owner(world).add(BOB, role, until)
    assert f"{BOB} is authority 1 already" in text_of(plan)
    assert plan.is_grave


def test_an_account_whose_authority_is_over_is_added_again(world: World) -> None:
    add(world, delegate(BOB, until=1_600_000_000))
    assert not as_owner(world).add(BOB, Role.DELEGATE).is_grave


def test_an_added_owner_acts_under_its_own_index(world: World) -> None:
    add(world, delegate(CAROL), owner(BOB), owner(BOB))
    action = as_owner(world, BOB, 3).add_key(KEY, KeyAlgorithm.ED25519).action
    assert isinstance(action, AddSigningKey)
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
    plan = as_owner(world).end(1, utc_text(times[1]))
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


@pytest.mark.parametrize("clock", [0, 4_000_000_000], ids=["behind", "ahead"])
def test_now_is_the_time_of_the_chain(by_delegate: tuple[World, list[int]], clock: int) -> None:
    world, _ = by_delegate
    plan = Ownership(state_of(world), ALICE, clock).end(BOB)
    assert plan.action == EndAuthority(ALICE, 0, 1, now_of(world))
    assert (plan.failing, plan.staying) == ((), 3)
    added = Ownership(state_of(world), ALICE, clock).add(CAROL, Role.DELEGATE, "12h").action
    assert isinstance(added, AddAuthority)
    assert added.until - now_of(world) < 13 * 3_600


def test_a_chain_of_this_machine_goes_by_its_clock(tmp_path: Path) -> None:
    """Its newest block may be years old; the next one is not."""
    world = World(tmp_path, LOCAL)
    state = PublisherState(world.chains, LOCAL, ALICE)
    plan = Ownership(state, ALICE, 2_000_000_000).add(BOB, Role.DELEGATE, "12h")
    assert plan.action == AddAuthority(
        ALICE, 0, BOB, Role.DELEGATE, parse_end("12h", 2_000_000_000).time
    )
    late = Ownership(state, ALICE, 0).add(BOB, Role.DELEGATE, "12h").action
    assert isinstance(late, AddAuthority)
    assert late.until > state.block.timestamp


def test_releases_that_fail_already_are_not_told_again(
    by_delegate: tuple[World, list[int]],
) -> None:
    world, _ = by_delegate
    world.revoke(Reason.VULNERABLE, "1")
    world.revoke(Reason.SUPERSEDED, "2")
    plan = as_owner(world).end(1, "1970-01-01")
    assert [each.version for each in plan.failing] == ["2", "3"]


def test_releases_of_other_authorities_are_not_told(published: World) -> None:
    add(published, delegate(BOB))
    plan = as_owner(published).end(1, "1970-01-01")
    assert (plan.failing, plan.staying) == ((), 0)
    # What is past is asked for all the same.
    assert "distrusted" in text_of(plan)
    assert plan.is_grave


def test_an_endpoint_without_events_stops_no_distrust(
    by_delegate: tuple[World, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ChainUnreachableError("no events here")

    world, times = by_delegate
    monkeypatch.setattr(type(world.chain), "registrations", refuse)
    plan = as_owner(world).end(1, utc_text(times[0]))
    assert plan.action == EndAuthority(ALICE, 0, 1, times[0])
    assert plan.problem is not None
    assert plan.is_grave
    assert state_of(world).view().problem is not None


@pytest.mark.parametrize(
    ("words", "actor", "ended", "warned", "silent"),
    [
        ((), ALICE, 0, ("identity's own", "key that signs it", "last owner"), ()),
        ((owner(BOB),), ALICE, 0, ("identity's own", "key that signs it"), ("last owner",)),
        ((owner(BOB),), BOB, 0, ("identity's own",), ("key that signs it", "last owner")),
        ((owner(BOB),), BOB, 1, ("key that signs it",), ("identity's own", "last owner")),
        (
            (owner(BOB), owner(BOB)),
            BOB,
            1,
            ("authority 2 as well",),
            ("key that signs it", "last owner"),
        ),
        ((delegate(BOB),), ALICE, 1, (), ("key that signs it", "last owner")),
    ],
    ids=["only", "self", "rotated", "added", "twice", "delegate"],
)
def test_what_cannot_be_undone_is_warned_of(
    world: World,
    words: tuple[AuthorityWord, ...],
    actor: str,
    ended: int,
    warned: tuple[str, ...],
    silent: tuple[str, ...],
) -> None:
    add(world, *words)
    told = text_of(as_owner(world, actor).end(ended))
    assert all(each in told for each in warned)
    assert not any(each in told for each in silent)


def test_that_the_last_owner_is_over_some_day_is_warned_of(world: World) -> None:
    soon = now_of(world) + 3_600
    add(world, owner(BOB, until=soon), delegate(CAROL))
    assert "is the last owner: from" in text_of(as_owner(world).end(0, "2d"))
    assert f"the last owner is over at {utc_text(soon)}" in text_of(as_owner(world).end(0))
    assert "last owner" not in text_of(as_owner(world).end(2))
    world.chain.set_authority(ALICE, 0, owner(ALICE, until=soon))
    added = as_owner(world).add(CAROL, Role.OWNER, "2099-01-01")
    assert "the last owner is over at 2099-01-01T00:00:00Z" in text_of(added)
    assert "last owner" not in text_of(as_owner(world).add(CAROL, Role.OWNER))
    assert "last owner" not in text_of(as_owner(world).add(BOB, Role.DELEGATE, "2d"))


def test_what_was_not_looked_at_is_not_spoken_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorities, "MAX_AUTHORITIES", 3)
    add(world, owner(BOB), delegate(CAROL), *[delegate(ALICE)] * 3)
    beyond = "(authorities 1 to 3 were not looked at)"
    ended = as_owner(world).end(0)
    assert f"it may be the last owner {beyond}" in text_of(ended)
    assert f"{ALICE} may be another authority as well {beyond}" in text_of(ended)
    added = as_owner(world).add(CAROL, Role.DELEGATE)
    assert f"{CAROL} may be an authority already {beyond}" in text_of(added)
    with pytest.raises(StatementRefusedError, match="were not looked at"):
        as_owner(world).end(CAROL)
    with pytest.raises(StatementRefusedError, match=r"no authority 6$"):
        as_owner(world).end(6)
    # What is named is read, wherever it stands.
    assert as_owner(world).end(2).action == EndAuthority(ALICE, 0, 2, now_of(world))
    by_bob = as_owner(world, BOB, 1)
    assert by_bob.end(2).action == EndAuthority(ALICE, 1, 2, now_of(world))
    assert "last owner" not in text_of(by_bob.end(0))
    with pytest.raises(NotAuthorizedError, match="were not looked at"):
        as_owner(world, BOB)


@pytest.mark.parametrize(
    ("which", "until", "error", "reason"),
    [
        (7, "", StatementRefusedError, "no authority 7"),
        (CAROL, "", StatementRefusedError, "no authority 0x"),
        (2, "", StatementRefusedError, "ends at 2020-09-13T12:26:40Z already"),
        (2, "2020-09-13T12:26:40Z", StatementRefusedError, "only ever lowered"),
        (BOB, "", UsageError, "several authorities: 1, 3"),
        (1, "soon", ValueFormatError, "'soon' is not a time"),
    ],
)
def test_an_end_that_would_be_refused(
    world: World, which: int | str, until: str, error: type[WeightmarkError], reason: str
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
    (shown,) = state_of(world).view().signing_keys or ()
    assert (shown.fingerprint, shown.word.algorithm, shown.word.until) == (KEY, 4, now)


def test_a_key_that_is_distrusted_is_asked_about(published: World) -> None:
    (release,) = published.registrations
    published.chain.writer(ALICE).send(
        as_owner(published).add_key(KEY, KeyAlgorithm.ED25519).action
    )
    published.publish("2.0.0")
    published.publish("3.0.0")
    published.revoke(Reason.WITHDRAWN, "3.0.0")
    plan = as_owner(published).end_key(KEY, utc_text(release.registered_at))
    # The first one came before the key, and another one is revoked.
    assert [each.version for each in plan.in_doubt] == ["2.0.0"]
    assert "what it signed since then is distrusted" in text_of(plan)
    assert plan.is_grave
    assert not as_owner(published).end_key(KEY).is_grave
    assert not as_owner(published).end_key(KEY, "2d").is_grave


@pytest.mark.parametrize("silent", ["registrations", "signing_keys"])
def test_what_the_events_do_not_tell_is_not_known(
    published: World, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    def refuse(*_: object) -> None:
        raise ChainUnreachableError("no events here")

    owner = as_owner(published)
    published.chain.writer(ALICE).send(owner.add_key(KEY, KeyAlgorithm.ED25519).action)
    monkeypatch.setattr(type(published.chain), silent, refuse)
    view = state_of(published).view()
    assert view.problem is not None
    assert (view.releases is None) == (silent == "registrations")
    assert (view.signing_keys is None) == (silent == "signing_keys")
    plan = as_owner(published).end_key(KEY, "1970-01-01")
    assert (plan.problem is None) == (silent == "signing_keys")


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
