"""Comparing files with what an earlier tool signed of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet
from hmac import compare_digest

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.earlier import clarity
from weightmark.domain.earlier.values import EarlierCodes, EarlierManifest, FileClaim, FileCode
from weightmark.domain.manifest import FileEntry, Manifest
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import ManifestError
from weightmark.ports.artifacts import Start
from weightmark.ports.earlier import Contents

_PREFIX = DigestAlgorithm.SHA2_256.multihash_prefix.hex()


def compare_manifest(
    earlier: EarlierManifest, manifest: Manifest, place: str, own: AbstractSet[str]
) -> tuple[Check, ...]:
    """Compare hashed files with a signed list of them.

    Args:
        earlier: The list.
        manifest: The files, hashed with sha2-256.
        place: The path of the file that holds the list. Signing again made modelseal list what had
            been in it before: that is left out.
        own: The tool's own files, which need not be listed.
    """
    claims = {path: claim for path, claim in earlier.files.items() if path != place}
    entries = {entry.path: entry for entry in manifest.files}
    altered = {
        path for path in claims.keys() & entries.keys() if not _agrees(claims[path], entries[path])
    }
    return _checks(entries.keys(), claims.keys(), altered, own)


def compare_codes(
    earlier: EarlierCodes,
    manifest: Manifest,
    place: str,
    contents: Contents,
    secret: bytes,
    start: Start,
) -> tuple[Check, ...]:
    """Compare files with their codes: those of a list or sidecar, and of all sidecars beside them.

    Args:
        earlier: The codes of one file.
        manifest: The files.
        place: The path of that file, in whose directory the files are that it tells of.
        contents: The contents of the files.
        secret: What the codes were made with.
        start: Called before files are read.

    Raises:
        ManifestError: A sidecar is malformed.
        ArtifactError: A file cannot be read, or has changed.
    """
    sizes = {entry.path: entry.size for entry in manifest.files}
    sidecars = [path for path in sizes if path.endswith(clarity.SIDECAR_SUFFIX)]
    listed: defaultdict[str, list[FileCode]] = defaultdict(list)
    for path in sidecars:
        listed[path.removesuffix(clarity.SIDECAR_SUFFIX)].append(_sidecar(path, contents))
    folder = place[: place.rfind("/") + 1]
    for path, code in earlier.files.items():
        listed[folder + path].append(code)
    present = listed.keys() & sizes.keys()
    advance = start(sum(sizes[path] for path in present))
    actual = contents.authenticate(sorted(present), secret, advance)
    altered = {
        path
        for path in present
        if not all(
            each.size == sizes[path] and compare_digest(each.code, actual[path])
            for each in listed[path]
        )
    }
    return _checks(sizes.keys(), listed.keys(), altered, {place, *sidecars})


def _agrees(claim: FileClaim, entry: FileEntry) -> bool:
    return entry.digest == _PREFIX + claim.sha256 and claim.size in (None, entry.size)


def _sidecar(path: str, contents: Contents) -> FileCode:
    try:
        codes = clarity.parse_sidecar(contents.read(path, clarity.MAX_SIDECAR_SIZE))
    except ManifestError as error:
        raise ManifestError(f"'{path}' is no sidecar of {clarity.TOOL}: {error.message}") from None
    name = path.removesuffix(clarity.SIDECAR_SUFFIX).rpartition("/")[2]
    if name not in codes.files:
        raise ManifestError(f"'{path}' tells of another file than the one beside it")
    return codes.files[name]


def _checks(
    present: AbstractSet[str],
    listed: AbstractSet[str],
    altered: AbstractSet[str],
    own: AbstractSet[str],
) -> tuple[Check, ...]:
    found = (
        *_problem("altered", altered, "altered, or signed with another key"),
        *_problem("missing", listed - present, "missing"),
        *_problem("extra", present - listed - own, "not listed", "--ignore leaves files out"),
    )
    return found or (Check(7, "files", Outcome.PASSED, f"{_count(listed)} as listed"),)


def _problem(name: str, paths: AbstractSet[str], what: str, hint: str = "") -> tuple[Check, ...]:
    if not paths:
        return ()
    message = f"{_count(paths)} {what}"
    return (Check(7, name, Outcome.FAILED, message, hint, tuple(sorted(paths))),)


def _count(paths: AbstractSet[str]) -> str:
    return "1 file is" if len(paths) == 1 else f"{len(paths)} files are"
