"""Artifacts in memory that are signed, for the tests of signatures."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.artifact import FakeArtifact
from tests.ports.signing_keys import signer_of, verifier_of
from tests.unit.services.world import ALICE, FILES, NAME, unseen
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import encode
from weightmark.domain.signatures.decoding import decode_base64, encode_base64
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.ports.signing import Signer
from weightmark.services.manifests import ManifestDraft, create_manifest
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.create import (
    Signing,
    SigningDeed,
    SigningOrder,
    draft,
    sign,
)
from weightmark.services.signatures.keys import RequiredKey, TrustedSigners
from weightmark.services.signatures.verify import (
    SignatureRequest,
    SignatureVerdict,
    verify_signatures,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
P256 = signer_of(KeyAlgorithm.ECDSA_P256_SHA256)
ED25519 = signer_of(KeyAlgorithm.ED25519)
SECRET = signer_of(KeyAlgorithm.HMAC_SHA256)
ETHEREUM = signer_of(KeyAlgorithm.ETHEREUM)
KEYRING = PublicKeyring()


def files() -> FakeArtifact:
    """Return files that nobody describes."""
    return FakeArtifact(dict(FILES))


def release(
    version: str = "1.0.0",
    name: str = NAME,
    algorithm: DigestAlgorithm = DigestAlgorithm.SHA2_256,
    ignores: tuple[str, ...] = (),
    signers: Sequence[Any] = (),
) -> FakeArtifact:
    """Return files with their manifest."""
    artifact = files()
    draft = ManifestDraft(ALICE, name, version, NOW, algorithm, ignores=ignores)
    manifest = create_manifest(artifact, draft, unseen)
    document = json.loads(encode(manifest))
    if signers:
        document["signers"] = list(signers)
    data = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    artifact.write_sidecar(MANIFEST, data.encode())
    return artifact


def order_of(artifact: FakeArtifact, **changes: Any) -> SigningOrder:
    """Return an order to sign."""
    order = SigningOrder(artifact, "model", NOW)
    return dataclasses.replace(order, **changes)


def signed(artifact: FakeArtifact, *signers: Signer, **changes: Any) -> FakeArtifact:
    """Sign an artifact with each key in turn, and return it."""
    for signer in signers:
        write(artifact, sign_now(order_of(artifact, **changes), signer))
    return artifact


def sign_now(order: SigningOrder, signer: Signer) -> Signing:
    """Carry out an order; nothing is written."""
    return sign(draft(order, signer, unseen), signer, KEYRING)


def write(artifact: FakeArtifact, signing: Signing) -> None:
    """Write what was signed."""
    if signing.deed is not SigningDeed.KEPT:
        artifact.write_sidecar(signing.name, signing.data)


def key_of(signer: Signer) -> RequiredKey:
    """Return trust in a key that is at hand."""
    return RequiredKey("the key", verifier_of(signer))


def verify(artifact: FakeArtifact, *keys: Signer | RequiredKey, **changes: Any) -> SignatureVerdict:
    """Verify an artifact's signatures, trusting some keys."""
    trusted = tuple(each if isinstance(each, RequiredKey) else key_of(each) for each in keys)
    trust = TrustedSigners(trusted, None, NOW + timedelta(days=1))
    request = SignatureRequest(artifact, trust)
    return verify_signatures(dataclasses.replace(request, **changes), KEYRING, unseen)


def found(verdict: SignatureVerdict) -> dict[str, str]:
    """Return the names of the checks that keep it from passing, with their outcomes."""
    return {each.name: each.outcome.value for each in verdict.verdict.problems}


def edit_payload(artifact: FakeArtifact, name: str, **members: Any) -> None:
    """Change members of a statement, and leave its signatures as they are."""
    document = json.loads(artifact.sidecars[name])
    holder = document.get("dsseEnvelope", document)
    payload = json.loads(decode_base64(holder["payload"], "payload"))
    payload.update(members)
    holder["payload"] = encode_base64(json.dumps(payload).encode())
    artifact.sidecars[name] = json.dumps(document).encode()
