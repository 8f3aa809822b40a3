"""Values of the domain, for Hypothesis."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from weightmark.domain.digests import Digest, DigestAlgorithm
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.manifest import (
    MAX_FILE_SIZE,
    SCHEMA,
    Dataset,
    FileEntry,
    Manifest,
    Metadata,
    Parent,
    Signer,
    artifact_root_text,
    format_timestamp,
    sorted_entries,
)
from weightmark.domain.merkle import MerkleTree
from weightmark.domain.paths import check_paths
from weightmark.errors import ArtifactError

_Value = TypeVar("_Value")

NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789._-"
VERSION_CHARACTERS = "".join(set(map(chr, range(0x21, 0x7F))) - {"/", "@"})

hashes = st.binary(min_size=32, max_size=32)
texts = st.text(max_size=12)
times = st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
name_parts = st.text(NAME_CHARACTERS, min_size=1, max_size=20).filter(
    lambda part: part not in (".", "..")
)
names = st.lists(name_parts, min_size=1, max_size=4).map("/".join)
versions = st.text(VERSION_CHARACTERS, min_size=1, max_size=64)
addresses = st.binary(min_size=20, max_size=20).map(lambda raw: checksum_address(f"0x{raw.hex()}"))
algorithms = st.sampled_from(DigestAlgorithm)
digests = st.builds(Digest, algorithms, hashes)
sizes = st.integers(0, MAX_FILE_SIZE)
components = (
    st.text(
        st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/\\"),
        min_size=1,
        max_size=8,
    )
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda text: text not in (".", ".."))
)


def _is_accepted(paths: list[str]) -> bool:
    try:
        check_paths(paths)
    except ArtifactError:
        return False
    return True


paths = (
    st.lists(components, min_size=1, max_size=4)
    .map("/".join)
    .filter(lambda path: _is_accepted([path]))
)
path_lists = st.lists(paths, min_size=1, max_size=5).filter(_is_accepted)


@st.composite
def file_entries(draw: st.DrawFn, algorithm: DigestAlgorithm) -> tuple[FileEntry, ...]:
    """Draw the files of an artifact, in a manifest's order."""
    chosen = draw(path_lists)
    return sorted_entries(
        FileEntry(path, draw(sizes), Digest(algorithm, draw(hashes)).hex) for path in chosen
    )


def _optional(values: st.SearchStrategy[_Value]) -> st.SearchStrategy[_Value | UnsetType]:
    return st.one_of(st.just(UNSET), values)


def _tuples(values: st.SearchStrategy[_Value]) -> st.SearchStrategy[tuple[_Value, ...]]:
    return st.lists(values, max_size=2).map(tuple)


optional_texts = _optional(texts)
fingerprints = hashes.map(bytes.hex)
metadata = st.builds(
    Metadata,
    description=optional_texts,
    license=optional_texts,
    framework=optional_texts,
    author=optional_texts,
    tags=_optional(_tuples(texts)),
)
parents = st.builds(Parent, texts, texts, hashes.map(artifact_root_text))
datasets = st.builds(Dataset, texts, optional_texts, _optional(digests.map(lambda each: each.hex)))
signers = st.builds(Signer, texts, fingerprints)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    """Draw a manifest that keeps all rules."""
    algorithm = draw(algorithms)
    entries = draw(file_entries(algorithm))
    return Manifest(
        schema=SCHEMA,
        publisher=draw(addresses),
        name=draw(names),
        version=draw(versions),
        created=format_timestamp(draw(times)),
        created_by=draw(optional_texts),
        digest=algorithm,
        artifact_root=artifact_root_text(MerkleTree.of(entry.leaf for entry in entries).root),
        artifact_cid=draw(optional_texts),
        files=entries,
        ignores=draw(_optional(_tuples(texts))),
        metadata=draw(_optional(metadata)),
        parents=draw(_optional(_tuples(parents))),
        datasets=draw(_optional(_tuples(datasets))),
        signers=draw(_optional(_tuples(signers))),
    )
