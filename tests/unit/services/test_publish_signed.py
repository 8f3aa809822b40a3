"""Publishing with signatures: files, manifest, signatures, registration, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.ports.signing_keys import signer_of, verifier_of
from tests.unit.adapters.signing.issuing import AUTHORITY, ISSUING, SIGNING, issue
from tests.unit.services.signed import ED25519, ETHEREUM, P256, files, signed
from tests.unit.services.world import NAME, World, check_named, unseen
from weightmark.adapters.signing.certificate_files import CertifiedSigner
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import Signer as NamedSigner
from weightmark.domain.manifest import encode
from weightmark.domain.signatures.bundle import encode_bundle
from weightmark.domain.signatures.envelope import Envelope, Signature
from weightmark.domain.signatures.envelope_file import encode_envelope
from weightmark.domain.signatures.statement import encode_statement
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.domain.verdict import Outcome
from weightmark.errors import (
    AlreadyExistsError,
    ArtifactChangedError,
    NotAuthorizedError,
    UsageError,
    VerificationFailedError,
)
from weightmark.ports.signing import Signer
from weightmark.services.manifests import create_manifest
from weightmark.services.placing import place_manifest
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.files import SignedFile

LATER = datetime(2027, 1, 1, tzinfo=UTC)
P256_TOO = signer_of(KeyAlgorithm.ECDSA_P256_SHA256, 1)
P384 = signer_of(KeyAlgorithm.ECDSA_P384_SHA384)
LEAF = issue("signer", issue("root", None, AUTHORITY, ISSUING), SIGNING)
CERTIFIED = CertifiedSigner(PrivateKeySigner(LEAF.key), [LEAF.certificate])


def signed_in(world: World, name: str) -> set[bytes]:
    """Return the values of the signatures in a file."""
    return {each.value for each in SignedFile.read(world.artifact, name).envelope.signatures}


@pytest.mark.parametrize(
    "signers",
    [[P256], [ED25519], [ETHEREUM], [P256, ED25519], [P256, P256_TOO, P384], [P256, P256]],
    ids=["bundle", "envelope", "account", "both", "three-for-one-bundle", "twice"],
)
def test_what_a_manifest_names_has_signed_it(world: World, signers: Sequence[Signer]) -> None:
    world.publish(signers=signers)
    verdict = world.verify(f"me/{NAME}")
    assert verdict.verified, verdict.problems
    check = check_named(verdict, "signers")
    assert (check.step, check.outcome) == (8, Outcome.PASSED)
    named = world.evidence.manifest.required_signers
    assert {each.key for each in named} == {each.identity.fingerprint for each in signers}


def test_certificates_have_the_bundle_in_any_order(world: World) -> None:
    """Whoever has none signs the envelope, and a repeated publish needs them no more."""
    world.publish(signers=[P256, CERTIFIED])
    (signature,) = SignedFile.read(world.artifact, "model.sig").envelope.signatures
    assert signature.certificates == CERTIFIED.certificates
    (other,) = SignedFile.read(world.artifact, "weightmark.sig").envelope.signatures
    assert other.fingerprint == P256.identity.fingerprint
    before = dict(world.artifact.sidecars)
    world.publish(signers=[P256, PrivateKeySigner(LEAF.key)])
    assert world.artifact.sidecars == before


@pytest.mark.parametrize(
    ("before", "signers"),
    [
        ([], [CertifiedSigner(ED25519, [LEAF.certificate])]),
        ([], [CERTIFIED, CertifiedSigner(P256, [LEAF.certificate])]),
        ([PrivateKeySigner(LEAF.key)], [CERTIFIED]),
    ],
    ids=["no bundle", "two in one", "signed without"],
)
def test_certificates_that_have_no_room_are_not_left_out(
    world: World, before: list[Signer], signers: list[Signer]
) -> None:
    if before:
        world.publish(signers=before)
    with pytest.raises(UsageError, match="carries no certificates"):
        world.publish(signers=signers)
    assert len(world.registrations) == len(before)


def test_a_release_with_other_digests_is_signed_with_sha256(world: World) -> None:
    world.publish(signers=[P256], algorithm=DigestAlgorithm.BLAKE3)
    world.artifact.hashed.clear()
    assert world.verify(f"me/{NAME}").verified
    assert sorted(world.artifact.hashed) == sorted(world.artifact.files)
    (statement,) = (SignedFile.read(world.artifact, "model.sig").statement,)
    assert statement.algorithm is DigestAlgorithm.SHA2_256


def test_files_that_changed_since_they_were_described_are_not_signed(world: World) -> None:
    """The manifest would have one digest of a file, and the signature that of another."""

    def change() -> None:
        path = min(world.artifact.files)
        world.artifact.files[path] = bytes(len(world.artifact.files[path]))

    world.artifact.waiting.append(change)
    with pytest.raises(ArtifactChangedError, match="not those that were described"):
        world.publish(signers=[P256], algorithm=DigestAlgorithm.BLAKE3)
    assert not world.registrations


def test_no_file_is_read_again_to_sign(world: World) -> None:
    world.publish(signers=[P256, ED25519])
    assert sorted(world.artifact.hashed) == sorted(world.artifact.files)


def test_what_is_signed_is_there_before_it_is_registered(world: World) -> None:
    class Looking:
        def __init__(self) -> None:
            self.writer = world.chain.writer(world.account)

        def __getattr__(self, name: str) -> object:
            if name == "send":
                assert {MANIFEST, "model.sig"} <= world.artifact.sidecars.keys()
            return getattr(self.writer, name)

    world.publisher(Looking).publish(world.request(signers=[P256]), unseen)  # type: ignore[arg-type]
    assert len(world.registrations) == 1


@pytest.mark.parametrize("lost", [["model.sig"], ["model.sig", "weightmark.sig"], [MANIFEST]])
def test_a_repeated_publish_writes_what_is_missing(world: World, lost: list[str]) -> None:
    world.publish(signers=[P256, ED25519])
    before = dict(world.artifact.sidecars)
    for name in lost:
        del world.artifact.sidecars[name]
    again = world.publish(signers=[ED25519, P256], created=LATER)
    assert again.receipt is None
    assert world.artifact.sidecars.keys() == before.keys()
    assert world.artifact.sidecars[MANIFEST] == before[MANIFEST]
    assert world.verify(f"me/{NAME}").verified


def test_who_signs_meanwhile_is_waited_for(world: World) -> None:
    """Of two that write signatures of the same files at once, neither loses its own."""
    request = world.request(signers=[ED25519])
    world.publish(signers=[ED25519])

    def write_again() -> None:
        place_manifest(world.artifact, request.draft, request.signer, unseen)

    for again in (write_again, lambda: world.publish(signers=[ED25519])):
        del world.artifact.sidecars["weightmark.sig"]
        world.artifact.waiting.append(lambda: signed(world.artifact, ETHEREUM))
        again()
        assert len(signed_in(world, "weightmark.sig")) == 2


def test_a_repeated_publish_signs_nothing_again(world: World) -> None:
    world.publish(signers=[P256, ED25519])
    before = dict(world.artifact.sidecars)
    world.publish(signers=[P256, ED25519])
    assert world.artifact.sidecars == before


def test_the_next_version_is_signed_in_place_of_the_one_before(world: World) -> None:
    world.publish(signers=[P256, ED25519])
    before = signed_in(world, "weightmark.sig")
    world.artifact.files["model.bin"] = b"other weights"
    world.publish("1.1.0", signers=[P256, ED25519])
    assert world.verify(f"me/{NAME}").verified
    assert not before & signed_in(world, "weightmark.sig")


def test_a_signature_of_another_manifest_that_would_stay_is_refused(world: World) -> None:
    world.publish(signers=[P256])
    before = dict(world.artifact.sidecars)
    with pytest.raises(VerificationFailedError, match=r"model\.sig was made for another") as caught:
        world.publish("1.1.0")
    assert "--sign-key" in caught.value.hint
    assert world.artifact.sidecars == before
    with pytest.raises(VerificationFailedError, match=r"model\.sig was made for another"):
        world.publish("1.1.0", signers=[ED25519])
    assert world.artifact.sidecars == before
    assert len(world.registrations) == 1


def test_another_signature_of_the_same_files_stays(world: World) -> None:
    """Somebody else's bundle is not ours to replace: our key signs the envelope."""
    world.artifact.sidecars = signed(files(), P256_TOO).sidecars
    before = world.artifact.sidecars["model.sig"]
    world.publish(signers=[P256])
    assert world.artifact.sidecars["model.sig"] == before
    verdict = world.verify(f"me/{NAME}")
    assert verdict.verified, verdict.problems
    told = [each.message for each in verdict.checks if each.outcome is Outcome.NOT_APPLICABLE]
    assert any("it decides nothing" in each for each in told)


