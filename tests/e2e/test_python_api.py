"""The Python API, as another program uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.command import PATIENCE
from tests.e2e.releases import Finished, Release, assert_ends

REFERENCE = "me/acme/digits@1.0.0"


def run_program(release: Release, program: str, *arguments: str | Path) -> Finished:
    return subprocess.run(
        [sys.executable, "-c", f"import sys, weightmark\n{program}", release.model, *arguments],
        cwd=release.weightmark.directory,
        env=release.weightmark.environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_an_application_starts_with_verified_files_only(release: Release) -> None:
    program = f"weightmark.require(sys.argv[1], {REFERENCE!r})\nprint('started')"
    assert_ends(run_program(release, program), 0, "started")
    (release.model / "config.json").write_text("{}")
    finished = run_program(release, program)
    assert finished.returncode == 1
    assert "started" not in finished.stdout
    assert "VerificationFailedError" in finished.stderr
    assert "config.json" in finished.stderr


def test_a_verdict_tells_every_check(release: Release) -> None:
    program = """
verdict = weightmark.verify(sys.argv[1], only=["config*"])
assert verdict.verified and verdict.partial and verdict.exit_status == 0
assert not verdict.problems and {check.step for check in verdict.checks} == {*range(1, 10)}
nothing = dict.fromkeys(["network", "rpc_url", "key", "digest", "trust", "policy", "data_dir"])
assert weightmark.verify(sys.argv[1], **nothing).verified
verdict = weightmark.verify(sys.argv[1] + "/nothing")
assert not verdict.verified and verdict.exit_status == 4
"""
    assert_ends(run_program(release, program), 0)


def test_publishing_revoking_and_errors(release: Release) -> None:
    program = """
from pathlib import Path
model = Path(sys.argv[1])
(model / "weightmark.json").unlink()
metadata = weightmark.Metadata(license="mit")
named = {"name": "acme/digits", "version": "2.0.0", "metadata": metadata}
read = []
publication = weightmark.publish(model, **named, pin=True, progress=lambda total: read.append)
assert publication.pinned_at == ("embedded",) and publication.manifest.artifact_cid
assert publication.receipt and publication.manifest.metadata.license == "mit" and sum(read)
assert weightmark.publish(model, **named).receipt is None
assert weightmark.verify(model, publication.reference).verified
revocation = weightmark.revoke(publication.reference, weightmark.Reason.SUPERSEDED)
assert revocation.reference == publication.reference
assert weightmark.verify(model).verified
revocation = weightmark.revoke(publication.reference, "vulnerable")
assert revocation.reason is weightmark.Reason.VULNERABLE
(problem,) = weightmark.verify(model).problems
assert problem.name == "revocation" and problem.outcome is weightmark.Outcome.FAILED
for wrong in ("nonsense", "you/acme/digits@1"):
    try:
        weightmark.verify(model, wrong)
    except weightmark.WeightmarkError as error:
        assert error.exit_status == 4 and wrong.partition("/")[0] in error.message
    else:
        sys.exit("no error")
"""
    assert_ends(run_program(release, program), 0)


def test_publishing_with_a_key_that_signs(release: Release) -> None:
    make = ("keys", "generate", "release", "--algorithm", "ed25519", "--no-password")
    assert_ends(release.weightmark(*make), 0)
    program = """
named = {"name": "acme/digits", "version": "2.0.0", "sign_keys": ["release"]}
publication = weightmark.publish(sys.argv[1], **named)
assert len(publication.manifest.required_signers) == 1
verdict = weightmark.verify(sys.argv[1], public_keys=["release"])
assert verdict.verified and "signers" in {check.name for check in verdict.checks}
assert weightmark.publish(sys.argv[1], signers=["release"], **named).receipt is None
"""
    assert_ends(run_program(release, program), 0)


def test_submitting(release: Release, tmp_path: Path) -> None:
    request = tmp_path / "revocation.json"
    revoke = ("revoke", release.reference, "--reason", "withdrawn", "--sign-only")
    assert_ends(release.weightmark(*revoke, "--request", request), 0, "signed")
    program = f"""
first, again = (weightmark.submit({str(request)!r}, max_fee=10**18) for _ in range(2))
assert first.receipt and again.receipt is None
assert first.request.reference == {release.reference!r}
assert not weightmark.verify(sys.argv[1]).verified
"""
    assert_ends(run_program(release, program), 0)


def test_signing_and_verifying_a_signature(release: Release) -> None:
    program = """
import os
os.environ["WEIGHTMARK_PRIVATE_KEY"] = "01" * 32
made = weightmark.sign(sys.argv[1])
assert made.path.endswith("weightmark.sig")
account = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1"
found = weightmark.verify_signature(sys.argv[1], addresses=[account], name="acme/digits")
assert found.verdict.verified and found.evidence.manifest.version == "1.0.0"
assert [each.file.name for each in found.trusted] == ["weightmark.sig"]
other = account.replace("1a", "2a").lower()
assert not weightmark.verify_signature(sys.argv[1], addresses=[other]).verdict.verified
"""
    assert_ends(run_program(release, program), 0)
