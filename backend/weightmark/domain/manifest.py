"""The release manifest: who publishes which files under which name and version.

A manifest is one file of canonical JSON (RFC 8785) without a trailing newline, and nothing else:
``encode(decode(data)) == data`` holds for every ``data`` that `decode` accepts, so that its sha256,
the manifest hash, identifies both the bytes and the values.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.identifiers import check_name, check_version, checksum_address
from weightmark.domain.merkle import MerkleTree, leaf_hash
from weightmark.domain.paths import check_paths
from weightmark.errors import ManifestError, WeightmarkError

SCHEMA: Final = "weightmark/manifest/v1"
MAX_MANIFEST_SIZE = 64 * 2**20
MAX_FILES = 1_000_000
MAX_LIST_LENGTH = 10_000
# As many as one envelope holds signatures.
MAX_SIGNERS = 64
MAX_FILE_SIZE = 2**53 - 1

Text = Annotated[str, Meta(max_length=4096)]
Root = Annotated[str, Meta(pattern=r"^0x[0-9a-f]{64}\Z")]
DigestText = Annotated[str, Meta(pattern=r"^(1220|1e20)[0-9a-f]{64}\Z")]
Fingerprint = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]

_TIMESTAMP = "%Y-%m-%dT%H:%M:%SZ"
_TIMESTAMP_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class _Value(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Frozen; unknown members are refused; a member that is absent stays absent."""


class FileEntry(_Value, frozen=True, gc=False):
    """One file of an artifact: path, length in bytes, and digest as a multihash in hex."""

    path: Text
    size: Annotated[int, Meta(ge=0, le=MAX_FILE_SIZE)]
    digest: DigestText

    @property
    def leaf(self) -> bytes:
        """The file's leaf in the artifact's tree."""
        return leaf_hash(self.path, self.size, bytes.fromhex(self.digest))


class Metadata(_Value, frozen=True):
    """What a publisher says about a model, for people."""

    description: Text | UnsetType = UNSET
    license: Text | UnsetType = UNSET
    framework: Text | UnsetType = UNSET
    author: Text | UnsetType = UNSET
    tags: Annotated[tuple[Text, ...], Meta(max_length=MAX_LIST_LENGTH)] | UnsetType = UNSET


class Parent(_Value, frozen=True):
    """A release that this one was made from."""

    relation: Text
    ref: Text
    artifact_root: Root


class Dataset(_Value, frozen=True):
    """A data set that went into the model."""

    name: Text
    uri: Text | UnsetType = UNSET
    digest: DigestText | UnsetType = UNSET


class Signer(_Value, frozen=True):
    """A key that must sign the release: the sha256 of its SubjectPublicKeyInfo, in hex."""

    algorithm: Text
    key: Fingerprint


class Manifest(_Value, frozen=True):
    """A release manifest. Its values are checked by `decode` and by `check`."""

    publisher: Text
    name: Text
    version: Text
    created: Text
    digest: DigestAlgorithm
    artifact_root: Root
    files: Annotated[tuple[FileEntry, ...], Meta(min_length=1, max_length=MAX_FILES)]
    schema: Literal["weightmark/manifest/v1"]
    created_by: Text | UnsetType = UNSET
    artifact_cid: Text | UnsetType = UNSET
    ignores: Annotated[tuple[Text, ...], Meta(max_length=MAX_LIST_LENGTH)] | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    parents: Annotated[tuple[Parent, ...], Meta(max_length=MAX_LIST_LENGTH)] | UnsetType = UNSET
    datasets: Annotated[tuple[Dataset, ...], Meta(max_length=MAX_LIST_LENGTH)] | UnsetType = UNSET
    signers: Annotated[tuple[Signer, ...], Meta(max_length=MAX_SIGNERS)] | UnsetType = UNSET

    @property
    def algorithm(self) -> DigestAlgorithm:
        """The algorithm that decides the verdict."""
        return self.digest

    @property
    def size(self) -> int:
        """The length of all files together, in bytes."""
        return sum(entry.size for entry in self.files)

    @property
    def ignored_patterns(self) -> tuple[str, ...]:
        """The patterns of files that the publisher left out; empty if none."""
        return self.ignores or ()

    @property
    def required_signers(self) -> tuple[Signer, ...]:
        """The keys that must sign; empty if none."""
        return self.signers or ()

    def tree(self) -> MerkleTree:
        """Build the artifact's tree from the entries."""
        return MerkleTree.of(entry.leaf for entry in self.files)


