"""Revoking a release, or a version before anybody registers it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

from weightmark.domain.identifiers import check_version, model_id_of, release_id_of
from weightmark.domain.registry import Reason, ReleaseWord, release_slots
from weightmark.domain.statements import NO_SUCCESSOR, RevocationStatement
from weightmark.errors import UnavailableError, UnknownReleaseError, UsageError
from weightmark.ports.chain import BlockTag, ChainWriter, TransactionReceipt
from weightmark.ports.chains import Chains
from weightmark.ports.records import Records
from weightmark.services.heads import remember_head
from weightmark.services.lookup import ResolvedReference, check_chain


@dataclass(frozen=True, slots=True)
class Revocation:
    """A revocation that is in a block."""

    release: ResolvedReference
    reason: Reason
    receipt: TransactionReceipt

    @property
    def reference(self) -> str:
        """The REF with chain id and address."""
        release = self.release
        label = f"{release.publisher}/{release.name}@{release.version}"
        return f"{release.network.chain_id}:{label}"


def revoke(
    chains: Chains,
    writer: Callable[[], ChainWriter],
    release: ResolvedReference,
    reason: Reason,
    records: Records,
    *,
    successor: str = "",
    tombstone: bool = False,
    authority_index: int = 0,
) -> Revocation:
    """Revoke a release. This is final, except that a superseded release can be revoked for good.

    Args:
        chains: Where the chain is opened.
        writer: Opens the chain for the account of an owner of the publisher.
        release: Which release.
        reason: Why.
        records: Where is remembered how far the chain has come.
        successor: The version that takes its place, for a superseded release.
        tombstone: Whether a version that nobody registered may be revoked.
        authority_index: Which owner of the publisher the account is.

    Raises:
        UsageError: The release has no version, or a successor is given for another reason, or is
            the release itself.
        ValueFormatError: The successor is no version.
        UnknownReleaseError: Nobody registered the release, and no tombstone is wanted; or nobody
            registered the successor.
        AlreadyRevokedError: The release is revoked for good.
        NotAuthorizedError: The account is not an owner.
        UnavailableError: The chain is out of reach.
    """
    if not release.version:
        raise UsageError("a revocation needs a version", hint="write NAME@VERSION")
    if successor and reason is not Reason.SUPERSEDED:
        raise UsageError("only a superseded release has a successor")
    if successor and check_version(successor) == release.version:
        raise UsageError("a release cannot be its own successor")
    versions = (*(() if tombstone else (release.version,)), *((successor,) if successor else ()))
    _require_registered(chains, release, versions)
    following = (
        release_id_of(release.publisher, release.name, successor) if successor else NO_SUCCESSOR
    )
    statement = RevocationStatement(
        release.publisher, release.name, release.version, reason, following
    )
    receipt = writer().revoke(statement, authority_index)
    # The revocation stands, also where it cannot be remembered; the next verification does that.
    with suppress(UnavailableError):
        model_id = model_id_of(release.publisher, release.name)
        remember_head(chains, release.network, model_id, records)
    return Revocation(release, reason, receipt)


def _require_registered(
    chains: Chains, release: ResolvedReference, versions: Collection[str]
) -> None:
    reader = chains.reader(release.network)
    block = reader.block(BlockTag.LATEST)
    check_chain(reader, release.network, chains, block)
    for version in versions:
        slots = release_slots(release_id_of(release.publisher, release.name, version))
        _, word = reader.words(chains.registry.address, slots, block)
        if not ReleaseWord.unpack(word).is_registered:
            raise UnknownReleaseError(
                f"nobody registered {release.publisher}/{release.name}@{version} "
                f"on '{release.network.name}'",
                hint="check the spelling; --tombstone revokes a version before it is registered",
            )
