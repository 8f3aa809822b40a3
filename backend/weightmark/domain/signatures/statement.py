"""The statement that is signed: an in-toto statement of OpenSSF Model Signing, and what we add.

It lists every file of an artifact with its digest. Added are the artifact's root, which covers the
files' names in their tree; the hash of the release manifest, and with it everything that the
manifest says; each file's size; when it was signed, and the keys of those who signed then.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import (
    MAX_FILE_SIZE,
    MAX_FILES,
    MAX_LIST_LENGTH,
    Text,
    parse_timestamp,
)
from weightmark.domain.paths import check_paths
from weightmark.domain.signatures.decoding import decode_base64, decode_json, encode_base64
from weightmark.domain.signatures.envelope import (
    MAX_PAYLOAD_SIZE,
    MAX_SIGNATURES,
    KeyText,
    check_payload,
)
from weightmark.domain.text import printable
from weightmark.errors import InputError, SignatureFileError

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://model_signing/signature/v1.0"

# What an artifact that is one file calls that file.
SINGLE_FILE: Final = "."

# A file has at most five, its own object included, and no fewer than 109 bytes: 80 MiB of them have
# less than four million.
MAX_VALUES: Final = 4_000_000

_ALGORITHMS = {"sha256": DigestAlgorithm.SHA2_256, "blake3": DigestAlgorithm.BLAKE3}

_Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Algorithm = Literal["sha256", "blake3"]


class _Signed(Struct, frozen=True, omit_defaults=True):
    """Frozen. Of what the specification defines, members that we do not know are passed by."""


class _Digest(_Signed, frozen=True):
    sha256: _Hex
    weightmark_artifact: _Hex | UnsetType = UNSET
    weightmark_manifest: _Hex | UnsetType = UNSET


class _Subject(_Signed, frozen=True):
    name: Text
    digest: _Digest


class _Serialization(Struct, frozen=True):
    method: Literal["files"]
    hash_type: _Algorithm
    allow_symlinks: bool
    ignore_paths: Annotated[tuple[Text, ...], Meta(max_length=MAX_LIST_LENGTH)] = ()


class _Resource(_Signed, frozen=True, gc=False):
    name: Text
    algorithm: _Algorithm
    digest: _Hex
    size: Annotated[int, Meta(ge=0, le=MAX_FILE_SIZE)] | UnsetType = UNSET


class _Extension(Struct, frozen=True, forbid_unknown_fields=True):
    signed: Text
    keys: Annotated[tuple[KeyText, ...], Meta(max_length=MAX_SIGNATURES)]


class _Predicate(_Signed, frozen=True):
    serialization: _Serialization
    resources: Annotated[tuple[_Resource, ...], Meta(min_length=1, max_length=MAX_FILES)]
    weightmark: _Extension | UnsetType = UNSET


class _Statement(Struct, frozen=True, rename={"type": "_type", "predicate_type": "predicateType"}):
    type: Literal["https://in-toto.io/Statement/v1"]
    subject: Annotated[tuple[_Subject, ...], Meta(min_length=1, max_length=1)]
    predicate_type: Literal["https://model_signing/signature/v1.0"]
    predicate: _Predicate


@dataclass(frozen=True, slots=True)
class Resource:
    """One file that was signed.

    Attributes:
        name: Its path; `SINGLE_FILE`, or the base name, for an artifact that is one file.
        digest: As a multihash in hex, as in a manifest.
        size: Its length in bytes, or None where the signer did not say.
    """

    name: str
    digest: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What was signed.

    Attributes:
        subject: What the signer calls the artifact: for people.
        resources: Every file.
        algorithm: The hash function of their digests.
        ignored_paths: Files and folders that the signer left out. They are nobody's.
        artifact_root: The artifact's root; empty where the signer did not say.
        manifest_hash: The sha256 of the release manifest; empty where it is not covered.
        signed: When it was first signed, by the signer's clock; empty where that did not say.
        keys: The keys of those who signed then, in DER.
    """

    subject: str
    resources: tuple[Resource, ...]
    algorithm: DigestAlgorithm = DigestAlgorithm.SHA2_256
    ignored_paths: tuple[str, ...] = ()
    artifact_root: bytes = b""
    manifest_hash: bytes = b""
    signed: str = ""
    keys: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """The root of OpenSSF Model Signing: sha256 over the digests, in the listed order.

        It does not cover names. Never take it for an identity.
        """
        return _root(each.digest[-64:] for each in self.resources)

    def leaves_out(self, paths: Iterable[str]) -> frozenset[str]:
        """Return those of some paths of which the signer says nothing."""
        ignored = _folders(self.ignored_paths)
        return frozenset(path for path in paths if _is_under(path, ignored))


