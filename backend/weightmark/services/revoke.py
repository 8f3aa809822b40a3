"""Revoking a release, or a version before anybody registers it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

from weightmark.domain.actions import Revoke
from weightmark.domain.identifiers import check_version, model_id_of, release_id_of
from weightmark.domain.registry import Reason
from weightmark.domain.statements import NO_SUCCESSOR, RevocationStatement
from weightmark.errors import UnavailableError, UnknownReleaseError, UsageError
from weightmark.ports.chain import BlockTag, ChainWriter, TransactionReceipt
from weightmark.ports.chains import Chains
from weightmark.ports.records import Records
from weightmark.services.authorities import authority_index_of
from weightmark.services.heads import remember_head
from weightmark.services.lookup import ResolvedReference, check_chain
from weightmark.services.spending import FREELY, Spending
from weightmark.services.standing import release_state


@dataclass(frozen=True, slots=True)
class RevocationRequest:
    """What to revoke, and why.

    Attributes:
        release: Which release.
        reason: Why.
        successor: The version that takes its place, for a superseded release.
        tombstone: Whether a version that nobody registered may be revoked.
        authority_index: Which owner of the publisher the sending account is; None to find out.
    """

    release: ResolvedReference
    reason: Reason
    successor: str = ""
    tombstone: bool = False
    authority_index: int | None = None


@dataclass(frozen=True, slots=True)
class Revocation:
    """A revocation that is in a block."""

    release: ResolvedReference
    reason: Reason
    receipt: TransactionReceipt

    @property
    def reference(self) -> str:
        """The REF with chain id and address."""
        return self.release.text


class Revoker:
    """Revokes releases with one key."""

    def __init__(self, chains: Chains, writer: Callable[[], ChainWriter], records: Records) -> None:
        self._chains = chains
        self._writer = writer
        self._records = records

    def revoke(self, request: RevocationRequest, spending: Spending = FREELY) -> Revocation:
        """Revoke a release. This is final, but a superseded release can be revoked for good.

        Raises:
            UsageError: The release has no version, or a successor is given for another reason, or
                is the release itself.
            ValueFormatError: The successor is no version.
            UnknownReleaseError: Nobody registered the release, and no tombstone is wanted; or
                nobody registered the successor.
            AlreadyRevokedError: The release is revoked for good.
            NotAuthorizedError: The account is not an owner.
            UnavailableError: The chain is out of reach.
        """
        release, statement = request.release, self.statement(request)
        writer, index = self._writer(), request.authority_index
        if index is None:
            index = authority_index_of(
                self._chains, release.network, release.publisher, writer.account, as_owner=True
            )
        action = Revoke(statement, index)
        receipt = spending.approve(writer, action).send(writer, action)
        # The revocation stands, also where it cannot be remembered; the next verification does it.
        with suppress(UnavailableError):
            model_id = model_id_of(release.publisher, release.name)
            remember_head(self._chains, release.network, model_id, self._records)
        return Revocation(release, request.reason, receipt)

    def statement(self, request: RevocationRequest) -> RevocationStatement:
        """Return what an owner has to say to the registry, once it is known to make sense.

        Raises:
            UsageError, ValueFormatError, UnknownReleaseError, UnavailableError: As `revoke`.
        """
        _check(request)
        release = request.release
        wanted = (*(() if request.tombstone else (release.version,)), request.successor)
        _require_registered(self._chains, release, tuple(filter(None, wanted)))
        return _statement(request)


def _check(request: RevocationRequest) -> None:
    if not request.release.version:
        raise UsageError("a revocation needs a version", hint="write NAME@VERSION")
    if request.successor and request.reason is not Reason.SUPERSEDED:
        raise UsageError("only a superseded release has a successor")
    if request.successor and check_version(request.successor) == request.release.version:
        raise UsageError("a release cannot be its own successor")


def _statement(request: RevocationRequest) -> RevocationStatement:
    publisher, name = request.release.publisher, request.release.name
    successor = request.successor
    return RevocationStatement(
        publisher,
        name,
        request.release.version,
        request.reason,
        release_id_of(publisher, name, successor) if successor else NO_SUCCESSOR,
    )


def _require_registered(
    chains: Chains, release: ResolvedReference, versions: Collection[str]
) -> None:
    reader = chains.reader(release.network)
    block = reader.block(BlockTag.LATEST)
    check_chain(reader, release.network, chains, block)
    for version in versions:
        release_id = release_id_of(release.publisher, release.name, version)
        found = release_state(reader, chains.registry.address, release_id, block)
        if not found.word.is_registered:
            raise UnknownReleaseError(
                f"nobody registered {release.publisher}/{release.name}@{version} "
                f"on '{release.network.name}'",
                hint="check the spelling; --tombstone revokes a version before it is registered",
            )
