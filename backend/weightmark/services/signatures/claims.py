"""What documents say of an artifact's files, and whether it is true."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import FileEntry, Manifest
from weightmark.domain.merkle import MerkleTree
from weightmark.domain.patterns import matcher
from weightmark.domain.signatures.envelope import MAX_SIGNATURE_FILE_SIZE
from weightmark.domain.signatures.statement import SINGLE_FILE, Resource, Statement
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import ArtifactError, WeightmarkError
from weightmark.ports.artifacts import Artifact, HashedFiles, Listing, Start

STEP = 7


@dataclass(frozen=True, slots=True)
class Claim:
    """Which files there are, by one or more documents that say the same.

    Attributes:
        sources: The documents, by their names.
        files: Each file by its path, with its digest and, where they say so, its size.
        algorithm: The hash function of the digests.
        ignores: Patterns of further files that may be there.
    """

    sources: tuple[str, ...]
    files: Mapping[str, Resource]
    algorithm: DigestAlgorithm
    ignores: tuple[str, ...] = ()

    @classmethod
    def of_manifest(cls, name: str, manifest: Manifest) -> Claim:
        """Return what a manifest says."""
        files = {each.path: Resource(each.path, each.digest, each.size) for each in manifest.files}
        return cls((name,), files, manifest.algorithm, manifest.ignored_patterns)

    @classmethod
    def of_statement(
        cls, name: str, statement: Statement, single_file: str, ignores: tuple[str, ...]
    ) -> Claim:
        """Return what a statement says.

        Args:
            name: The file that it is in.
            statement: The statement.
            single_file: The path of an artifact that is one file; empty for a folder.
            ignores: The patterns of the manifest that it covers; those of a statement itself are
                no reason to pass files by.
        """
        files = {each.name: each for each in statement.resources}
        if single_file and SINGLE_FILE in files:
            files = {single_file: dataclasses.replace(files[SINGLE_FILE], name=single_file)}
        return cls((name,), files, statement.algorithm, ignores)


def merged(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return claims of which no two say the same."""
    found: list[Claim] = []
    for claim in claims:
        same = (each for each in found if dataclasses.replace(claim, sources=each.sources) == each)
        if (equal := next(same, None)) is None:
            found.append(claim)
        else:
            sources = (*equal.sources, *claim.sources)
            found[found.index(equal)] = dataclasses.replace(equal, sources=sources)
    return tuple(found)


def hash_claimed(
    artifact: Artifact,
    listing: Listing,
    claims: Collection[Claim],
    start: Start,
    also: Collection[DigestAlgorithm] = (),
) -> dict[DigestAlgorithm, HashedFiles]:
    """Read the files that claims are of, each once, with every hash function that is needed.

    Args:
        artifact: The files.
        listing: What the artifact holds.
        claims: What is said of them.
        start: Called before files are read.
        also: Hash functions that no claim needs.
    """
    readable = {path for claim in claims for path in _readable(claim, listing)}
    algorithms = {claim.algorithm for claim in claims}.union(also)
    advance = start(sum(listing.sizes[path] for path in readable))
    return artifact.hash_together(readable, algorithms, advance)


def check_claims(
    artifact: Artifact,
    listing: Listing,
    claims: Collection[Claim],
    hashed: Mapping[DigestAlgorithm, HashedFiles],
) -> tuple[Check, ...]:
    """Compare an artifact's files with claims.

    Args:
        artifact: The files.
        listing: What the artifact holds.
        claims: What is said of them.
        hashed: What reading them gave.
    """
    sidecars = listed_sidecars(artifact, listing, claims)
    return tuple(
        check
        for claim in claims
        for check in _check(claim, listing, hashed[claim.algorithm], sidecars)
    )


def artifact_root_of(claim: Claim, listing: Listing) -> bytes:
    """Return the root of an artifact whose files are those of a claim; empty if it has none.

    Sidecars are no files of an artifact.
    """
    leaves = [
        FileEntry(path, listing.sizes[path], file.digest).leaf
        for path, file in claim.files.items()
        if path in listing.sizes
    ]
    return MerkleTree.of(leaves).root if leaves else b""


