"""Step 7: the files are those of the manifest, all of them, and no others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import FileEntry, Manifest
from weightmark.domain.verdict import Check, Outcome
from weightmark.ports.artifacts import Artifact, HashedFiles, Listing, Start


@dataclass(frozen=True, slots=True)
class FileSelection:
    """Which files of a release to check.

    Attributes:
        only: Patterns of paths, of which a file must match one; empty for all files.
    """

    only: tuple[str, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether some files may be left out."""
        return bool(self.only)

    def takes(self, path: str) -> bool:
        """Whether a file is checked."""
        return not self.only or any(fnmatchcase(path, pattern) for pattern in self.only)


def hash_selected(
    artifact: Artifact,
    listing: Listing,
    manifest: Manifest,
    selection: FileSelection,
    algorithms: Collection[DigestAlgorithm],
    start: Start,
) -> dict[DigestAlgorithm, HashedFiles]:
    """Read the files that are checked, each once, and hash them.

    What has another size than the manifest says is altered, and need not be read.
    """
    sizes = listing.sizes
    readable = {
        each.path
        for each in manifest.files
        if selection.takes(each.path) and sizes.get(each.path) == each.size
    }
    advance = start(sum(sizes[path] for path in readable) if algorithms else 0)
    return artifact.hash_together(readable, algorithms, advance)


def check_files(
    listing: Listing, manifest: Manifest, selection: FileSelection, hashed: HashedFiles
) -> tuple[Check, ...]:
    """Compare the files with the manifest's entries."""
    listed = {entry.path: entry for entry in manifest.files}
    wanted = {path: entry for path, entry in listed.items() if selection.takes(path)}
    present = wanted.keys() & listing.sizes.keys()
    readable = {path for path in present if listing.sizes[path] == wanted[path].size}
    altered = {path for path in readable if hashed.entries.get(path) != wanted[path]}
    found = (
        *_problem("altered", altered - hashed.errors.keys() | (present - readable), "altered"),
        *_problem("missing", wanted.keys() - present, "missing"),
        *_problem("extra", listing.sizes.keys() - listed.keys(), "not listed in the manifest"),
        *(Check.of_error(7, "files", error) for _, error in sorted(hashed.errors.items())),
        *_nothing_selected(wanted, selection),
    )
    passed = () if found else (_passed(wanted, manifest, selection),)
    return (*found, *passed, *_ignored(listing, manifest))


def _problem(name: str, paths: Collection[str], what: str) -> tuple[Check, ...]:
    if not paths:
        return ()
    message = f"{_count(len(paths))} {what}"
    return (Check(7, name, Outcome.FAILED, message, paths=tuple(sorted(paths))),)


def _count(number: int) -> str:
    return "1 file is" if number == 1 else f"{number} files are"


def _nothing_selected(wanted: dict[str, FileEntry], selection: FileSelection) -> tuple[Check, ...]:
    if wanted:
        return ()
    message = f"no file of the release matches {' or '.join(selection.only)}"
    return (Check(7, "selection", Outcome.INVALID, message),)


def _passed(wanted: dict[str, FileEntry], manifest: Manifest, selection: FileSelection) -> Check:
    size = sum(entry.size for entry in wanted.values())
    message = f"{len(wanted)} of {len(manifest.files)} files are the published ones ({size} bytes)"
    if not selection.is_partial:
        return Check(7, "files", Outcome.PASSED, message)
    left_out = tuple(entry.path for entry in manifest.files if entry.path not in wanted)
    return Check(7, "files", Outcome.WARNED, f"partial: {message}", paths=left_out)


def _ignored(listing: Listing, manifest: Manifest) -> tuple[Check, ...]:
    if not manifest.ignored_patterns:
        return ()
    message = f"the publisher leaves out {', '.join(manifest.ignored_patterns)}: "
    message += f"{_count(len(listing.ignored))} not checked"
    return (Check(7, "ignored", Outcome.WARNED, message, paths=listing.ignored),)
