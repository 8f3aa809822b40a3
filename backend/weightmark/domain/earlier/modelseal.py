"""modelseal: ``signed_manifest.json``, with Ed25519 or ECDSA over P-256.

The signature covers ``manifest``, as ``json.dumps(…, sort_keys=True, separators=(",", ":"))``
writes it (``core.py`` of aumai-modelseal 0.1.0, ``_canonical_manifest_bytes``). Of the signature's
own section it covers nothing: not who signed, not when, not with which key.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from weightmark.domain.earlier.strict import (
    Base64,
    Hex,
    Sha256,
    Size,
    Strict,
    Text,
    base64_bytes,
    decode,
    shown,
)
from weightmark.domain.earlier.values import Description, EarlierManifest, FileClaim, Scheme
from weightmark.errors import ManifestError

TOOL = "modelseal"

_SCHEMES = {"ed25519": Scheme.ED25519, "ecdsa_p256": Scheme.ECDSA_P256}


class _File(Strict, frozen=True):
    path: Text
    size_bytes: Size
    sha256_hash: Sha256


class _Manifest(Strict, frozen=True):
    model_name: Text
    model_version: Text
    framework: Text
    files: Annotated[tuple[_File, ...], Meta(min_length=1)]
    total_size_bytes: Size
    created_at: Text
    author: Text
    description: Text


class _Signature(Strict, frozen=True):
    algorithm: Literal["ed25519", "ecdsa_p256"]
    public_key: Base64
    signature_hex: Hex
    signed_at: Text
    signer_id: Text


class _Signed(Strict, frozen=True):
    manifest: _Manifest
    signature: _Signature


def parse(data: bytes) -> EarlierManifest:
    """Read a signed manifest.

    Raises:
        ManifestError: It has another form.
    """
    document = decode(data, _Signed)
    manifest, signature = document.manifest, document.signature
    members = msgspec.to_builtins(manifest)
    message = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    files = {file.path: FileClaim(file.sha256_hash, file.size_bytes) for file in manifest.files}
    if len(files) < len(manifest.files):
        raise ManifestError("the file lists a path twice")
    texts = ("model_name", "model_version", "framework", "author", "description", "created_at")
    return EarlierManifest(
        tool=TOOL,
        files=files,
        scheme=_SCHEMES[signature.algorithm],
        message=message,
        signature=bytes.fromhex(signature.signature_hex),
        covered=shown({name: members[name] for name in texts}),
        uncovered=shown({"signer_id": signature.signer_id, "signed_at": signature.signed_at}),
        description=Description(
            name=manifest.model_name,
            version=manifest.model_version,
            framework=manifest.framework,
            author=manifest.author,
            description=manifest.description,
        ),
        public_key=base64_bytes(signature.public_key),
    )
