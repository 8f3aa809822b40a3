"""How a release stands on a chain, before something is asked of it."""

from __future__ import annotations

from weightmark.domain.registry import ReleaseState, ReleaseWord, release_slots
from weightmark.domain.statements import ReleaseStatement
from weightmark.errors import AlreadyRevokedError, VersionExistsError
from weightmark.ports.chain import Block, ChainReader


def release_state(
    reader: ChainReader, registry: str, release_id: bytes, block: Block
) -> ReleaseState:
    """Return both words of a release at a block.

    Raises:
        ChainUnreachableError: The chain does not answer, or answers nonsense.
    """
    commitment, word = reader.words(registry, release_slots(release_id), block)
    return ReleaseState(commitment.to_bytes(32, "big"), ReleaseWord.unpack(word))


def is_registered(statement: ReleaseStatement, found: ReleaseState) -> bool:
    """Whether exactly what a statement says is registered.

    Raises:
        AlreadyRevokedError: The version was revoked.
        VersionExistsError: The version is registered with other content.
    """
    label = f"{statement.name} {statement.version}"
    if found.word.is_revoked:
        raise AlreadyRevokedError(
            f"{label} was revoked as {found.word.reason.label}",
            hint="publish the files under another --version",
        )
    if found.word.is_registered and found.commitment != statement.commitment:
        raise VersionExistsError(
            f"{label} is registered already, with another manifest or other files",
            hint="a version never changes: publish under another --version, or put back the "
            "weightmark.json of the registered release",
        )
    return found.word.is_registered
