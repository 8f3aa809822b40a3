"""Revoking a release, or a version before anybody registers it.

1. The release is not revoked so already.
2. It is there, unless a tombstone is wanted, and not revoked for good; its successor is there, and
   is not revoked.
3. The revocation is sent, or something else is made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from weightmark.domain.actions import Revoke
from weightmark.domain.identifiers import check_version, model_id_of, release_id_of
from weightmark.domain.registry import Reason, ReleaseWord
from weightmark.domain.statements import NO_SUCCESSOR, RevocationStatement
from weightmark.errors import AlreadyRevokedError, UnknownReleaseError, UsageError
from weightmark.ports.chain import ChainWriter, TransactionReceipt
from weightmark.ports.chains import Chains
from weightmark.ports.records import Records
from weightmark.services.authorities import authority_index_of
from weightmark.services.heads import remember_head
from weightmark.services.lookup import ResolvedReference
from weightmark.services.spending import FREELY, Spending
from weightmark.services.standing import newest, release_state, unless_done

Drafted = TypeVar("Drafted")


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
    """A revocation that is in a block.

    Attributes:
        release: What is revoked.
        statement: What the registry was told of it.
        receipt: The transaction, or None where the release was revoked so before.
    """

    release: ResolvedReference
    statement: RevocationStatement
    receipt: TransactionReceipt | None

    @property
    def reason(self) -> Reason:
        """Why it is revoked."""
        return self.statement.reason

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
            AlreadyRevokedError: The release is revoked for another reason, for good; or the
                successor is revoked.
            NotAuthorizedError: The account is not an owner.
            UnavailableError: The chain is out of reach.
        """
        release = request.release

        def send(statement: RevocationStatement) -> TransactionReceipt:
            writer, index = self._writer(), request.authority_index
            if index is None:
                index = authority_index_of(
                    self._chains, release.network, release.publisher, writer.account, as_owner=True
                )
            action = Revoke(statement, index)
            return spending.approve(writer, action).send(writer, action)

        receipt = self.draft(request, send)
        model_id = model_id_of(release.publisher, release.name)
        remember_head(self._chains, release.network, model_id, self._records)
        return Revocation(release, _statement(request), receipt)

    def draft(
        self, request: RevocationRequest, make: Callable[[RevocationStatement], Drafted]
    ) -> Drafted | None:
        """Make something of what an owner has to say; None where the release is revoked so already.

        Raises:
            WeightmarkError: As `revoke`, and what ``make`` raises.
        """
        _check(request)
        statement = _statement(request)

        def checked() -> Drafted:
            self._check_releases(request)
            return make(statement)

        return unless_done(self._chains, request.release.network, statement, checked)

    def _check_releases(self, request: RevocationRequest) -> None:
        release, successor = request.release, request.successor
        word = self._word(release, release.version)
        if not word.can_be_revoked(request.reason):
            raise AlreadyRevokedError(
                f"{release.text} is revoked already, as {word.reason.label}",
                hint="only a superseded release can be revoked again, for another reason",
            )
        if not request.tombstone and not word.is_registered:
            raise UnknownReleaseError(
                _nobody_registered(release, release.version),
                hint="check the spelling; --tombstone revokes a version before it is registered",
            )
        if not successor:
            return
        word = self._word(release, successor)
        if not word.is_registered:
            raise UnknownReleaseError(
                _nobody_registered(release, successor),
                hint="check the spelling of --successor, or publish that version first",
            )
        if word.is_revoked:
            raise AlreadyRevokedError(
                f"the successor {successor} is revoked itself, as {word.reason.label}",
                hint="name another --successor, or none",
            )

    def _word(self, release: ResolvedReference, version: str) -> ReleaseWord:
        reader, block = newest(self._chains, release.network)
        release_id = release_id_of(release.publisher, release.name, version)
        return release_state(reader, self._chains.registry.address, release_id, block).word


def _nobody_registered(release: ResolvedReference, version: str) -> str:
    label = f"{release.publisher}/{release.name}@{version}"
    return f"nobody registered {label} on '{release.network.name}'"


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
