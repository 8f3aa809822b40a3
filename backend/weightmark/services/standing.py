"""How statements stand on a chain: what is done already is not asked for again.

Between the look and the answer of the chain somebody else may have done the same: whoever submits
the same request, another process with the same key, an earlier run of ours. So a refusal counts
only where the statement is still not done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from weightmark.domain.networks import Network
from weightmark.domain.registry import Reason, ReleaseState, ReleaseWord, release_slots
from weightmark.domain.statements import (
    NO_SUCCESSOR,
    ReleaseStatement,
    RevocationStatement,
    Statement,
)
from weightmark.errors import AlreadyRevokedError, RefusedError, VersionExistsError
from weightmark.ports.chain import Block, BlockTag, ChainReader
from weightmark.ports.chains import Chains
from weightmark.services.lookup import check_chain

Result = TypeVar("Result")


def unless_done(
    chains: Chains, network: Network, statement: Statement, act: Callable[[], Result]
) -> Result | None:
    """Return what an act gives that carries a statement out; None where it is done, by whomever.

    Raises:
        WeightmarkError: As `is_done`, and what the act raises.
    """
    if is_done(chains, network, statement):
        return None
    try:
        return act()
    except RefusedError:
        if is_done(chains, network, statement):
            return None
        raise


def is_done(chains: Chains, network: Network, statement: Statement) -> bool:
    """Whether the newest block of a chain has exactly what a statement says.

    Raises:
        AlreadyRevokedError: The version to register was revoked.
        VersionExistsError: It is registered with other content.
        UnavailableError: The chain is out of reach, or the registry is not there.
        LookAlikeContractError: The contract is not the registry.
    """
    reader, block = newest(chains, network)
    return stands(reader, chains.registry.address, statement, block)


def stands(reader: ChainReader, registry: str, statement: Statement, block: Block) -> bool:
    """Whether a block has exactly what a statement says.

    Raises:
        AlreadyRevokedError: The version to register was revoked.
        VersionExistsError: It is registered with other content.
        ChainUnreachableError: The chain does not answer, or answers nonsense.
    """
    found = release_state(reader, registry, statement.release_id, block)
    match statement:
        case ReleaseStatement() as release:
            return _is_registered(release, found)
        case RevocationStatement() as revocation:
            if not found.word.is_revoked or found.word.reason is not revocation.reason:
                return False
            return revocation.successor == _successor(reader, registry, revocation, block)


def newest(chains: Chains, network: Network) -> tuple[ChainReader, Block]:
    """Open a chain at its newest block, once it is known to be ours.

    Raises:
        UnavailableError: The chain is out of reach, or the registry is not there.
        LookAlikeContractError: The contract is not the registry.
    """
    reader = chains.reader(network)
    block = reader.block(BlockTag.LATEST)
    check_chain(reader, network, chains, block)
    return reader, block


def release_state(
    reader: ChainReader, registry: str, release_id: bytes, block: Block
) -> ReleaseState:
    """Return both words of a release at a block.

    Raises:
        ChainUnreachableError: The chain does not answer, or answers nonsense.
    """
    commitment, word = reader.words(registry, release_slots(release_id), block)
    return ReleaseState(commitment.to_bytes(32, "big"), ReleaseWord.unpack(word))


def _is_registered(statement: ReleaseStatement, found: ReleaseState) -> bool:
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


def _successor(
    reader: ChainReader, registry: str, revocation: RevocationStatement, block: Block
) -> bytes:
    # Only events tell it, and of no other reason: they take long to search.
    if revocation.reason is not Reason.SUPERSEDED:
        return NO_SUCCESSOR
    told = reader.successors(registry, [revocation.release_id], block)
    return told.get(revocation.release_id, NO_SUCCESSOR)
