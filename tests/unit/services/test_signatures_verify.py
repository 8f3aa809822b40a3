"""Verifying an artifact's signatures."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tests.fakes.artifact import FakeArtifact
from tests.ports.signing_keys import signer_of
from tests.unit.services.signed import (
    ED25519,
    ETHEREUM,
    KEYRING,
    P256,
    SECRET,
    edit_payload,
    files,
    found,
    release,
    signed,
    verify,
)
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.patterns import MAX_PATTERNS
from weightmark.domain.signatures.bundle import encode_bundle
from weightmark.domain.signatures.envelope import Envelope
from weightmark.domain.signatures.statement import Resource, encode_statement
from weightmark.domain.signing_keys import KeyAlgorithm, ethereum_address
from weightmark.domain.verdict import Outcome
from weightmark.errors import UsageError
from weightmark.ports.signing import Signer
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.files import SignedFile
from weightmark.services.signatures.keys import RequiredKey
from weightmark.services.signatures.signing import signed as with_signature

OTHER = signer_of(KeyAlgorithm.ECDSA_P256_SHA256, 1)
BOTH = pytest.mark.parametrize("signer", [P256, ED25519], ids=["bundle", "envelope"])


def name_of(signer: Signer) -> str:
    return "model.sig" if signer is P256 else "weightmark.sig"


def outcomes(verdict: Any, name: str) -> list[Outcome]:
    return [each.outcome for each in verdict.verdict.checks if each.name == name]


def test_a_signed_release_says_which_it_is() -> None:
    verdict = verify(signed(release(), P256, ED25519), P256, ED25519)
    assert verdict.verdict.verified
    assert verdict.verdict.release.endswith("/acme/digits@1.0.0")
    assert len(verdict.trusted) == 2
    assert {each.outcome for each in verdict.verdict.checks} == {Outcome.PASSED}


def test_nobody_is_trusted() -> None:
    with pytest.raises(UsageError, match="nobody vouches for") as caught:
        verify(signed(files(), P256))
    assert "--public-key" in caught.value.hint


@BOTH
def test_files_that_are_not_as_signed(signer: Signer) -> None:
    artifact = signed(files(), signer)
    artifact.files["model.bin"] = b"Weights"
    artifact.files["modeling_evil.py"] = b""
    del artifact.files["config.json"]
    verdict = verify(artifact, signer)
    assert found(verdict) == {"altered": "failed", "missing": "failed", "unsigned": "failed"}
    assert verdict.verdict.release == ""
    assert verdict.trusted == ()


@BOTH
def test_renamed_files_with_the_same_root_of_the_reference(signer: Signer) -> None:
    artifact = signed(files(), signer)
    artifact.files["model.txt"] = artifact.files.pop("model.bin")
    assert found(verify(artifact, signer)) == {"missing": "failed", "unsigned": "failed"}


def test_a_single_file_that_was_renamed() -> None:
    """The statement calls it '.'; the artifact's root covers its name."""
    artifact = FakeArtifact({"a.bin": b"weights"})
    signed(artifact, P256, single_file="a.bin")
    artifact.files = {"b.bin": b"weights"}
    assert found(verify(artifact, P256, single_file="b.bin")) == {"artifact-root": "failed"}


def test_an_artifact_root_of_no_files_at_all() -> None:
    """The reference lists our sidecars as files; they are none of those that the root covers."""
    artifact = signed(files(), P256)
    statement = SignedFile.read(artifact, "model.sig").statement
    receipt = b"{}"
    listed = Resource("weightmark.receipt.json", "1220" + sha256(receipt).hexdigest())
    payload = encode_statement(replace(statement, resources=(listed,), ignored_paths=()))
    envelope = with_signature("model.sig", Envelope(payload, ()), P256, KEYRING)
    artifact.sidecars |= {"model.sig": encode_bundle(envelope), listed.name: receipt}
    verdict = verify(artifact, P256, ignores=("*",))
    assert found(verdict) == {"artifact-root": "failed"}
    (problem,) = (each for each in verdict.verdict.problems if each.name == "artifact-root")
    assert problem.message == "there are none of the files that model.sig was made for"
    assert verdict.verdict.exit_status == 1