_DECODER = msgspec.json.Decoder(Manifest)
_ENCODER = msgspec.json.Encoder(order="sorted")


def encode(manifest: Manifest) -> bytes:
    """Return the canonical bytes of a manifest."""
    return _ENCODER.encode(manifest)


def manifest_hash(data: bytes) -> bytes:
    """Return the sha256 of a manifest's canonical bytes."""
    return hashlib.sha256(data).digest()


def decode(data: bytes) -> Manifest:
    """Read a manifest, strictly and with bounds.

    Raises:
        ManifestError: The data is too large, not JSON, not canonical, lacks a member or has an
            unknown one, or a value breaks its rule.
    """
    if len(data) > MAX_MANIFEST_SIZE:
        raise ManifestError(f"the manifest is larger than {MAX_MANIFEST_SIZE} bytes")
    try:
        manifest = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestError(f"the manifest cannot be read: {error}") from None
    if encode(manifest) != data:
        raise ManifestError(
            "the manifest is not canonical JSON (RFC 8785)",
            hint="it was edited or reformatted; get the publisher's own file",
        )
    check(manifest)
    return manifest


def check(manifest: Manifest) -> None:
    """Check what a manifest's types cannot say.

    Raises:
        ManifestError: A value breaks its rule.
    """
    try:
        if checksum_address(manifest.publisher) != manifest.publisher:
            raise ManifestError("the publisher's address lacks the capitals of EIP-55")
        check_name(manifest.name)
        check_version(manifest.version)
        check_paths(entry.path for entry in manifest.files)
    except WeightmarkError as error:
        raise ManifestError(f"the manifest is refused: {error.message}", hint=error.hint) from None
    parse_timestamp(manifest.created)
    _check_order(manifest.files)
    _check_digests(manifest)


def parse_timestamp(text: str) -> datetime:
    """Read a time such as ``2026-11-21T09:00:00Z``.

    Raises:
        ManifestError: It is not of that form, or no such time exists.
    """
    try:
        if _TIMESTAMP_FORM.fullmatch(text):
            return datetime.strptime(text, _TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise ManifestError(f"{text[:40]!r} is not a time such as 2026-11-21T09:00:00Z")


def format_timestamp(time: datetime) -> str:
    """Write a time as a manifest carries it: UTC, in whole seconds."""
    return time.astimezone(UTC).strftime(_TIMESTAMP)


def artifact_root_text(root: bytes) -> str:
    """Write a root as a manifest carries it."""
    return f"0x{root.hex()}"


def sorted_entries(entries: Iterable[FileEntry]) -> tuple[FileEntry, ...]:
    """Return entries in a manifest's order: by the code points of their paths."""
    return tuple(sorted(entries, key=lambda entry: entry.path))


def compare(old: Iterable[FileEntry], new: Iterable[FileEntry]) -> dict[str, list[str]]:
    """Return the paths that were added, removed and altered between two lists of files."""
    before, after = ({entry.path: entry for entry in entries} for entries in (old, new))
    common = before.keys() & after.keys()
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "altered": sorted(path for path in common if before[path] != after[path]),
    }


def _check_order(files: tuple[FileEntry, ...]) -> None:
    for one, next_one in itertools.pairwise(files):
        if one.path >= next_one.path:
            raise ManifestError("the manifest's files are not sorted by path")


def _check_digests(manifest: Manifest) -> None:
    prefix = manifest.digest.multihash_prefix.hex()
    for entry in manifest.files:
        if not entry.digest.startswith(prefix):
            raise ManifestError(
                f"the digest of '{entry.path}' is not {manifest.digest}, as the manifest declares"
            )