def listed_sidecars(
    artifact: Artifact, listing: Listing, claims: Collection[Claim]
) -> dict[str, FileEntry]:
    """Return those sidecars that a claim lists as files: the reference knows none of ours.

    Args:
        artifact: The files, and the sidecars beside them.
        listing: What the artifact holds.
        claims: What is said of them.
    """
    found: dict[str, FileEntry] = {}
    prefix = DigestAlgorithm.SHA2_256.multihash_prefix.hex()
    for name in set(listing.sidecars) - listing.sizes.keys():
        if not any(name in claim.files for claim in claims):
            continue
        # What cannot be read is missing.
        with suppress(WeightmarkError):
            data = artifact.read_sidecar(name, MAX_SIGNATURE_FILE_SIZE)
            digest = hashlib.sha256(data).hexdigest()
            found[name] = FileEntry(name, len(data), prefix + digest)
    return found


def _readable(claim: Claim, listing: Listing) -> Iterator[str]:
    """Give the files that are there; what has another size is altered, and need not be read."""
    for path, file in claim.files.items():
        size = listing.sizes.get(path)
        if size is not None and file.size in (None, size):
            yield path


def _check(
    claim: Claim, listing: Listing, hashed: HashedFiles, sidecars: Mapping[str, FileEntry]
) -> tuple[Check, ...]:
    try:
        is_left_out = matcher(claim.ignores)
    except ArtifactError as error:
        return (Check.of_error(STEP, "ignored", error),)
    absent = claim.files.keys() - listing.sizes.keys() - sidecars.keys()
    left_out = absent.intersection(listing.ignored)
    unread = claim.files.keys() & hashed.errors.keys()
    altered = {
        path
        for path in claim.files.keys() - absent - unread
        if _differs(claim.files[path], hashed.entries.get(path) or sidecars.get(path))
    }
    others = listing.sizes.keys() - claim.files.keys()
    ignored = {path for path in others if is_left_out(path)}
    found = (
        *_problem("altered", altered, "not as in", claim),
        *_problem("missing", absent - left_out, "missing, of", claim),
        *_problem("left-out", left_out, "left out by you, though listed in", claim),
        *_problem("unsigned", others - ignored, "not in", claim),
        *(Check.of_error(STEP, "files", hashed.errors[path]) for path in sorted(unread)),
    )
    return (*(found or (_passed(claim, listing, sidecars),)), *_left_out(claim, ignored))


def _differs(file: Resource, entry: FileEntry | None) -> bool:
    return entry is None or entry.digest != file.digest or file.size not in (None, entry.size)


def _problem(name: str, paths: Collection[str], what: str, claim: Claim) -> tuple[Check, ...]:
    if not paths:
        return ()
    count = "1 file is" if len(paths) == 1 else f"{len(paths)} files are"
    message = f"{count} {what} {_names(claim)}"
    return (Check(STEP, name, Outcome.FAILED, message, paths=tuple(sorted(paths))),)


def _passed(claim: Claim, listing: Listing, sidecars: Mapping[str, FileEntry]) -> Check:
    listed = sum(entry.size for path, entry in sidecars.items() if path in claim.files)
    size = listed + sum(listing.sizes.get(path, 0) for path in claim.files)
    count = (
        "the 1 file is that" if len(claim.files) == 1 else f"all {len(claim.files)} files are those"
    )
    message = f"{count} of {_names(claim)} ({size} bytes)"
    return Check(STEP, "files", Outcome.PASSED, message)


def _left_out(claim: Claim, ignored: Collection[str]) -> tuple[Check, ...]:
    if not claim.ignores:
        return ()
    message = f"the publisher leaves out {', '.join(claim.ignores)}: {len(ignored)} not checked"
    return (Check(STEP, "ignored", Outcome.WARNED, message, paths=tuple(sorted(ignored))),)


def _names(claim: Claim) -> str:
    return " and ".join(claim.sources)