def test_a_fingerprint_whose_key_is_nowhere_is_unchecked() -> None:
    """As bundles of the reference are: they name their key by a hint alone."""
    artifact = signed(files(), P256)
    statement = SignedFile.read(artifact, "model.sig").statement
    payload = encode_statement(replace(statement, keys=()))
    envelope = with_signature("model.sig", Envelope(payload, ()), P256, KEYRING)
    artifact.sidecars["model.sig"] = encode_bundle(envelope)
    named = RequiredKey("the key", fingerprint=P256.identity.fingerprint)
    verdict = verify(artifact, named)
    assert found(verdict) == {"signers": "unchecked"}
    assert verdict.verdict.exit_status == 3
    assert found(verify(artifact, OTHER)) == {"signers": "failed"}
    assert verify(artifact, P256).verdict.verified


def test_a_single_file_is_no_folder_with_one_file() -> None:
    artifact = FakeArtifact({"a.bin": b"weights"})
    signed(artifact, P256, single_file="a.bin")
    assert found(verify(artifact, P256)) == {"missing": "failed", "unsigned": "failed"}


@BOTH
def test_a_payload_that_was_altered(signer: Signer) -> None:
    artifact = signed(files(), signer)
    edit_payload(artifact, name_of(signer), comment="harmless")
    problems = found(verify(artifact, signer))
    assert problems == {"signature": "failed", "signers": "failed"}


@BOTH
def test_two_signed_models_with_their_signatures_swapped(signer: Signer) -> None:
    one, two = signed(files(), signer), FakeArtifact({"other.bin": b"other"})
    signed(two, signer)
    one.sidecars, two.sidecars = two.sidecars, one.sidecars
    assert verify(one, signer).verdict.exit_status == 1
    assert verify(two, signer).verdict.exit_status == 1


def test_two_signed_models_swapped_as_a_whole() -> None:
    artifact = signed(release(name="acme/cats"), P256)
    assert verify(artifact, P256, name="acme/cats", version="1.0.0").verdict.verified
    assert found(verify(artifact, P256, name="acme/digits")) == {"name": "failed"}
    assert found(verify(artifact, P256, version="2")) == {"version": "failed"}
    assert found(verify(signed(files(), P256), P256, name="acme/cats")) == {"name": "failed"}


@BOTH
def test_a_signature_replayed_for_another_version(signer: Signer) -> None:
    """The files are the same; only what the manifest says of them is not."""
    artifact = signed(release("1.0.0"), signer)
    artifact.sidecars[MANIFEST] = release("2.0.0").sidecars[MANIFEST]
    assert found(verify(artifact, signer)) == {"coverage": "failed"}
    artifact.sidecars[MANIFEST] = release(name="acme/other").sidecars[MANIFEST]
    assert found(verify(artifact, signer)) == {"coverage": "failed"}


@BOTH
def test_a_manifest_that_was_taken_away(signer: Signer) -> None:
    artifact = signed(release(), signer)
    del artifact.sidecars[MANIFEST]
    assert found(verify(artifact, signer)) == {"coverage": "unchecked"}


def test_a_manifest_that_is_not_signed_says_nothing_and_hides_nothing() -> None:
    artifact = signed(files(), P256)
    artifact.files["evil.py"] = b""
    draft = release(ignores=("*.py",))
    artifact.sidecars[MANIFEST] = draft.sidecars[MANIFEST]
    verdict = verify(artifact, P256)
    assert found(verdict) == {"unsigned": "failed"}
    del artifact.files["evil.py"]
    verdict = verify(artifact, P256)
    assert verdict.verdict.verified
    assert outcomes(verdict, "coverage") == [Outcome.WARNED]
    assert (verdict.verdict.release, verdict.evidence) == ("", None)


def test_a_manifest_that_is_not_signed_must_be_true_all_the_same() -> None:
    artifact = signed(files(), P256)
    other = release()
    other.files["model.bin"] = b"other"
    artifact.sidecars[MANIFEST] = other.sidecars[MANIFEST].replace(b'"size":7', b'"size":8')
    assert "artifact-root" in found(verify(artifact, P256))
    artifact.sidecars[MANIFEST] = b"{}"
    assert found(verify(artifact, P256)) == {"manifest": "invalid"}