def test_an_envelope_that_says_less_is_left_as_it_is(world: World) -> None:
    world.artifact.sidecars = signed(files(), ED25519).sidecars
    with pytest.raises(AlreadyExistsError, match="not of these files and this manifest"):
        world.publish(signers=[ED25519])
    assert world.registrations == []


def test_a_signature_of_ours_that_does_not_hold_gets_none_beside_it(world: World) -> None:
    world.publish(signers=[ED25519])
    envelope = SignedFile.read(world.artifact, "weightmark.sig").envelope
    (signature,) = envelope.signatures
    broken = Envelope(envelope.payload, (replace(signature, value=bytes(64)),))
    world.artifact.write_sidecar("weightmark.sig", encode_envelope(broken))
    with pytest.raises(AlreadyExistsError, match="a signature in it does not hold"):
        world.publish(signers=[ED25519])


@pytest.mark.parametrize("signers", [[], [P256], [ED25519]], ids=["none", "bundle", "envelope"])
def test_a_file_of_signatures_that_cannot_be_read(world: World, signers: list[Signer]) -> None:
    world.artifact.sidecars["model.sig"] = b"{}"
    with pytest.raises((AlreadyExistsError, VerificationFailedError), match="cannot be read"):
        world.publish(signers=signers)
    assert world.artifact.sidecars["model.sig"] == b"{}"
    assert world.registrations == []


