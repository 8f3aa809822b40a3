"""Finding files among the releases that this machine published or verified."""

from __future__ import annotations

from weightmark.domain.digests import Digest, DigestAlgorithm
from weightmark.errors import MissingPathError, ValueFormatError
from weightmark.ports.artifacts import Artifact
from weightmark.ports.records import FileRecord, Records


def find_digest(text: str, records: Records) -> tuple[FileRecord, ...]:
    """Return the remembered files that have a digest.

    Raises:
        MissingPathError: The text is not a digest.
        StorageError: The records cannot be read.
    """
    try:
        digest = Digest.parse(text)
    except ValueFormatError as error:
        raise MissingPathError(
            f"{error.message}, and there is no such file", hint=error.hint
        ) from None
    return records.files(digest.hex)


def find_file(artifact: Artifact, records: Records) -> tuple[FileRecord, ...]:
    """Return the remembered files that have the content of an artifact's only file.

    Raises:
        ArtifactError: The file cannot be read.
        StorageError: The records cannot be read.
    """
    (path,) = artifact.list().sizes
    found: list[FileRecord] = []
    for algorithm in DigestAlgorithm:
        hashed = artifact.hash((path,), algorithm, lambda _: None)
        for error in hashed.errors.values():
            raise error
        found.extend(records.files(hashed.entries[path].digest))
    return tuple(found)
