"""What an owner's action is, and what it does: told before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from weightmark.domain.actions import OwnersAction
from weightmark.domain.registry import FOREVER, Role
from weightmark.domain.statements import Registration
from weightmark.domain.times import utc_text
from weightmark.errors import UnavailableError
from weightmark.services.authorities import Authority, left_out_text

_NOBODY_CAN = "nobody can revoke a release, or change authorities and keys, ever again"


@dataclass(frozen=True, slots=True)
class Plan:
    """An action, and what it does.

    Attributes:
        action: What to send.
        summary: What it is, in words.
        failing: Releases that verify now, and will not afterwards.
        in_doubt: Releases that will not either if their manifests name the signing key.
        staying: How many others of the same authority stay good.
        notes: What is worth knowing.
        warnings: What cannot be undone, or gives everything away.
        problem: Why the releases that it concerns are not known, if they are not.
    """

    action: OwnersAction
    summary: str
    failing: tuple[Registration, ...] = ()
    in_doubt: tuple[Registration, ...] = ()
    staying: int = 0
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problem: UnavailableError | None = None

    @property
    def is_grave(self) -> bool:
        """Whether it should be asked for twice."""
        return bool(self.failing or self.in_doubt or self.warnings or self.problem)


def until_text(end: int) -> str:
    """Return the end of a validity in words."""
    return "without an end" if end == FOREVER else f"until {utc_text(end)}"


def past_warning(what: str, end: int) -> str:
    """Return what is warned of where an end is past."""
    return f"{utc_text(end)} is past: {what} since then is distrusted, and that is never undone"


def same_account_warnings(
    others: Sequence[Authority], account: str, since: int, left_out: int
) -> list[str]:
    """Return what is warned of where an account that ends may stay another authority."""
    same = [
        f"{account} is authority {each.index} as well, {each.role}, "
        f"{until_text(each.word.until)}: it may still act as that one, until you end it too"
        for each in others
        if each.account == account and each.is_active(since)
    ]
    unknown = f"{account} may be another authority as well{left_out_text(left_out)}"
    return [*same, unknown] if left_out else same


def lasting_warnings(ends: Iterable[int], since: int, left_out: int) -> list[str]:
    """Return what is warned of where no owner is left after some time.

    Args:
        ends: When those are over who are owners then, of those that were looked at.
        since: What comes before that does not matter.
        left_out: How many authorities were not looked at.
    """
    last = max(ends, default=0)
    if last > since and utc_text(last) == "never":
        return []
    verb, beyond = "may be" if left_out else "is", left_out_text(left_out)
    if last <= since:
        return [f"it {verb} the last owner{beyond}: from {utc_text(since)} on {_NOBODY_CAN}"]
    over = f"the last owner {verb} over at {utc_text(last)}{beyond}"
    return [f"{over}: from then on {_NOBODY_CAN}, unless an owner adds another before"]


def ending_warnings(
    ended: Authority, others: Sequence[Authority], actor: str, since: int, left_out: int
) -> list[str]:
    """Return what is warned of where an authority ends.

    Args:
        ended: The authority.
        others: The publisher's other ones, of those that were looked at.
        actor: The account that ends it.
        since: From when on it may not act, which is not before now; seconds since 1970.
        left_out: How many authorities were not looked at.
    """
    owners = [each for each in others if each.word.role is Role.OWNER and each.is_active(since)]
    warnings = same_account_warnings(others, ended.account, since, left_out)
    if ended.index == 0:
        warnings.append(
            "authority 0 is the identity's own account: from then on it owns nothing here"
        )
    if ended.account == actor and all(each.account != actor for each in owners):
        warnings.append(
            f"this ends the key that signs it: {actor} is then no owner{left_out_text(left_out)}"
        )
    if ended.word.role is Role.OWNER:
        warnings += lasting_warnings((each.word.until for each in owners), since, left_out)
    return warnings
