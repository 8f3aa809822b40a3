"""Signing an artifact."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.artifact import FakeArtifact
from tests.ports.signing_keys import signer_of
from tests.unit.adapters.signing.issuing import AUTHORITY, ISSUING, SIGNING, issue
from tests.unit.services.signed import (
    ED25519,
    ETHEREUM,
    KEYRING,
    NOW,
    P256,
    SECRET,
    edit_payload,
    files,
    order_of,
    release,
    sign_now,
    signed,
    verify,
    write,
)
from tests.unit.services.world import FILES, NAME, unseen
from weightmark.adapters.signing.certificate_files import CertifiedSigner
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.signatures.bundle import encode_bundle
from weightmark.domain.signatures.decoding import decode_base64, encode_base64
from weightmark.domain.signatures.envelope import MAX_CERTIFICATES, MAX_SIGNATURES, Envelope
from weightmark.domain.signatures.statement import decode_statement, encode_statement
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import (
    AlreadyExistsError,
    ArtifactChangedError,
    KeyFileError,
    ManifestError,
    UsageError,
    VerificationFailedError,
)
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.create import SigningDeed, draft, sign
from weightmark.services.signatures.reports import signing_document
from weightmark.services.signatures.signing import signed as with_signature

RSA = KeyAlgorithm.RSA_PSS_SHA256


@pytest.mark.parametrize("algorithm", KeyAlgorithm, ids=lambda each: each.label)
def test_every_algorithm_signs_the_same_statement(algorithm: KeyAlgorithm) -> None:
    artifact = release()
    signer = signer_of(algorithm)
    signing = sign_now(order_of(artifact), signer)
    assert signing.deed is SigningDeed.CREATED
    is_nist = algorithm.label.startswith("ecdsa")
    assert signing.name == ("model.sig" if is_nist else "weightmark.sig")
    assert decode_statement(signing.envelope.payload) == signing.statement
    write(artifact, signing)
    verdict = verify(artifact, signer)
    assert verdict.verdict.verified, verdict.verdict.problems
    assert verdict.evidence is not None


def test_a_statement_names_the_files_the_manifest_and_the_key() -> None:
    artifact = release()
    statement = sign_now(order_of(artifact), P256).statement
    evidence = Evidence.read(artifact)
    assert statement.subject == NAME
    assert statement.manifest_hash == evidence.manifest_hash
    assert statement.artifact_root == evidence.artifact_root
    assert statement.signed == "2026-11-21T09:00:00Z"
    assert statement.keys == (P256.public_key,)
    assert {each.name: each.size for each in statement.resources} == {
        path: len(data) for path, data in FILES.items()
    }
    assert "model.sig" in statement.ignored_paths
    assert MANIFEST in statement.ignored_paths


def test_files_of_nobody_are_signed_alone() -> None:
    signing = sign_now(order_of(files()), P256)
    assert signing.evidence is None
    assert (signing.statement.subject, signing.statement.manifest_hash) == ("model", b"")
    assert signing.statement.artifact_root


def test_a_shared_secret_s_key_is_nowhere() -> None:
    signing = sign_now(order_of(files()), SECRET)
    assert signing.statement.keys == ()
    assert signing.envelope.signatures[0].public_key == b""


def test_files_are_read_once_where_the_manifest_has_their_sha256() -> None:
    artifact = release()
    artifact.hashed.clear()
    sign_now(order_of(artifact), P256)
    assert sorted(artifact.hashed) == sorted(FILES)


def test_a_release_with_blake3_is_signed_with_sha256() -> None:
    artifact = release(algorithm=DigestAlgorithm.BLAKE3)
    signed(artifact, P256)
    verdict = verify(artifact, P256)
    assert verdict.verdict.verified
    assert verdict.evidence is not None


def test_what_a_publisher_leaves_out_is_told_to_the_reference() -> None:
    artifact = release(ignores=("*.txt",))
    artifact.files["other.txt"] = b""
    signing = sign_now(order_of(artifact), P256)
    assert signing.statement.ignored_paths[-2:] == ("other.txt", "tokenizer/vocabulary.txt")
    write(artifact, signing)
    assert verify(artifact, P256).verdict.verified


def test_a_single_file_has_no_name_in_the_statement() -> None:
    artifact = files()
    artifact.files = {"model.bin": b"weights"}
    signing = sign_now(order_of(artifact, single_file="model.bin"), P256)
    assert [each.name for each in signing.statement.resources] == ["."]
    assert signing.statement.ignored_paths == ()
    write(artifact, signing)
    assert verify(artifact, P256, single_file="model.bin").verdict.verified


def test_a_manifest_that_is_not_true_of_the_files_is_not_signed() -> None:
    artifact = release()
    artifact.files["config.json"] = b"{ }"
    with pytest.raises(VerificationFailedError, match=r"not as in weightmark\.json: config\.json"):
        sign_now(order_of(artifact), P256)
    artifact.sidecars[MANIFEST] = b"{}"
    with pytest.raises(ManifestError):
        sign_now(order_of(artifact), P256)


def test_a_file_that_changes_is_not_signed() -> None:
    artifact = files()
    artifact.changing.add("config.json")
    with pytest.raises(ArtifactChangedError):
        sign_now(order_of(artifact), P256)


@pytest.mark.parametrize("signer", [P256, ED25519, SECRET, ETHEREUM])
def test_signing_twice_changes_nothing(signer: object) -> None:
    artifact = signed(release(), signer)  # type: ignore[arg-type]
    later = order_of(artifact, created=NOW + timedelta(days=1))
    again = sign_now(later, signer)  # type: ignore[arg-type]
    assert again.deed is SigningDeed.KEPT
    assert again.data == artifact.sidecars[again.name]


def test_other_keys_sign_the_same_statement_later() -> None:
    artifact = signed(release(), ED25519)
    before = artifact.sidecars["weightmark.sig"]
    later = order_of(artifact, created=NOW + timedelta(days=1))
    signing = sign_now(later, ETHEREUM)
    assert signing.deed is SigningDeed.ADDED
    assert signing.statement.signed == "2026-11-21T09:00:00Z"
    write(artifact, signing)
    signed(artifact, SECRET)
    assert artifact.sidecars["weightmark.sig"] != before
    assert verify(artifact, ED25519, ETHEREUM, SECRET).verdict.verified


@pytest.mark.parametrize("signer", [P256, ED25519])
def test_a_signature_of_something_else_is_left_alone(signer: object) -> None:
    artifact = signed(release(), signer)  # type: ignore[arg-type]
    artifact.sidecars[MANIFEST] = release("1.1.0").sidecars[MANIFEST]
    with pytest.raises(AlreadyExistsError, match="not of these files and this manifest") as caught:
        sign_now(order_of(artifact), signer)  # type: ignore[arg-type]
    assert "--replace" in caught.value.hint
    signed(artifact, signer, anew=True)  # type: ignore[arg-type]
    assert verify(artifact, signer).verdict.verified  # type: ignore[arg-type]


def of_another_tool(artifact: FakeArtifact, **changes: Any) -> FakeArtifact:
    """Sign files as the reference does, which tells neither sizes nor time nor keys."""
    statement = draft(order_of(artifact), P256, unseen).statement
    resources = tuple(replace(each, size=None) for each in statement.resources)
    bare = replace(statement, resources=resources, artifact_root=b"", ignored_paths=(".git",))
    payload = encode_statement(replace(bare, **changes))
    envelope = with_signature("model.sig", Envelope(payload, ()), P256, KEYRING)
    artifact.sidecars["model.sig"] = encode_bundle(envelope)
    return artifact


def test_what_another_tool_signed_with_the_same_key_is_kept() -> None:
    signing = sign_now(order_of(of_another_tool(files())), P256)
    assert (signing.deed, signing.statement.signed) == (SigningDeed.KEPT, "")
    told = signing_document(signing, P256, "model.sig")
    assert (told["size"], told["first_signed"]) == (sum(map(len, FILES.values())), None)


def test_what_another_tool_signed_is_left_alone_where_it_is_not_the_same() -> None:
    other_key = signer_of(KeyAlgorithm.ECDSA_P384_SHA384)
    described = of_another_tool(release(), manifest_hash=b"")
    altered = of_another_tool(files())
    altered.files["config.json"] = b"{ }"
    moved = of_another_tool(files(), subject="elsewhere")
    renamed = of_another_tool(files(), artifact_root=bytes(32))
    for artifact, signer in (
        (described, P256),
        (altered, P256),
        (moved, P256),
        (renamed, P256),
        (of_another_tool(files()), other_key),
    ):
        with pytest.raises(AlreadyExistsError, match="made by another tool"):
            sign_now(order_of(artifact), signer)


def test_a_bundle_holds_one_signature() -> None:
    artifact = signed(release(), P256)
    other = signer_of(KeyAlgorithm.ECDSA_P384_SHA384)
    with pytest.raises(AlreadyExistsError, match="another signature"):
        sign_now(order_of(artifact), other)


def test_what_is_no_file_of_signatures_is_left_alone() -> None:
    artifact = files()
    artifact.sidecars["weightmark.sig"] = b"mine"
    with pytest.raises(AlreadyExistsError, match="left as it is: the envelope cannot be read"):
        sign_now(order_of(artifact), ED25519)


def test_a_statement_from_the_future_is_not_signed_as_well() -> None:
    artifact = signed(files(), ED25519, created=NOW + timedelta(days=1))
    with pytest.raises(AlreadyExistsError, match="is still to come"):
        sign_now(order_of(artifact), ETHEREUM)


def test_a_signature_of_ours_that_does_not_hold_is_not_kept() -> None:
    artifact = signed(files(), ED25519)
    edit_payload(artifact, "weightmark.sig", comment="altered")
    with pytest.raises(AlreadyExistsError, match="does not hold"):
        sign_now(order_of(artifact), ED25519)


def test_an_envelope_carries_no_certificates() -> None:
    class Certified:
        identity, public_key, certificates = ED25519.identity, ED25519.public_key, (b"leaf",)
        sign = ED25519.sign

    with pytest.raises(UsageError, match="carries no certificates"):
        sign_now(order_of(files()), Certified())


def test_what_is_signed_with_certificates_is_kept_for_the_same_ones_alone() -> None:
    leaf = issue("signer", issue("root", None, AUTHORITY, ISSUING), SIGNING)
    signer = PrivateKeySigner(leaf.key)
    certified = CertifiedSigner(signer, [leaf.certificate])
    artifact = signed(files(), certified)
    assert sign_now(order_of(artifact), certified).deed is SigningDeed.KEPT
    with pytest.raises(AlreadyExistsError, match="another signature"):
        sign_now(order_of(artifact), signer)


def test_a_bundle_carries_no_more_certificates_than_are_read() -> None:
    class Certified:
        identity, public_key = P256.identity, P256.public_key
        certificates = (b"leaf",) * (MAX_CERTIFICATES + 1)
        sign = P256.sign

    with pytest.raises(UsageError, match=r"17 certificates are given, and model\.sig carries 16"):
        sign_now(order_of(files()), Certified())


def test_an_envelope_holds_no_more_signatures_than_are_read() -> None:
    others = [signer_of(KeyAlgorithm.ED25519, number) for number in range(1, MAX_SIGNATURES)]
    artifact = signed(files(), ED25519, *others)
    assert verify(artifact, ED25519).verdict.verified
    with pytest.raises(AlreadyExistsError, match="holds 64 signatures, and has no room"):
        sign_now(order_of(artifact), ETHEREUM)


def test_a_key_that_signs_wrongly_is_found_out() -> None:
    class Faulty:
        identity, public_key, certificates = P256.identity, P256.public_key, ()

        def sign(self, message: bytes) -> bytes:
            return P256.sign(message + b"?")

    with pytest.raises(KeyFileError, match="none of its own"):
        sign_now(order_of(files()), Faulty())


def test_two_keys_that_sign_at_once_are_both_kept() -> None:
    """The files are read before; what was signed meanwhile is seen all the same."""
    artifact = release()
    one, two = (draft(order_of(artifact), each, unseen) for each in (ED25519, ETHEREUM))
    write(artifact, sign(one, ED25519, KEYRING))
    assert sign(two, ETHEREUM, KEYRING).deed is SigningDeed.ADDED


def test_replacing_one_s_own_signature_keeps_those_of_others() -> None:
    artifact = signed(release(), ED25519, ETHEREUM)
    signing = sign_now(order_of(artifact, anew=True), ED25519)
    assert (signing.deed, signing.dropped) == (SigningDeed.REPLACED, 0)
    write(artifact, signing)
    assert verify(artifact, ED25519, ETHEREUM).verdict.verified
    added = sign_now(order_of(artifact, anew=True), SECRET)
    assert (added.deed, len(added.envelope.signatures)) == (SigningDeed.ADDED, 3)


@pytest.mark.parametrize("index", [0, 1], ids=["ed25519", "ethereum"])
def test_a_signature_by_somebody_else_that_does_not_hold_is_not_kept(index: int) -> None:
    """With it, nobody could verify the file; one whose key is nowhere may hold, and stays."""
    artifact, signer = signed(release(), ED25519, ETHEREUM, SECRET), signer_of(RSA)
    document = json.loads(artifact.sidecars["weightmark.sig"])
    signature = document["signatures"][index]
    signature["sig"] = encode_base64(bytes(len(decode_base64(signature["sig"], "it"))))
    artifact.sidecars["weightmark.sig"] = json.dumps(document).encode()
    with pytest.raises(AlreadyExistsError, match="does not hold"):
        sign_now(order_of(artifact), signer)
    signing = sign_now(order_of(artifact, anew=True), signer)
    assert (len(signing.envelope.signatures), signing.dropped) == (3, 1)


def test_a_signature_that_is_replaced_alone_has_a_new_time() -> None:
    artifact = signed(release(), ED25519)
    later = order_of(artifact, anew=True, created=NOW + timedelta(days=1))
    signing = sign_now(later, ED25519)
    assert (signing.deed, signing.dropped) == (SigningDeed.REPLACED, 0)
    assert signing.statement.signed == "2026-11-22T09:00:00Z"


def test_signatures_by_others_that_are_dropped_are_counted() -> None:
    artifact = signed(release(), ED25519, ETHEREUM, SECRET, P256)
    artifact.sidecars[MANIFEST] = release("1.1.0").sidecars[MANIFEST]
    signing = sign_now(order_of(artifact, anew=True), ED25519)
    assert (signing.deed, signing.dropped) == (SigningDeed.REPLACED, 2)
    other = sign_now(order_of(artifact, anew=True), signer_of(KeyAlgorithm.ECDSA_P384_SHA384))
    assert (other.deed, other.dropped) == (SigningDeed.REPLACED, 1)
    artifact.sidecars["weightmark.sig"] = b"mine"
    assert sign_now(order_of(artifact, anew=True), ED25519).deed is SigningDeed.REPLACED


def test_a_bundle_that_is_replaced_holds_one_signature_of_the_same_too() -> None:
    artifact, other = signed(release(), P256), signer_of(KeyAlgorithm.ECDSA_P384_SHA384)
    signing = sign_now(order_of(artifact, anew=True), other)
    assert (signing.deed, signing.dropped) == (SigningDeed.REPLACED, 1)
    write(artifact, signing)
    assert verify(artifact, other).verdict.verified


def test_a_manifest_that_changes_meanwhile_is_not_signed_as_it_was() -> None:
    for manifest in (release("1.1.0").sidecars, {}):
        artifact = release()
        drafted = draft(order_of(artifact), ED25519, unseen)
        artifact.sidecars = dict(manifest)
        with pytest.raises(ArtifactChangedError, match="while the files were read"):
            sign(drafted, ED25519, KEYRING)
