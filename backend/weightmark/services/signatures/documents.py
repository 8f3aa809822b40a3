"""What lies beside an artifact's files and says something of them: signatures, and the manifest."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import WeightmarkError
from weightmark.ports.artifacts import Artifact, Listing
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST
from weightmark.services.signatures.claims import STEP as FILES_STEP
from weightmark.services.signatures.claims import Claim, artifact_root_of, merged
from weightmark.services.signatures.files import SIGNATURE_FILES, SignedFile
from weightmark.services.verification.identity import check_manifest


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of one artifact.

    Attributes:
        files: The files of signatures that could be read.
        evidence: The manifest, if there is one that could be read.
        checks: What was found as they were read.
    """

    files: tuple[SignedFile, ...]
    evidence: Evidence | None
    checks: tuple[Check, ...]

    @classmethod
    def read(
        cls, artifact: Artifact, listing: Listing, given: Mapping[str, bytes] | None = None
    ) -> Documents:
        """Read the documents beside an artifact's files.

        Args:
            artifact: The artifact.
            listing: What it holds.
            given: Files of signatures to read in place of those beside the files.
        """
        evidence, checks = _read_manifest(artifact, listing)
        files, problems = _read_files(artifact, listing, given)
        return cls(files, evidence, (*checks, *problems))

    @classmethod
    def beside(cls, artifact: Artifact, listing: Listing, evidence: Evidence) -> Documents:
        """Read the files of signatures beside an artifact's files, whose manifest is known."""
        files, problems = _read_files(artifact, listing, None)
        return cls(files, evidence, problems)

    @property
    def algorithms(self) -> frozenset[DigestAlgorithm]:
        """The hash functions of the digests that are signed."""
        return frozenset(file.statement.algorithm for file in self.files)

    @property
    def is_complete(self) -> bool:
        """Whether nothing of what is there could not be read."""
        return all(check.outcome is not Outcome.INVALID for check in self.checks)

    def covers_manifest(self, file: SignedFile) -> bool:
        """Whether a file's signatures cover the manifest that is there."""
        evidence = self.evidence
        return evidence is not None and evidence.manifest_hash == file.statement.manifest_hash

    def claims(self, single_file: str) -> tuple[Claim, ...]:
        """Return what they say of the files; equal claims are one.

        Args:
            single_file: The path of an artifact that is one file; empty for a folder.
        """
        found = [self.claim_of(file, single_file) for file in self.files]
        if self.evidence is not None:
            found.append(Claim.of_manifest(MANIFEST, self.evidence.manifest))
        return merged(found)

    def check_roots(self, listing: Listing, single_file: str) -> Iterator[Check]:
        """Compare the roots that statements carry with those of files that are as they say."""
        for file in self.files:
            yield from self.check_root(file, listing, single_file)

    def check_root(self, file: SignedFile, listing: Listing, single_file: str) -> Iterator[Check]:
        """Compare the root that a statement carries with that of files that are as it says."""
        told = file.statement.artifact_root
        if not told:
            return
        if self.evidence is not None and self.covers_manifest(file):
            found = self.evidence.artifact_root
        else:
            found = artifact_root_of(self.claim_of(file, single_file), listing)
        if found != told:
            what = (
                "the files have other names than those" if found else "there are none of the files"
            )
            message = f"{what} that {file.name} was made for"
            yield Check(FILES_STEP, "artifact-root", Outcome.FAILED, message)

    def claim_of(self, file: SignedFile, single_file: str) -> Claim:
        """Return what a file of signatures says of the artifact's files."""
        covered = self.evidence is not None and self.covers_manifest(file)
        # A manifest that is not signed could hide any file.
        ignores = self.evidence.manifest.ignored_patterns if self.evidence and covered else ()
        return Claim.of_statement(file.name, file.statement, single_file, ignores)


def _read_manifest(
    artifact: Artifact, listing: Listing
) -> tuple[Evidence | None, tuple[Check, ...]]:
    if MANIFEST not in listing.sidecars:
        return None, ()
    try:
        evidence = Evidence.read(artifact)
    except WeightmarkError as error:
        return None, (Check.of_error(1, "manifest", error),)
    return evidence, check_manifest(evidence)


def _read_files(
    artifact: Artifact, listing: Listing, given: Mapping[str, bytes] | None
) -> tuple[tuple[SignedFile, ...], tuple[Check, ...]]:
    if given is None:
        beside = (name for name in SIGNATURE_FILES if name in listing.sidecars)
        readers = {name: partial(SignedFile.read, artifact, name) for name in beside}
    else:
        readers = {name: partial(SignedFile.parse, name, data) for name, data in given.items()}
    files: list[SignedFile] = []
    problems: list[Check] = []
    for name, read in readers.items():
        try:
            files.append(read())
        except WeightmarkError as error:
            problem = Check.of_error(1, "signature-file", error)
            problems.append(dataclasses.replace(problem, message=f"{name}: {error.message}"))
    return tuple(files), tuple(problems)
