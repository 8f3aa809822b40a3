"""A release as a chain tells it, for those who look it up."""

from __future__ import annotations

from dataclasses import dataclass

from weightmark.domain.registry import AuthorityWord, Reason, ReleaseState, Status
from weightmark.domain.statements import Registration


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A registration together with what the registry says of it at a block.

    Attributes:
        chain_id: The chain that was read.
        registration: The event of its registration.
        state: The release's words at the newest block.
        authority: The authority that registered it, as it stands at the newest block.
        is_final: Whether the registration is final.
        successor: What took the place of a superseded release: its version, or the id of a release
            that is none of the same model. Empty where there is none.
    """

    chain_id: int
    registration: Registration
    state: ReleaseState
    authority: AuthorityWord | None
    is_final: bool
    successor: str = ""

    @property
    def reference(self) -> str:
        """The REF with chain id and address."""
        told = self.registration
        return f"{self.chain_id}:{told.publisher}/{told.name}@{told.version}"

    @property
    def is_authorized(self) -> bool:
        """Whether the authority that registered the release still counts for it."""
        registered_at = self.state.word.registered_at
        return self.authority is not None and self.authority.is_valid_at(registered_at)

    @property
    def status(self) -> str:
        """``pending``, ``current``, ``superseded``, ``revoked`` or ``distrusted``."""
        word = self.state.word
        if word.status is Status.REVOKED:
            return "superseded" if word.reason is Reason.SUPERSEDED else "revoked"
        if not self.is_authorized:
            return "distrusted"
        return "current" if self.is_final else "pending"

    @property
    def is_current(self) -> bool:
        """Whether nothing speaks against the release."""
        return self.status in ("current", "pending")


@dataclass(frozen=True, slots=True)
class ModelLog:
    """All releases of one model, the oldest first, complete by the model's head."""

    releases: tuple[ReleaseView, ...]

    @property
    def newest(self) -> ReleaseView | None:
        """The newest release that is not revoked."""
        return next((each for each in reversed(self.releases) if each.is_current), None)