def test_a_manifest_that_is_not_signed_vouches_for_no_key() -> None:
    named = {"algorithm": ED25519.identity.algorithm.label, "key": ED25519.identity.fingerprint}
    artifact = signed(release(signers=[named]), ED25519)
    artifact.sidecars |= signed(files(), P256).sidecars
    verdict = verify(artifact, P256)
    assert verdict.verdict.verified
    assert outcomes(verdict, "signature") == [Outcome.PASSED, Outcome.NOT_APPLICABLE]
    verdict = verify(signed(release(signers=[named]), ED25519, P256), P256)
    assert outcomes(verdict, "signature") == [Outcome.PASSED, Outcome.PASSED]


def test_a_file_that_is_signed_and_left_out_by_the_caller_is_not_missing() -> None:
    artifact = signed(release(), P256)
    verdict = verify(artifact, P256, ignores=("config.json",))
    (problem,) = verdict.verdict.problems
    assert (problem.name, problem.paths) == ("left-out", ("config.json",))
    assert problem.message.startswith("1 file is left out by you, though listed in model.sig")
    del artifact.files["config.json"]
    assert found(verify(artifact, P256, ignores=("config.json",))) == {"missing": "failed"}


def test_ignored_paths_of_a_statement_hide_nothing() -> None:
    artifact = release(ignores=("*.py",))
    artifact.files["hidden.py"] = b""
    signed(artifact, P256)
    assert verify(artifact, P256).verdict.verified
    bare = signed(files(), P256)
    bare.files["hidden.py"] = b""
    assert found(verify(bare, P256)) == {"unsigned": "failed"}
    verdict = verify(bare, P256, ignores=("*.py",))
    assert verdict.verdict.verified
    assert outcomes(verdict, "ignored") == [Outcome.WARNED]


@BOTH
def test_a_signature_that_was_removed(signer: Signer) -> None:
    artifact = signed(release(), P256, ED25519)
    del artifact.sidecars[name_of(signer)]
    assert found(verify(artifact, P256, ED25519)) == {"signers": "failed"}


def test_no_signature_at_all() -> None:
    assert found(verify(release(), P256)) == {"no-signature": "failed", "signers": "failed"}


def test_a_signature_by_somebody_else_decides_nothing() -> None:
    artifact = signed(release(), P256, ED25519, ETHEREUM, SECRET)
    verdict = verify(artifact, P256)
    assert verdict.verdict.verified
    assert outcomes(verdict, "signature").count(Outcome.NOT_APPLICABLE) == 3
    assert found(verify(artifact, OTHER)) == {"signers": "failed"}


def test_a_shared_secret_is_marked() -> None:
    verdict = verify(signed(files(), SECRET), SECRET)
    assert verdict.verdict.verified
    (check,) = (each for each in verdict.verdict.checks if each.name == "signature")
    assert check.outcome is Outcome.WARNED
    assert "shared secret" in check.message


@pytest.mark.parametrize("signer", [P256, ED25519, ETHEREUM])
def test_a_key_of_which_the_fingerprint_is_known(signer: Signer) -> None:
    artifact = signed(files(), signer)
    key = RequiredKey("the key", fingerprint=signer.identity.fingerprint)
    assert verify(artifact, key).verdict.verified
    assert found(verify(artifact, RequiredKey("it", fingerprint="00" * 32))) == {
        "signers": "failed"
    }


def test_an_account_that_is_known() -> None:
    artifact = signed(files(), ETHEREUM, ED25519)
    address = ethereum_address(ETHEREUM.public_key)
    assert verify(artifact, RequiredKey("the account", address=address)).verdict.verified
    other = ethereum_address(signer_of(KeyAlgorithm.ETHEREUM, 1).public_key)
    assert found(verify(artifact, RequiredKey("it", address=other))) == {"signers": "failed"}


def test_an_ethereum_signature_that_is_of_no_key_it_names() -> None:
    artifact = signed(files(), ETHEREUM)
    edit_payload(artifact, "weightmark.sig", comment="altered")
    address = ethereum_address(ETHEREUM.public_key)
    verdict = verify(artifact, RequiredKey("the account", address=address))
    assert found(verdict) == {"signature": "failed", "signers": "failed"}


def edit(artifact: FakeArtifact, name: str, **members: object) -> None:
    document = json.loads(artifact.sidecars[name])
    document["signatures"][0].update(members)
    artifact.sidecars[name] = json.dumps(document).encode()


