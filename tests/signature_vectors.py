"""Signatures of today, verified for ever: ``python -m tests.signature_vectors NAME`` adds some.

Each folder of ``tests/vectors/signatures`` has artifacts, signatures of them by this package and by
the reference of OpenSSF Model Signing, and ``index.json``, which says what verifies each. Folders
are added, never edited.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from typing_extensions import TypedDict

from tests.command import CHECKOUT
from tests.ports.signing_keys import signer_of
from tests.reference import Reference, running, write_private_key
from tests.unit.adapters.signing.issuing import (
    AUTHORITY,
    ISSUING,
    SIGNING,
    issue,
    write_certificates,
)
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.signing.certificate_files import CertifiedSigner, read_certificates
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.domain.manifest import encode
from weightmark.domain.signing_keys import KeyAlgorithm, ethereum_address
from weightmark.ports.artifacts import no_progress
from weightmark.ports.signing import Signer
from weightmark.services.manifests import ManifestDraft, create_manifest
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.create import SigningOrder, draft, sign

VECTORS = CHECKOUT / "tests/vectors/signatures"
RELEASE = "acme/digits@1.0.0"

_CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
_FILES = {"config.json": b"{}\n", "weights/Gewicht-ä.bin": bytes(range(256)), "weights/empty": b""}
_PUBLISHER = "0x52908400098527886E0F7030069857D2E4169EE7"


class Vector(TypedDict, total=False):
    """A signature, what it is of and what it covers, and what verifies it: one of the others."""

    signature: str
    artifact: str
    covers: str
    public_key: str
    secret: str
    address: str
    roots: str
    at: str


def make(folder: Path) -> Iterator[Vector]:
    """Write the files of a new folder, and give its entries."""
    for artifact in ("release", "plain"):
        for name, data in _FILES.items():
            (folder / artifact / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / artifact / name).write_bytes(data)
    (folder / "model.onnx").write_bytes(b"weights")
    release = folder / "release"
    draft = ManifestDraft(_PUBLISHER, "acme/digits", "1.0.0", datetime.now(UTC))
    manifest = create_manifest(LocalArtifact(release), draft, no_progress)
    (release / MANIFEST).write_bytes(encode(manifest))
    for algorithm in KeyAlgorithm:
        yield from _ours(folder, algorithm.label, signer_of(algorithm))
    with running() as reference:
        for name, curve in _CURVES.items():
            yield from _theirs(folder, f"reference-{name}", curve, reference)
        yield from _certified(folder, reference)


def _ours(folder: Path, label: str, signer: Signer) -> Iterator[Vector]:
    proof = _proof(folder, label, signer)
    for artifact, covers in (("release", RELEASE), ("model.onnx", "")):
        name = _signed(folder, artifact, label, signer)
        yield {"signature": name, "artifact": artifact, "covers": covers, **proof}


def _signed(folder: Path, artifact: str, label: str, signer: Signer) -> str:
    path, name = folder / artifact, f"{label}.{artifact}.sig"
    single_file = artifact if path.is_file() else ""
    order = SigningOrder(LocalArtifact(path), artifact, datetime.now(UTC), single_file)
    signing = sign(draft(order, signer, no_progress), signer, PublicKeyring())
    (folder / name).write_bytes(signing.data)
    return name


def _proof(folder: Path, label: str, signer: Signer) -> Vector:
    if isinstance(signer, SharedSecret):
        return {"secret": signer.reveal().hex()}
    if signer.identity.algorithm is KeyAlgorithm.ETHEREUM:
        return {"address": ethereum_address(signer.public_key)}
    (folder / f"{label}.der").write_bytes(signer.public_key)
    return {"public_key": f"{label}.der"}


def _theirs(
    folder: Path, label: str, curve: ec.EllipticCurve, reference: Reference
) -> Iterator[Vector]:
    key = ec.generate_private_key(curve)
    proof = _proof(folder, label, PrivateKeySigner(key))
    private = write_private_key(folder / "private", key)
    for artifact in ("plain", "model.onnx"):
        name = f"{label}.{artifact}.sig"
        made = reference.sign(folder / artifact, folder / name, private)
        assert made.status == 0, made.printed
        yield {"signature": name, "artifact": artifact, "covers": "", **proof}
    private.unlink()


def _certified(folder: Path, reference: Reference) -> Iterator[Vector]:
    key = ec.generate_private_key(ec.SECP256R1())
    root = issue("root", None, AUTHORITY, ISSUING)
    write_certificates(folder / "root.crt", [root])
    own = write_certificates(folder / "own", [issue("signer", root, SIGNING, key=key)])
    private = write_private_key(folder / "private", key)
    signer = CertifiedSigner(PrivateKeySigner(key), read_certificates([own]))
    proof: Vector = {"covers": "", "roots": "root.crt", "at": "2026-06-01T00:00:00Z"}
    name = _signed(folder, "release", "certificate", signer)
    yield {"signature": name, "artifact": "release", **proof, "covers": RELEASE}
    name = "reference-certificate.plain.sig"
    chain = (private, own, folder / "root.crt")
    made = reference.sign_certified(folder / "plain", folder / name, *chain)
    assert made.status == 0, made.printed
    yield {"signature": name, "artifact": "plain", **proof}
    private.unlink()
    own.unlink()


if __name__ == "__main__":
    (new,) = (VECTORS / name for name in sys.argv[1:])
    new.mkdir(parents=True)
    (new / "index.json").write_text(json.dumps([*make(new)], indent=1) + "\n")
