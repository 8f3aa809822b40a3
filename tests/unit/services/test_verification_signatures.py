"""Step 8 of a verification: the keys that the manifest names, and what lies beside the files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.fakes.artifact import FakeArtifact, entry_of
from tests.ports.signing_keys import signer_of, verifier_of
from tests.unit.services.signed import ED25519, KEYRING, P256, edit_payload, files, key_of, signed
from tests.unit.services.world import (
    FILES,
    MEANS,
    World,
    assert_problem,
    unseen,
)
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import Signer, encode
from weightmark.domain.signatures.bundle import encode_bundle
from weightmark.domain.signatures.envelope import Envelope
from weightmark.domain.signatures.statement import (
    Resource,
    Statement,
    encode_statement,
    sorted_resources,
)
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import UntrustedCertificateError
from weightmark.ports import signing
from weightmark.ports.signing import Certified
from weightmark.services.manifests import verify_manifest
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.files import SignedFile
from weightmark.services.signatures.signing import signed as with_signature
from weightmark.services.verification.files import FileSelection
from weightmark.services.verification.signatures import SignatureMeans

OTHER = signer_of(KeyAlgorithm.ECDSA_P256_SHA256, 1)
P384 = signer_of(KeyAlgorithm.ECDSA_P384_SHA384)
SECRET = signer_of(KeyAlgorithm.HMAC_SHA256)
CHAIN = b"a certificate"


def publish(world: World, *signers: signing.Signer, **changes: Any) -> World:
    """Publish a release that keys have signed."""
    world.publish(signers=signers, **changes)
    return world


def found(verdict: Verdict) -> dict[str, str]:
    """Return the names of the checks that keep it from passing, with their outcomes."""
    return {each.name: each.outcome.value for each in verdict.problems}


def told(verdict: Verdict, name: str) -> list[Check]:
    return [each for each in verdict.checks if each.name == name]


def trusting(*signers: signing.Signer, roots: signing.Roots | None = None) -> SignatureMeans:
    """Return means with keys that have to sign, or certificates."""
    trust = dataclasses.replace(MEANS.trust, keys=tuple(map(key_of, signers)), roots=roots)
    return dataclasses.replace(MEANS, trust=trust)


def name_signers(world: World, *named: Signer) -> None:
    """Have the manifest name others, as if it had been published so."""
    world.artifact.sidecars[MANIFEST] = encode(
        msgspec.structs.replace(world.evidence.manifest, signers=named)
    )


def resigned(world: World, **changes: Any) -> None:
    """Replace the bundle by one of another statement, signed by the same key."""
    statement = SignedFile.read(world.artifact, "model.sig").statement
    write_bundle(world.artifact, dataclasses.replace(statement, **changes), P256)


def write_bundle(artifact: FakeArtifact, statement: Statement, signer: signing.Signer) -> None:
    envelope = Envelope(encode_statement(statement), ())
    data = encode_bundle(with_signature("model.sig", envelope, signer, KEYRING))
    artifact.sidecars["model.sig"] = data


@pytest.mark.parametrize("lost", ["model.sig", "weightmark.sig"])
def test_a_signature_that_was_removed(world: World, lost: str) -> None:
    publish(world, P256, ED25519)
    del world.artifact.sidecars[lost]
    verdict = world.verify()
    assert_problem(verdict, "signers", Outcome.FAILED, "which the manifest names, has not", step=8)
    assert verdict.exit_status == 1


def test_whoever_signed_the_files_alone_has_not_signed_the_release(world: World) -> None:
    publish(world, P256)
    world.artifact.sidecars |= signed(files(), P256).sidecars
    verdict = world.verify()
    assert_problem(verdict, "signers", Outcome.FAILED, "has not signed")
    assert [each.outcome for each in told(verdict, "coverage")] == [Outcome.WARNED]


def test_a_signature_of_another_version_of_the_same_files(world: World) -> None:
    publish(world, P256)
    old = world.artifact.sidecars["model.sig"]
    world.publish("2.0.0", signers=[P256])
    world.artifact.sidecars["model.sig"] = old
    assert found(world.verify()) == {"coverage": "failed", "signers": "failed"}


def test_a_second_signature_by_a_key_that_nobody_names(world: World) -> None:
    publish(world, ED25519)
    signed(world.artifact, OTHER)
    verdict = world.verify()
    assert verdict.verified, verdict.problems
    foreign = [each for each in told(verdict, "signature") if "nobody here" in each.message]
    assert [each.outcome for each in foreign] == [Outcome.NOT_APPLICABLE]


def test_a_foreign_signature_that_is_none(world: World) -> None:
    publish(world, ED25519)
    signed(world.artifact, OTHER)
    edit_payload(world.artifact, "model.sig", comment="harmless")
    assert_problem(world.verify(), "signature", Outcome.FAILED, "not one of the key that it names")


def test_a_key_that_is_not_beside_the_files(world: World) -> None:
    publish(world, P256)
    resigned(world, keys=())
    verdict = world.verify()
    check = assert_problem(verdict, "signers", Outcome.UNCHECKED, "may have signed")
    assert "--public-key" in check.hint
    assert verdict.exit_status == 3
    assert world.verify(means=trusting(P256)).verified


def test_an_unknown_key_is_not_one_of_another_fingerprint(world: World) -> None:
    """An envelope says by which key each signature is: a foreign one hides nothing."""
    publish(world, P256)
    signed(world.artifact, SECRET)
    del world.artifact.sidecars["model.sig"]
    assert_problem(world.verify(), "signers", Outcome.FAILED, "has not signed")


def test_a_key_that_the_verifier_demands_as_well(world: World) -> None:
    publish(world, P256)
    verdict = world.verify(means=trusting(OTHER))
    assert_problem(verdict, "signers", Outcome.FAILED, "the key has not signed")


class FakeRoots:
    """Certificates that vouch for one key, at one time."""

    def __init__(self, signer: signing.Signer, *, is_valid: bool) -> None:
        self.signer, self.is_valid = signer, is_valid
        self.asked: list[datetime] = []

    def certified(self, certificates: Sequence[bytes], at: datetime) -> Certified:
        assert certificates == (CHAIN,)
        self.asked.append(at)
        if not self.is_valid:
            raise UntrustedCertificateError("no trusted certificate vouches for it")
        return Certified(verifier_of(self.signer), "CN=Alice")


class Certificated:
    """A signer with a certificate."""

    certificates = (CHAIN,)

    def __getattr__(self, name: str) -> Any:
        return getattr(P256, name)


@pytest.fixture
def certified(world: World) -> World:
    """Return a world with a release that is signed with a certificate."""
    publish(world, P256)
    statement = SignedFile.read(world.artifact, "model.sig").statement
    write_bundle(world.artifact, statement, Certificated())
    return world


def test_a_certificate_counts_when_the_release_was_registered(certified: World) -> None:
    roots = FakeRoots(P256, is_valid=True)
    assert certified.verify(means=trusting(roots=roots)).verified
    (registered_at,) = (each.registered_at for each in certified.registrations)
    assert roots.asked == [datetime.fromtimestamp(registered_at, UTC)]


def test_a_registration_that_is_not_final_has_its_time_too(certified: World) -> None:
    roots = FakeRoots(P256, is_valid=True)
    certified.chain.finalize(0)
    certified.verify(means=trusting(roots=roots))
    (registered_at,) = (each.registered_at for each in certified.registrations)
    assert roots.asked == [datetime.fromtimestamp(registered_at, UTC)]


def test_a_certificate_that_did_not_count_then(certified: World) -> None:
    verdict = certified.verify(means=trusting(roots=FakeRoots(P256, is_valid=False)))
    assert found(verdict) == {"signature": "failed", "signers": "failed"}


def test_a_certificate_of_another_key(certified: World) -> None:
    verdict = certified.verify(means=trusting(roots=FakeRoots(OTHER, is_valid=True)))
    assert found(verdict) == {"signature": "failed", "signers": "failed"}


def test_a_certificate_without_certificates_that_are_trusted(certified: World) -> None:
    # A key that is given is not said to have signed nothing: no key counts before the certificate.
    for means in (MEANS, trusting(P256)):
        verdict = certified.verify(means=means)
        check = assert_problem(verdict, "signers", Outcome.UNCHECKED, "cannot be checked")
        assert "--certificate-chain" in check.hint
        assert verdict.exit_status == 3


@pytest.mark.parametrize("label", ["ecdsa-p256-sha256", "ed25519", "none-such"])
def test_an_algorithm_that_is_not_the_key_s(world: World, label: str) -> None:
    publish(world, P384)
    name_signers(world, Signer(label, P384.identity.fingerprint))
    signed(world.artifact, P384, anew=True)
    verdict = world.verify()
    checks = [each for each in verdict.problems if each.name == "signers"]
    assert [each.outcome for each in checks] == [Outcome.FAILED]
    assert "is one of ecdsa-p384-sha384" in checks[0].message


def test_a_shared_secret_that_a_manifest_names_is_not_passed(world: World) -> None:
    publish(world, P256)
    name_signers(world, Signer("hmac-sha256", SECRET.identity.fingerprint))
    del world.artifact.sidecars["model.sig"]
    signed(world.artifact, SECRET)
    checks = [each for each in world.verify().problems if each.name == "signers"]
    assert [each.outcome for each in checks] == [Outcome.UNCHECKED]


@pytest.mark.parametrize("name", ["model.sig", "weightmark.sig"])
def test_a_file_that_cannot_be_read_may_hold_the_signature(world: World, name: str) -> None:
    publish(world, P256 if name == "model.sig" else ED25519)
    world.artifact.sidecars[name] = b"{}"
    verdict = world.verify()
    assert found(verdict) == {"signature-file": "invalid", "signers": "unchecked"}
    assert verdict.exit_status == 4


@pytest.mark.parametrize(
    ("sidecar_files", "paths"),
    [
        ({**FILES, "model.bin": b"other"}, ("model.bin",)),
        ({**FILES, "more.bin": b""}, ("more.bin",)),
        ({"config.json": b"{}"}, ("model.bin", "tokenizer/vocabulary.txt")),
    ],
    ids=["altered", "more", "fewer"],
)
def test_a_sidecar_that_is_not_true_of_the_files(
    world: World, sidecar_files: dict[str, bytes], paths: tuple[str, ...]
) -> None:
    publish(world)
    world.artifact.sidecars |= signed(FakeArtifact(sidecar_files), OTHER).sidecars
    check = assert_problem(world.verify(), "sidecar", Outcome.FAILED, "model.sig says", step=8)
    assert check.paths == paths


def test_renamed_files_with_the_same_root_of_the_reference(world: World) -> None:
    publish(world)
    renamed = {("model.txt" if path == "model.bin" else path): data for path, data in FILES.items()}
    world.artifact.sidecars |= signed(FakeArtifact(renamed), OTHER).sidecars
    check = assert_problem(world.verify(), "sidecar", Outcome.FAILED)
    assert check.paths == ("model.bin", "model.txt")


def test_a_wrong_artifact_root_in_a_sidecar(world: World) -> None:
    publish(world)
    signed(world.artifact, OTHER)
    statement = SignedFile.read(world.artifact, "model.sig").statement
    wrong = dataclasses.replace(statement, artifact_root=bytes(32))
    write_bundle(world.artifact, wrong, OTHER)
    assert_problem(world.verify(), "artifact-root", Outcome.FAILED, "other names")


def bundle_of_reference(world: World, ignored: str, listed: Sequence[str]) -> None:
    """Write a bundle of some files that says nothing of a manifest, or of ignored paths."""
    contents = FILES | world.artifact.sidecars
    resources = (
        Resource(path, entry_of(path, contents[path], DigestAlgorithm.SHA2_256).digest)
        for path in listed
    )
    foreign = Statement(
        "model", sorted_resources(resources), ignored_paths=(ignored,) if ignored else ()
    )
    write_bundle(world.artifact, foreign, OTHER)


def test_a_sidecar_that_the_reference_has_signed_as_a_file(world: World) -> None:
    publish(world)
    bundle_of_reference(world, "", [*FILES, MANIFEST])
    assert world.verify().verified
    world.artifact.sidecars["weightmark.receipt.json"] = b"{}"
    bundle_of_reference(world, "", [*FILES, MANIFEST, "weightmark.receipt.json"])
    del world.artifact.sidecars["weightmark.receipt.json"]
    check = assert_problem(world.verify(), "sidecar", Outcome.FAILED)
    assert check.paths == ("weightmark.receipt.json",)


def test_a_foreign_bundle_may_pass_by_what_the_manifest_vouches_for(world: World) -> None:
    publish(world)
    bundle_of_reference(world, "tokenizer", ["config.json", "model.bin"])
    assert world.verify().verified
    bundle_of_reference(world, "token", ["config.json", "model.bin"])
    assert_problem(world.verify(), "sidecar", Outcome.FAILED)


def test_files_under_ignored_paths_are_not_hidden(world: World) -> None:
    publish(world)
    bundle_of_reference(world, "tokenizer", ["config.json", "model.bin"])
    world.artifact.files["tokenizer/evil.py"] = b""
    assert_problem(world.verify(), "extra", Outcome.FAILED)


def test_a_release_that_covers_the_manifest_lists_every_file(world: World) -> None:
    publish(world, P256)
    statement = SignedFile.read(world.artifact, "model.sig").statement
    resigned(world, resources=statement.resources[:-1], ignored_paths=("tokenizer",))
    assert_problem(world.verify(), "sidecar", Outcome.FAILED)


def test_other_digests_than_the_manifest_s_are_read_from_the_files(world: World) -> None:
    publish(world, P256, algorithm=DigestAlgorithm.BLAKE3)
    assert world.verify().verified
    assert world.verify(only=("model.bin",)).verified
    statement = SignedFile.read(world.artifact, "model.sig").statement
    wrong = tuple(
        dataclasses.replace(each, digest="1220" + "ab" * 32) if each.name == "model.bin" else each
        for each in statement.resources
    )
    resigned(world, resources=wrong)
    check = assert_problem(world.verify(), "sidecar", Outcome.FAILED)
    assert check.paths == ("model.bin",)
    assert_problem(world.verify(only=("model.bin",)), "sidecar", Outcome.FAILED)


def test_files_that_cannot_be_read_for_a_sidecar(world: World) -> None:
    publish(world, P256, algorithm=DigestAlgorithm.BLAKE3)
    world.artifact.unreadable.add("model.bin")
    assert found(world.verify()) == {"files": "invalid", "sidecar": "invalid"}


def test_a_manifest_alone_demands_its_signatures_too(world: World) -> None:
    publish(world, P256)
    assert verify_manifest(world.artifact, FileSelection(), MEANS, unseen).verified
    del world.artifact.sidecars["model.sig"]
    verdict = verify_manifest(world.artifact, FileSelection(), MEANS, unseen)
    assert_problem(verdict, "signers", Outcome.FAILED)


def test_without_signatures_no_keyring_is_asked_for(world: World) -> None:
    publish(world)

    def refuse() -> signing.Keyring:
        raise AssertionError("it takes long to import")

    assert world.verify(means=dataclasses.replace(MEANS, keyring=refuse)).verified
