"""HashTraceAI: a manifest of RSA signatures, in the four forms that its history wrote.

====================  =====================================  ==================================
until                 signature                              what it covers
====================  =====================================  ==================================
5 July 2025           PKCS #1 v1.5, in hex, inside           everything else in the file
6 July 2025           PSS, raw, beside: ``FILE.sig``         the file, byte for byte
6 July 2025, 20:00    PKCS #1 v1.5, in base64, inside        ``signed_data``
today                 PSS, in base64, inside                 ``files``: no name, version or time
====================  =====================================  ==================================

Where the signature lies beside, there may be none. All of them hash with SHA-256, and what is
signed inside a file is signed as Python's ``json.dumps(…, sort_keys=True)`` writes it. (The code:
``manifest_cli/generate.py`` of 7eba9f6 and of a770dea, ``generate_manifest.py`` of 71f4ee1 and of
9a23086, in that order.)
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from weightmark.domain.earlier.strict import (
    Base64,
    Hex,
    Sha256,
    Strict,
    Text,
    base64_bytes,
    decode,
    shown,
)
from weightmark.domain.earlier.values import Description, EarlierManifest, FileClaim, Scheme
from weightmark.errors import ManifestError

TOOL = "HashTraceAI"


class _File(Strict, frozen=True):
    path: Text
    sha256: Sha256


class _First(Strict, frozen=True, omit_defaults=True):
    """The first two forms: the second has no signature inside, the first one has."""

    version: Literal["1.0"]
    created_by: Text
    files: Annotated[tuple[_File, ...], Meta(min_length=1)]
    created: Text | UnsetType = UNSET
    model_name: Text | UnsetType | None = UNSET
    model_version: Text | UnsetType | None = UNSET
    signature: Hex | UnsetType = UNSET


class _Digest(Strict, frozen=True):
    SHA256: Sha256


class _SignedData(Strict, frozen=True, omit_defaults=True):
    created_by: Text
    model_name: Text | None
    model_version: Text | None
    timestamp: Text
    local_timestamp: Text
    files: Annotated[dict[str, _Digest], Meta(min_length=1)]
    hf_id: Text | UnsetType = UNSET
    mlflow_uri: Text | UnsetType = UNSET


class _Wrapped(Strict, frozen=True):
    signature: Base64
    signed_data: _SignedData


class _NamedFile(Strict, frozen=True):
    name: Text
    path: Text
    sha256: Sha256


class _Last(Strict, frozen=True):
    model_name: Text
    model_version: Text
    created_by: Text
    timestamp_utc: Text
    timestamp_local: Text
    files: Annotated[tuple[_NamedFile, ...], Meta(min_length=1)]
    signature: Base64


def parse_first(data: bytes) -> EarlierManifest:
    """Read a manifest of the first two forms.

    Raises:
        ManifestError: It has another form.
    """
    document = decode(data, _First)
    inside = document.signature or None
    return EarlierManifest(
        tool=TOOL,
        files=_claims(document.files),
        scheme=Scheme.RSA_PKCS1 if inside else Scheme.RSA_PSS,
        message=_dumped(msgspec.structs.replace(document, signature=UNSET)) if inside else data,
        signature=bytes.fromhex(inside) if inside else None,
        covered=shown(
            {
                "created": document.created or None,
                "created_by": document.created_by,
                "model_name": document.model_name or None,
                "model_version": document.model_version or None,
            }
        ),
        description=_description(document),
    )


def parse_wrapped(data: bytes) -> EarlierManifest:
    """Read a manifest of the third form.

    Raises:
        ManifestError: It has another form.
    """
    document = decode(data, _Wrapped)
    signed = document.signed_data
    texts = msgspec.to_builtins(signed)
    del texts["files"]
    return EarlierManifest(
        tool=TOOL,
        files={path: FileClaim(digest.SHA256) for path, digest in signed.files.items()},
        scheme=Scheme.RSA_PKCS1,
        message=_dumped(signed),
        signature=base64_bytes(document.signature),
        covered=shown(texts),
        description=_description(signed),
    )


def parse_last(data: bytes) -> EarlierManifest:
    """Read a manifest of the last form.

    Raises:
        ManifestError: It has another form.
    """
    document = decode(data, _Last)
    texts = msgspec.to_builtins(document)
    files, signature = texts.pop("files"), texts.pop("signature")
    return EarlierManifest(
        tool=TOOL,
        files=_claims(document.files),
        scheme=Scheme.RSA_PSS,
        message=_dumped({"files": files}),
        signature=base64_bytes(signature),
        uncovered=shown(texts),
    )


def _description(said: _First | _SignedData) -> Description:
    """Return what is signed of a release; the tool writes null where its caller says nothing."""
    return Description(
        name=said.model_name or "",
        version=said.model_version or "",
        created_by=said.created_by,
    )


def _claims(files: tuple[_File, ...] | tuple[_NamedFile, ...]) -> dict[str, FileClaim]:
    claims = {file.path: FileClaim(file.sha256) for file in files}
    if len(claims) < len(files):
        raise ManifestError("the file lists a path twice")
    return claims


def _dumped(value: object) -> bytes:
    return json.dumps(msgspec.to_builtins(value), sort_keys=True).encode()