def test_a_manifest_names_nobody_who_does_not_sign(world: World) -> None:
    request = world.request()
    named = NamedSigner("ed25519", ED25519.identity.fingerprint)
    unsigned = replace(request, draft=replace(request.draft, signers=(named,)))
    with pytest.raises(VerificationFailedError, match="which the manifest names, has not signed"):
        world.publisher().publish(unsigned, unseen)
    assert world.registrations == []


def test_a_signature_that_may_be_anybody_s_is_none_of_who_signs_elsewhere(world: World) -> None:
    request = world.request()
    signer = replace(request.signer, others=(verifier_of(P256_TOO),))
    request = replace(request, signer=signer, draft=replace(request.draft, signers=signer.named))
    manifest = create_manifest(world.artifact, request.draft, unseen)
    world.artifact.write_sidecar(MANIFEST, encode(manifest))
    signed(world.artifact, P384)
    statement = replace(SignedFile.read(world.artifact, "model.sig").statement, keys=())
    envelope = Envelope(encode_statement(statement), ())
    by_nobody = Signature(P384.sign(envelope.message))
    world.artifact.sidecars["model.sig"] = encode_bundle(replace(envelope, signatures=(by_nobody,)))
    with pytest.raises(VerificationFailedError, match="has not signed"):
        world.publisher().publish(request, unseen)
    assert world.registrations == []

    del world.artifact.sidecars["model.sig"]
    signed(world.artifact, P256_TOO)
    world.publisher().publish(request, unseen)
    world.settle()
    assert world.verify(f"me/{NAME}").verified


def test_what_is_refused_puts_back_what_was_there(world: World) -> None:
    """What is beside the files may be of a release, which its signature belongs to."""
    world.publish(signers=[ED25519])
    before = dict(world.artifact.sidecars)

    class Overtaken:
        def __init__(self) -> None:
            self.writer = world.chain.writer(world.account)

        def __getattr__(self, name: str) -> object:
            if name == "send":
                raise NotAuthorizedError("no authority any more")
            return getattr(self.writer, name)

    with pytest.raises(NotAuthorizedError):
        world.publisher(Overtaken).publish(  # type: ignore[arg-type]
            world.request("1.1.0", signers=[P256, ED25519]), unseen
        )
    assert world.artifact.sidecars == before
