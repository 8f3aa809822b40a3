"""A release as a chain tells it, and as programs read it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from weightmark.domain.content_address import raw_block_cid
from weightmark.domain.documents import error_document, release_document, verdict_document
from weightmark.domain.identifiers import release_id_of
from weightmark.domain.registry import (
    FOREVER,
    AuthorityWord,
    Reason,
    ReleaseState,
    ReleaseWord,
    Role,
    Status,
)
from weightmark.domain.releases import ModelLog, ReleaseView
from weightmark.domain.statements import Registration, ReleaseStatement
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import NotDeployedError

PUBLISHER = "0x52908400098527886E0F7030069857D2E4169EE7"
OWNER = AuthorityWord(PUBLISHER, 0, FOREVER, Role.OWNER)
TOLD = Registration(
    release_id=release_id_of(PUBLISHER, "acme/digits", "1.0.0"),
    publisher=PUBLISHER,
    name="acme/digits",
    version="1.0.0",
    artifact_root=b"\1" * 32,
    manifest_hash=b"\2" * 32,
    manifest_cid=raw_block_cid(b"\2" * 32),
    registered_at=100,
    sequence=1,
    authority_index=0,
    block_number=7,
    transaction_hash=b"\3" * 32,
)
WORD = ReleaseWord(100, 1, Status.REGISTERED, Reason.NONE, 100, 0)
VIEW = ReleaseView(1, TOLD, ReleaseState(TOLD.commitment, WORD), OWNER, is_final=True)


def revoked_as(reason: Reason) -> ReleaseView:
    word = replace(WORD, status=Status.REVOKED, reason=reason, status_at=200)
    return replace(VIEW, state=ReleaseState(TOLD.commitment, word))


@pytest.mark.parametrize(
    ("view", "status", "is_current"),
    [
        (VIEW, "current", True),
        (replace(VIEW, is_final=False), "pending", True),
        (revoked_as(Reason.SUPERSEDED), "superseded", False),
        (revoked_as(Reason.WITHDRAWN), "revoked", False),
        (revoked_as(Reason.VULNERABLE), "revoked", False),
        (revoked_as(Reason.COMPROMISED), "revoked", False),
        (replace(VIEW, authority=None), "distrusted", False),
        (replace(VIEW, authority=replace(OWNER, until=100)), "distrusted", False),
        (replace(VIEW, authority=replace(OWNER, until=101)), "current", True),
        (replace(VIEW, authority=replace(OWNER, valid_from=101)), "distrusted", False),
    ],
)
def test_status(view: ReleaseView, status: str, is_current: bool) -> None:
    assert (view.status, view.is_current) == (status, is_current)


def test_the_newest_release_is_the_last_that_is_current() -> None:
    second = replace(VIEW, registration=replace(TOLD, version="2"))
    assert ModelLog((VIEW, second, revoked_as(Reason.WITHDRAWN))).newest == second
    assert ModelLog((revoked_as(Reason.SUPERSEDED),)).newest is None
    assert ModelLog(()).newest is None


def test_a_statement_and_its_event_have_the_same_ids() -> None:
    statement = ReleaseStatement(PUBLISHER, "acme/digits", "1.0.0", b"\1" * 32, b"\2" * 32)
    assert (statement.release_id, statement.commitment) == (TOLD.release_id, TOLD.commitment)


def test_the_document_of_a_release() -> None:
    document = release_document(VIEW)
    assert document["reference"] == f"1:{PUBLISHER}/acme/digits@1.0.0"
    assert document["status"] == "current"
    assert document["artifact_root"] == "0x" + "01" * 32
    assert document["manifest_cid"].startswith("bafkrei")
    assert document["model_id"] == f"0x{TOLD.model_id.hex()}"
    assert document["registered_at"] == "1970-01-01T00:01:40Z"
    assert (document["revocation_reason"], document["revoked_at"]) == ("", "")


def test_the_document_of_a_revoked_release() -> None:
    document = release_document(revoked_as(Reason.VULNERABLE))
    assert document["status"] == "revoked"
    assert document["revocation_reason"] == "vulnerable"
    assert document["revoked_at"] == "1970-01-01T00:03:20Z"
    assert document["successor"] == ""


def test_the_document_of_a_superseded_release() -> None:
    view = replace(revoked_as(Reason.SUPERSEDED), successor="1.1.0")
    assert release_document(view)["successor"] == "1.1.0"


def test_the_document_of_a_verdict() -> None:
    check = Check(7, "missing", Outcome.FAILED, "1 file is missing", paths=("a",))
    document = verdict_document(Verdict((check,), release="r", trust_mode="rpc", partial=True))
    assert document == {
        "verified": False,
        "exit_status": 1,
        "release": "r",
        "trust_mode": "rpc",
        "partial": True,
        "checks": [
            {
                "step": 7,
                "name": "missing",
                "outcome": "failed",
                "message": "1 file is missing",
                "hint": "",
                "paths": ["a"],
            }
        ],
    }


def test_the_document_of_an_error() -> None:
    assert error_document(NotDeployedError("not there", hint="deploy it")) == {
        "code": "not-deployed",
        "message": "not there",
        "hint": "deploy it",
        "exit_status": 3,
    }
