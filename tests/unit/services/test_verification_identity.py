"""Steps 1 to 3: the manifest, what it is of, and who is trusted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.services.world import (
    ALICE,
    BASE,
    BOB,
    NAME,
    SEPOLIA,
    World,
    assert_problem,
    check_named,
)
from weightmark.domain.manifest import encode
from weightmark.domain.policy import Policy
from weightmark.domain.verdict import Outcome
from weightmark.errors import UsageError, ValueFormatError
from weightmark.services.sidecars import MANIFEST

REF = f"sepolia:{ALICE}/{NAME}@1.0.0"


def test_everything_is_checked_and_passes(published: World) -> None:
    verdict = published.verify(REF)
    assert verdict.verified, verdict.problems
    assert [(check.step, check.name) for check in verdict.checks] == [
        (1, "manifest"),
        (2, "artifact-root"),
        (2, "reference"),
        (3, "trust"),
        (4, "chain"),
        (5, "registration"),
        (5, "authority"),
        (5, "revocation"),
        (6, "rollback"),
        (6, "freeze"),
        (7, "files"),
        (8, "signers"),
        (9, "policy"),
        (9, "ancestors"),
        (9, "attestations"),
    ]
    assert {check.outcome for check in verdict.checks} == {
        Outcome.PASSED,
        Outcome.NOT_APPLICABLE,
    }
    assert verdict.release == f"{SEPOLIA.chain_id}:{ALICE}/{NAME}@1.0.0"
    assert (verdict.trust_mode, verdict.partial) == ("rpc", False)


@pytest.mark.parametrize(
    ("data", "message"),
    [(None, "is not there"), (b"", "cannot be read"), (b"{}", "cannot be read")],
)
def test_a_manifest_that_cannot_be_read_ends_it(
    published: World, data: bytes | None, message: str
) -> None:
    del published.artifact.sidecars[MANIFEST]
    if data is not None:
        published.artifact.sidecars[MANIFEST] = data
    verdict = published.verify(REF)
    assert_problem(verdict, "manifest", Outcome.INVALID, message, step=1)
    assert verdict.exit_status == 4
    assert len(verdict.checks) == 1


def test_a_manifest_that_was_reformatted(published: World) -> None:
    members = json.loads(published.artifact.sidecars[MANIFEST])
    published.artifact.sidecars[MANIFEST] = json.dumps(members).encode()
    assert_problem(published.verify(), "manifest", Outcome.INVALID, "not canonical")


def test_a_root_that_does_not_follow_from_the_files(world: World) -> None:
    """Whoever registers such a manifest registers a lie; the entries decide."""
    world.publish()
    manifest = replace(world.evidence.manifest, artifact_root="0x" + "ab" * 32)
    world.artifact.sidecars[MANIFEST] = encode(manifest)
    verdict = world.verify()
    assert check_named(verdict, "artifact-root").outcome is Outcome.FAILED
    assert check_named(verdict, "registration").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (f"{BOB}/{NAME}@1.0.0", f"the publisher is {ALICE}, not {BOB}"),
        (f"{ALICE}/acme/other@1.0.0", f"the name is {NAME}, not acme/other"),
        (f"{ALICE}/{NAME}@2", "the version is 1.0.0, not 2"),
        (f"{BOB}/other@2", f"not {BOB}; the name is {NAME}, not other; the version"),
    ],
)
def test_a_manifest_of_another_release(published: World, reference: str, message: str) -> None:
    verdict = published.verify(reference)
    assert_problem(verdict, "reference", Outcome.FAILED, message, step=2)
    assert verdict.exit_status == 1


def test_without_a_reference_the_manifest_says_which_release(published: World) -> None:
    verdict = published.verify()
    assert verdict.verified
    assert check_named(verdict, "reference").outcome is Outcome.NOT_APPLICABLE


def test_nobody_is_trusted_for_being_registered(world: World) -> None:
    world.publish()
    world.forget()
    verdict = world.verify()
    check = assert_problem(
        verdict, "trust", Outcome.FAILED, f"nobody here trusts the publisher {ALICE}"
    )
    assert f"weightmark trust add NICKNAME {SEPOLIA.chain_id}:{ALICE}" in check.hint
    assert verdict.exit_status == 1
    assert world.records.releases() == ()


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (REF, "the reference gives the publisher's address"),
        ("", "the publisher is trusted as 'acme'"),
        (f"acme/{NAME}@1.0.0", "the publisher is trusted as 'acme'"),
    ],
)
def test_what_is_a_trust_decision(published: World, reference: str, message: str) -> None:
    verdict = published.verify(reference)
    assert verdict.verified
    assert check_named(verdict, "trust").message == message


def test_a_policy_is_a_trust_decision(world: World) -> None:
    world.publish()
    world.forget()
    assert world.verify(policy=Policy(publishers=(f"{SEPOLIA.chain_id}:{ALICE}",))).verified
    elsewhere = Policy(publishers=(f"{BASE.chain_id}:{ALICE}",))
    assert_problem(world.verify(policy=elsewhere), "trust", Outcome.FAILED)


def test_trust_on_another_chain_is_no_trust_here(world: World) -> None:
    """Without a reference, trust decides which chain is read; a chosen network outranks it."""
    world.publish()
    world.forget()
    world.trusts(chain_id=BASE.chain_id)
    verdict = world.verify()
    assert verdict.release.startswith(f"{BASE.chain_id}:")
    assert check_named(verdict, "chain").outcome is Outcome.UNCHECKED
    world.chains.chosen = SEPOLIA
    assert_problem(world.verify(), "trust", Outcome.FAILED, f"on chain {SEPOLIA.chain_id}")


def test_trust_in_somebody_else_is_no_trust(world: World) -> None:
    world.publish()
    world.forget()
    world.trusts(address=BOB)
    assert_problem(world.verify(), "trust", Outcome.FAILED)
    verdict = world.verify(f"acme/{NAME}@1.0.0")
    assert {each.name for each in verdict.problems} == {"reference", "trust"}


@pytest.mark.parametrize(
    ("reference", "error"),
    [
        (f"nowhere:{ALICE}/{NAME}", ValueFormatError),
        (f"nobody/{NAME}", ValueFormatError),
        (f"base:{ALICE}/{NAME}", UsageError),
    ],
)
def test_a_reference_that_means_nothing_here(
    published: World, reference: str, error: type[Exception]
) -> None:
    published.chains.chosen = SEPOLIA
    with pytest.raises(error):
        published.verify(reference)


def test_a_nickname_on_several_chains_needs_one(published: World) -> None:
    published.trusts(chain_id=BASE.chain_id)
    with pytest.raises(ValueFormatError, match="several chains"):
        published.verify(f"acme/{NAME}")
    assert published.verify(f"sepolia:acme/{NAME}").verified


def test_who_verified_remembers_it(published: World) -> None:
    published.verify()
    (record,) = published.records.releases()
    assert (record.deed, record.version) == ("verified", "1.0.0")
    (kept,) = published.records.manifests(SEPOLIA.chain_id, ALICE, NAME, "1.0.0")
    assert kept == published.artifact.sidecars[MANIFEST]


def test_records_that_cannot_be_written_are_a_warning(
    published: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = published.folder / "elsewhere/records.sqlite3"
    (published.folder / "elsewhere").rename(published.folder / "away")
    (published.folder / "elsewhere").write_bytes(b"")
    published.trust = type(published.trust)(Path(published.folder / "away/trust.toml"))  # type: ignore[call-arg]
    verdict = published.verify()
    assert not blocked.exists()
    assert verdict.verified
    check = check_named(verdict, "memory")
    assert check.outcome is Outcome.WARNED
    assert "could not be remembered" in check.message


def test_records_that_cannot_be_read_leave_the_rollback_unchecked(published: World) -> None:
    (published.folder / "elsewhere/records.sqlite3").write_bytes(b"garbage" * 500)
    verdict = published.verify()
    assert_problem(verdict, "rollback", Outcome.UNCHECKED, "cannot be used", step=6)
    assert verdict.exit_status == 3
