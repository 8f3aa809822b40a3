"""What an action does is shown in a few lines, and as a whole to programs."""

from __future__ import annotations

import pytest

from weightmark.cli.publisher_reports import SHOWN_RELEASES, plan_document, print_plan
from weightmark.domain.actions import EndAuthority
from weightmark.domain.statements import Registration
from weightmark.errors import ChainUnreachableError
from weightmark.services.ownership import Plan

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
    plan = Plan(ACTION, "end it", tuple(a_registration(str(each)) for each in range(count)), 5)
    text = shown(plan, capsys)
    assert f"{count} of its releases will fail verification: acme/digits@0, acme" in text
    assert f"acme/digits@{SHOWN_RELEASES - 1} and 3 more" in text
    assert f"acme/digits@{SHOWN_RELEASES}" not in text
    assert "5 of its releases, registered before that, stay good" in text
    assert len(plan_document(plan)["failing_releases"]) == count


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


def test_nothing_acts_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(ACTION, "end it", (a_registration("1\x1b[31m"),))
    assert "\x1b" not in shown(plan, capsys)