def sorted_resources(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return resources in the order of the specification: by the components of their names."""
    return tuple(sorted(resources, key=lambda each: each.name.split("/")))


def encode_statement(statement: Statement) -> bytes:
    """Return the bytes to sign. Digests are sha2-256: the reference takes no others.

    ``decode_statement(encode_statement(s)) == s`` holds for every statement with a time.

    Raises:
        SignatureFileError: It is too large to be read again.
    """
    digest = _Digest(
        sha256=statement.root.hex(),
        weightmark_artifact=statement.artifact_root.hex() or UNSET,
        weightmark_manifest=statement.manifest_hash.hex() or UNSET,
    )
    resources = tuple(
        _Resource(each.name, "sha256", each.digest[-64:], UNSET if each.size is None else each.size)
        for each in statement.resources
    )
    serialization = _Serialization(
        "files", "sha256", allow_symlinks=False, ignore_paths=statement.ignored_paths
    )
    extension = _Extension(statement.signed, tuple(map(encode_base64, statement.keys)))
    payload = msgspec.json.encode(
        _Statement(
            type=STATEMENT_TYPE,
            subject=(_Subject(statement.subject, digest),),
            predicate_type=PREDICATE_TYPE,
            predicate=_Predicate(serialization, resources, extension),
        )
    )
    return check_payload(payload)


def decode_statement(payload: bytes) -> Statement:
    """Read what was signed, strictly and with bounds.

    Raises:
        SignatureFileError: It is malformed, too large or no such statement, a name or time breaks
            its rule, or the root does not follow from the files.
    """
    found = decode_json(payload, _Statement, MAX_PAYLOAD_SIZE, MAX_VALUES, "the statement")
    (subject,), predicate = found.subject, found.predicate
    hash_type = predicate.serialization.hash_type
    _check_resources(predicate.resources, hash_type)
    _check_ignored(predicate)
    if _root(each.digest for each in predicate.resources).hex() != subject.digest.sha256:
        raise SignatureFileError("the statement's root does not follow from its files")
    extension = predicate.weightmark or _Extension("", ())
    if extension.signed:
        _check_time(extension.signed)
    algorithm = _ALGORITHMS[hash_type]
    prefix = algorithm.multihash_prefix.hex()
    return Statement(
        subject=subject.name,
        resources=tuple(
            Resource(each.name, prefix + each.digest, None if each.size is UNSET else each.size)
            for each in predicate.resources
        ),
        algorithm=algorithm,
        ignored_paths=predicate.serialization.ignore_paths,
        artifact_root=bytes.fromhex(subject.digest.weightmark_artifact or ""),
        manifest_hash=bytes.fromhex(subject.digest.weightmark_manifest or ""),
        signed=extension.signed,
        keys=tuple(decode_base64(each, "a public key") for each in extension.keys),
    )


def _root(digests: Iterable[str]) -> bytes:
    return hashlib.sha256(bytes.fromhex("".join(digests))).digest()


def _check_resources(resources: tuple[_Resource, ...], hash_type: str) -> None:
    for each in resources:
        if each.algorithm != hash_type:
            raise SignatureFileError("the statement mixes hash functions")
    names = [each.name for each in resources]
    if names == [SINGLE_FILE]:
        return
    try:
        check_paths(names)
    except InputError as error:
        raise SignatureFileError(
            f"the statement is refused: {error.message}", hint=error.hint
        ) from None


def _check_ignored(predicate: _Predicate) -> None:
    """Refuse a statement that leaves out what it lists: others find it missing."""
    ignored = _folders(predicate.serialization.ignore_paths)
    for each in predicate.resources:
        if _is_under(each.name, ignored):
            raise SignatureFileError(
                f"the statement both lists and leaves out '{printable(each.name)}'"
            )


def _folders(paths: Iterable[str]) -> list[str]:
    """Return paths with a slash after each part, sorted, without those that are under another."""
    found: list[str] = []
    for folder in sorted(map(_folder, paths)):
        if not found or not folder.startswith(found[-1]):
            found.append(folder)
    return found


def _is_under(path: str, folders: list[str]) -> bool:
    """Whether a path is one of some folders, or under one.

    Whatever is sorted between a folder and what is under it, is under it as well: so no other
    folder is there. That takes one look, however deep the path is.
    """
    path = f"{path}/"
    index = bisect_right(folders, path)
    return index > 0 and path.startswith(folders[index - 1])


def _folder(path: str) -> str:
    """Return a path as the reference takes it: ``.`` and nothing are no parts."""
    if path.startswith("/"):
        raise SignatureFileError("the statement leaves out an absolute path")
    return "".join(f"{part}/" for part in path.split("/") if part not in ("", "."))


def _check_time(text: str) -> None:
    try:
        parse_timestamp(text)
    except InputError as error:
        raise SignatureFileError(f"the statement is refused: {error.message}") from None
