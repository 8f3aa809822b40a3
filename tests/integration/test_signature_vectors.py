"""Signatures of earlier versions, ours and the reference's, are verified for ever."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.signature_vectors import VECTORS, Vector
from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.adapters.signing.certificate_files import read_roots
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.ports.artifacts import no_progress
from weightmark.services.signatures.keys import RequiredKey, TrustedSigners
from weightmark.services.signatures.verify import (
    SignatureRequest,
    SignatureVerdict,
    verify_signatures,
)

FOLDERS = sorted(path.parent for path in VECTORS.glob("*/index.json"))
CASES = [
    pytest.param(folder, vector, id=f"{folder.name}-{vector['signature']}")
    for folder in FOLDERS
    for vector in json.loads((folder / "index.json").read_text())
]


def trust_of(folder: Path, vector: Vector) -> TrustedSigners:
    keys: list[RequiredKey] = []
    if "public_key" in vector:
        public_key = (folder / vector["public_key"]).read_bytes()
        keys = [RequiredKey("the key", PublicKeyring().verifier(public_key))]
    if "secret" in vector:
        keys = [RequiredKey("the secret", SharedSecret(bytes.fromhex(vector["secret"])))]
    if "address" in vector:
        keys = [RequiredKey("the account", address=vector["address"])]
    roots = read_roots([folder / vector["roots"]]) if "roots" in vector else None
    at = datetime.fromisoformat(vector["at"]) if "at" in vector else datetime.now(UTC)
    return TrustedSigners(tuple(keys), roots, at)


def verified(folder: Path, vector: Vector, signature: bytes) -> SignatureVerdict:
    artifact = folder / vector["artifact"]
    request = SignatureRequest(
        artifact=LocalArtifact(artifact),
        trust=trust_of(folder, vector),
        single_file=artifact.name if artifact.is_file() else "",
        given={vector["signature"]: signature},
    )
    return verify_signatures(request, PublicKeyring(), no_progress)


@pytest.mark.parametrize(("folder", "vector"), CASES)
def test_a_signature_of_an_earlier_version(folder: Path, vector: Vector) -> None:
    data = (folder / vector["signature"]).read_bytes()
    found = verified(folder, vector, data)
    assert found.verdict.verified, found.verdict.problems
    assert found.verdict.release.partition("/")[2] == vector["covers"]
    altered = data.replace(b'"payload":"e', b'"payload":"f', 1)
    assert altered != data
    assert not verified(folder, vector, altered).verdict.verified


def test_there_are_vectors_of_every_kind() -> None:
    names = {path.name.partition(".")[0] for path in VECTORS.glob("*/*.sig")}
    assert len(names) >= 7 + 3 + 2