def test_a_signature_that_is_called_another_algorithm_s() -> None:
    artifact = signed(files(), ED25519)
    edit(artifact, "weightmark.sig", algorithm="rsa-pss-sha256")
    verdict = verify(artifact, ED25519)
    assert found(verdict) == {"signature": "failed", "signers": "failed"}


def test_a_p384_key_that_the_manifest_labels_p256() -> None:
    signer = signer_of(KeyAlgorithm.ECDSA_P384_SHA384)
    label = {"algorithm": "ecdsa-p256-sha256", "key": signer.identity.fingerprint}
    artifact = signed(release(signers=[label]), signer)
    verdict = verify(artifact, signer)
    assert found(verdict) == {"signers": "failed"}


def test_every_key_that_the_manifest_names_has_to_sign() -> None:
    signers = [
        {"algorithm": each.identity.algorithm.label, "key": each.identity.fingerprint}
        for each in (P256, ED25519)
    ]
    artifact = signed(release(signers=signers), P256)
    assert found(verify(artifact, P256)) == {"signers": "failed"}
    signed(artifact, ED25519)
    verdict = verify(artifact, P256)
    assert verdict.verdict.verified
    assert outcomes(verdict, "signature") == [Outcome.PASSED] * 2


def test_a_malformed_file_is_bad_input_and_not_a_missing_signature() -> None:
    artifact = signed(files(), P256)
    artifact.sidecars["model.sig"] = b"{}"
    verdict = verify(artifact, P256)
    assert found(verdict) == {"signature-file": "invalid", "signers": "unchecked"}
    assert verdict.verdict.exit_status == 4
    artifact = signed(files(), P256)
    artifact.sidecars["weightmark.sig"] = b"{}"
    assert found(verify(artifact, P256)) == {"signature-file": "invalid"}


def test_a_carried_key_that_is_none() -> None:
    artifact = signed(files(), ED25519)
    evil = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    edit(artifact, "weightmark.sig", publicKey="Zm9v", keyid=evil)
    problems = found(verify(artifact, RequiredKey("the key", fingerprint=evil)))
    assert problems == {"signature": "invalid", "signers": "failed"}


def test_a_file_that_is_elsewhere() -> None:
    artifact = signed(files(), P256)
    data = artifact.sidecars.pop("model.sig")
    assert verify(artifact, P256, given={"far.sig": data}).verdict.verified
    assert verify(artifact, P256, given={"far.sig": b"?"}).verdict.exit_status == 4


def strip(artifact: FakeArtifact, **hint: object) -> None:
    document = json.loads(artifact.sidecars["model.sig"])
    document["verificationMaterial"]["publicKey"] = hint
    artifact.sidecars["model.sig"] = json.dumps(document).encode()


def test_a_missing_hint_warns_and_a_wrong_one_fails() -> None:
    artifact = signed(files(), P256)
    strip(artifact)
    assert found(verify(artifact, ED25519, P256)) == {"signers": "failed"}
    verdict = verify(artifact, P256)
    assert verdict.verdict.verified
    assert outcomes(verdict, "signature") == [Outcome.WARNED]
    strip(artifact, hint="00" * 32)
    assert verify(artifact, P256).verdict.exit_status == 1


def test_an_artifact_that_cannot_be_read() -> None:
    artifact = signed(files(), P256)
    artifact.is_missing = True
    assert verify(artifact, P256).verdict.exit_status == 4
    artifact.is_missing = False
    artifact.unreadable.add("model.bin")
    assert found(verify(artifact, P256)) == {"files": "invalid"}


def test_patterns_of_a_manifest_are_as_few_as_those_of_a_listing() -> None:
    artifact = release(ignores=("*.py",) * (MAX_PATTERNS + 1))
    artifact.sidecars |= signed(files(), P256).sidecars
    assert found(verify(artifact, P256)) == {"ignored": "invalid"}


def test_a_release_with_other_digests_is_read_once_to_be_signed_and_to_be_verified() -> None:
    artifact = release(algorithm=DigestAlgorithm.BLAKE3)
    artifact.hashed.clear()
    signed(artifact, P256)
    assert sorted(artifact.hashed) == sorted(artifact.files)
    artifact.hashed.clear()
    assert verify(artifact, P256).verdict.verified
    assert sorted(artifact.hashed) == sorted(artifact.files)
