"""What an action does is shown in a few lines, and as a whole to programs."""

from __future__ import annotations

from collections import Counter

import pytest

from weightmark.cli.publisher_reports import (
    SHOWN_RELEASES,
    plan_document,
    print_plan,
    print_view,
    view_document,
)
from weightmark.domain.actions import EndAuthority
from weightmark.domain.networks import LOCAL
from weightmark.domain.registry import FOREVER, AuthorityWord, Role
from weightmark.domain.statements import Registration
from weightmark.errors import ChainUnreachableError
from weightmark.ports.chain import Block
from weightmark.services.authorities import Authority
from weightmark.services.plans import Plan
from weightmark.services.publisher_state import PublisherView, SigningKey

ALICE = "0x52908400098527886E0F7030069857D2E4169EE7"
ACTION = EndAuthority(ALICE, 0, 1, 1_000)
PROBLEM = ChainUnreachableError("no events here")


def a_registration(version: str) -> Registration:
    return Registration(
        release_id=bytes(32),
        publisher=ALICE,
        name="acme/digits",
        version=version,
        artifact_root=bytes(32),
        manifest_hash=bytes(32),
        manifest_cid=b"",
        registered_at=1_000,
        sequence=1,
        authority_index=1,
        block_number=1,
        transaction_hash=bytes(32),
    )


def shown(plan: Plan, capsys: pytest.CaptureFixture[str]) -> str:
    print_plan(plan)
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_many_releases_are_counted_and_some_named(capsys: pytest.CaptureFixture[str]) -> None:
    count = SHOWN_RELEASES + 3
    failing = tuple(a_registration(str(each)) for each in range(count))
    plan = Plan(ACTION, "end it", failing, staying=5)
    text = shown(plan, capsys)
    assert f"{count} of its releases will fail verification: acme/digits@0, acme" in text
    assert f"acme/digits@{SHOWN_RELEASES - 1} and 3 more" in text
    assert f"acme/digits@{SHOWN_RELEASES}" not in text
    assert "5 of its releases, registered before that, stay good" in text
    document = plan_document(plan)
    assert len(document["failing_releases"]) == count
    assert document["action"] == "end it"


def test_all_of_few_releases_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    releases = tuple(a_registration(str(each)) for each in range(SHOWN_RELEASES))
    text = shown(Plan(ACTION, "end it", releases), capsys)
    assert "more" not in text
    assert "stay good" not in text


def test_what_is_not_known_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(ACTION, "end it", warnings=("for good",), problem=PROBLEM)
    text = shown(plan, capsys)
    assert "could not be found out: no events here" in text
    assert "warning: for good" in text
    document = plan_document(plan)
    assert document["staying_releases"] is None
    assert document["problem"]["code"] == "chain-unreachable"


def test_releases_in_doubt_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(ACTION, "end the key", in_doubt=(a_registration("1"), a_registration("2")))
    text = shown(plan, capsys)
    assert "2 releases will fail verification if they name the key: acme/digits@1, acme" in text
    assert plan_document(plan)["releases_in_doubt"] == ["acme/digits@1", "acme/digits@2"]


@pytest.mark.parametrize(
    ("keys", "releases", "said"),
    [
        ((), None, "releases are not known"),
        (None, Counter({0: 2}), "signing keys are not known"),
        (None, None, "signing keys and releases are not known"),
    ],
)
def test_what_is_known_of_a_publisher_is_shown_and_the_rest_is_said_not_to_be(
    keys: tuple[SigningKey, ...] | None,
    releases: Counter[int] | None,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    block, word = Block(1, bytes(32), 1_000), AuthorityWord(ALICE, 0, FOREVER, Role.OWNER)
    authorities = (Authority(0, word),)
    view = PublisherView(LOCAL, ALICE, block, authorities, 0, keys, releases, PROBLEM)
    print_view(view)
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: {said}: no events here")
    assert ("unknown" in captured.out) == (releases is None)
    document = view_document(view)
    assert document["signing_keys"] == (None if keys is None else [])
    assert document["releases"] == (None if releases is None else 2)


def test_nothing_acts_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(ACTION, "end it", (a_registration("1\x1b[31m"),))
    assert "\x1b" not in shown(plan, capsys)
