"""Step 7: the files are those of the manifest, all of them, and no others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from weightmark.domain.manifest import FileEntry, Manifest
from weightmark.domain.verdict import Check, Outcome
from weightmark.ports.artifacts import Artifact, Listing, Start


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


def check_files(
    artifact: Artifact,
    listing: Listing,
    manifest: Manifest,
    selection: FileSelection,
    start: Start,
) -> tuple[Check, ...]:
    """Compare the files with the manifest's entries."""
    wanted = {entry.path: entry for entry in manifest.files if selection.takes(entry.path)}
    present = {path for path in wanted if path in listing.sizes}
    same_size = {path for path in present if listing.sizes[path] == wanted[path].size}
    listed = {entry.path for entry in manifest.files}
    extra = [path for path in listing.sizes if path not in listed]
    total = sum(listing.sizes[path] for path in same_size)
    hashed = artifact.hash(same_size, manifest.algorithm, start(total))
    altered = (present - same_size) | {
        path for path, entry in hashed.entries.items() if entry != wanted[path]
    }
    problems = (
        _problem("altered", altered, "altered"),
        _problem("missing", wanted.keys() - present, "missing"),
        _problem("extra", extra, "not listed in the manifest"),
        *(Check.of_error(7, "files", error) for _, error in sorted(hashed.errors.items())),
        _nothing_selected(wanted, selection),
    )
    found = tuple(check for check in problems if check is not None)
    if found:
        return (*found, *_ignored(listing, manifest))
    return (_passed(wanted, manifest, selection), *_ignored(listing, manifest))


def _problem(name: str, paths: Iterable[str], what: str) -> Check | None:
    ordered = tuple(sorted(paths))
    if not ordered:
        return None
    count = "1 file is" if len(ordered) == 1 else f"{len(ordered)} files are"
    return Check(7, name, Outcome.FAILED, f"{count} {what}", paths=ordered)


def _nothing_selected(wanted: dict[str, FileEntry], selection: FileSelection) -> Check | None:
    if wanted:
        return None
    message = f"no file of the release matches {' or '.join(selection.only)}"
    return Check(7, "selection", Outcome.INVALID, message)


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
    message += f"{len(listing.ignored)} files here are not checked"
    return (Check(7, "ignored", Outcome.WARNED, message, paths=listing.ignored),)
