"""Clarity: a sidecar ``FILE.sig`` for each file, and a list of them, ``model_signatures.json``.

A signature is the HMAC-SHA256 of a file's content under a shared secret (``_calculate_hmac`` of
``scripts/sign_model.py``). It covers neither the file's name nor anything else in the sidecar.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from weightmark.domain.earlier.strict import Sha256, Size, Strict, Text, decode
from weightmark.domain.earlier.values import EarlierCodes, FileCode
from weightmark.errors import ManifestError

TOOL = "Clarity"
LIST_NAME = "model_signatures.json"
SIDECAR_SUFFIX = ".sig"
# A sidecar has some 200 bytes.
MAX_SIDECAR_SIZE = 2**14


class _Sidecar(Strict, frozen=True):
    file: Text
    signature: Sha256
    algorithm: Literal["sha256"]
    signed_at: Text
    file_size: Size


class _List(Strict, frozen=True):
    created_at: Text
    algorithm: Literal["sha256"]
    total_files: Size
    signatures: Annotated[dict[str, _Sidecar], Meta(min_length=1)]


def parse_sidecar(data: bytes) -> EarlierCodes:
    """Read a sidecar; the path of its file is the name that it tells.

    Raises:
        ManifestError: It has another form.
    """
    sidecar = decode(data, _Sidecar)
    return EarlierCodes(TOOL, {sidecar.file: _code(sidecar)}, {"signed_at": sidecar.signed_at})


def parse_list(data: bytes) -> EarlierCodes:
    """Read a list of sidecars.

    Raises:
        ManifestError: It has another form, or contradicts itself.
    """
    document = decode(data, _List)
    for path, sidecar in document.signatures.items():
        if path.rpartition("/")[2] != sidecar.file:
            raise ManifestError(f"the file lists '{path}' as a file '{sidecar.file}'")
    if document.total_files != len(document.signatures):
        raise ManifestError("the file does not list as many files as it says")
    codes = {path: _code(sidecar) for path, sidecar in document.signatures.items()}
    return EarlierCodes(TOOL, codes, {"created_at": document.created_at})


def _code(sidecar: _Sidecar) -> FileCode:
    return FileCode(sidecar.signature, sidecar.file_size)
