"""What owners do for a publisher: add and end authorities and signing keys.

1. Read the publisher at the newest block.
2. Refuse what the contract would refuse, before anything is spent.
3. Tell what it does, to releases that are there and to the publisher.

Whoever asked then sends the action, which the contract checks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weightmark.domain.actions import (
    AddAuthority,
    AddSigningKey,
    EndAuthority,
    EndSigningKey,
    OwnersAction,
)
from weightmark.domain.registry import FOREVER, Role
from weightmark.domain.signing_keys import KeyAlgorithm, algorithm_label
from weightmark.domain.statements import Registration
from weightmark.domain.times import parse_time, utc_text
from weightmark.errors import (
    AlreadyExistsError,
    StatementRefusedError,
    UnavailableError,
    UsageError,
)
from weightmark.services.authorities import Authority, sending
from weightmark.services.publisher_state import PublisherState

_NOBODY = f"0x{0:040x}"


@dataclass(frozen=True, slots=True)
class Plan:
    """An action, and what it does.

    Attributes:
        action: What to send.
        summary: What it is, in words.
        failing: Releases that verify now, and will not afterwards.
        staying: How many others of the same authority stay good.
        notes: What is worth knowing.
        warnings: What cannot be undone, or gives everything away.
        problem: Why the releases that it concerns are not known, if they are not.
    """

    action: OwnersAction
    summary: str
    failing: tuple[Registration, ...] = ()
    staying: int = 0
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problem: UnavailableError | None = None

    @property
    def is_grave(self) -> bool:
        """Whether it should be asked for twice."""
        return bool(self.failing or self.warnings or self.problem)


class Ownership:
    """Plans what an account does as an owner of a publisher.

    Args:
        state: The publisher.
        account: That of the configured key, or empty where there is none.
        now: The time of this machine, in seconds since 1970.
        owner_index: Which authority the account is; None to find out.
        must_be_ours: Whether the account has to be an owner; where it has not, and is none, the
            owner of the index acts, or else the publisher itself, by a wallet.

    Raises, on creation:
        NotAuthorizedError: There is no such owner of the publisher now.
    """

    def __init__(
        self,
        state: PublisherState,
        account: str,
        now: int,
        owner_index: int | None = None,
        *,
        must_be_ours: bool = True,
    ) -> None:
        self._state = state
        # Whatever the clock says: what is registered is not ended by an end that is set to now.
        self._now = max(now, state.block.next_time)
        owner = sending(
            state.authorities,
            state.publisher,
            account,
            state.block.next_time,
            index=owner_index,
            as_owner=True,
            must_be_ours=must_be_ours,
        )
        self._owner, self._account = owner.index, owner.account

    @property
    def account(self) -> str:
        """The account that is to send."""
        return self._account

    def add(self, account: str, role: Role, until: str = "") -> Plan:
        """Plan to add an authority.

        Raises:
            ValueFormatError: ``until`` is not a time.
            StatementRefusedError: It is past, or nobody has the account.
        """
        if account == _NOBODY:
            raise StatementRefusedError(f"{account} is nobody's account, and no authority")
        end = self._end_of_new(until)
        action = AddAuthority(self._state.publisher, self._owner, account, role, end)
        summary = f"add {account} as {role.name.lower()}, {_until(end)}"
        warnings = []
        if role is Role.OWNER:
            warnings.append(
                "an owner can do everything that the publisher can, and end every other owner, the "
                "identity itself among them"
            )
        notes = [
            f"it is authority {each.index} already, {each.role}, {_until(each.word.until)}"
            for each in self._state.authorities
            if each.account == account and each.is_active(self._now)
        ]
        return Plan(action, summary, notes=tuple(notes), warnings=tuple(warnings))

    def end(self, which: str, until: str = "") -> Plan:
        """Plan to end an authority, which is an index or an account; without a time, now.

        Raises:
            ValueFormatError: ``until`` is not a time.
            StatementRefusedError: There is no such authority, or it ends before that.
            UsageError: The account is several authorities.
        """
        end = parse_time(until, self._now) if until else self._now
        authority = self._authority(which, end)
        _check_lowered(f"authority {authority.index}", authority.word.until, end)
        action = EndAuthority(self._state.publisher, self._owner, authority.index, end)
        summary = f"end authority {authority.index}, the {authority.role} {authority.account}, "
        summary += f"as of {utc_text(end)}"
        warnings = tuple(self._warnings(authority, end))
        try:
            good = self._state.good_releases(authority)
        except UnavailableError as error:
            return Plan(action, summary, warnings=warnings, problem=error)
        failing = tuple(each for each in good if each.registered_at >= end)
        return Plan(action, summary, failing, len(good) - len(failing), warnings=warnings)

    def add_key(self, fingerprint: bytes, algorithm: KeyAlgorithm, until: str = "") -> Plan:
        """Plan to add a signing key.

        Raises:
            ValueFormatError: ``until`` is not a time.
            StatementRefusedError: It is past.
            AlreadyExistsError: The publisher has, or had, that key.
        """
        end = self._end_of_new(until)
        known = self._state.signing_key(fingerprint)
        if known:
            raise AlreadyExistsError(
                f"the publisher has the signing key {fingerprint.hex()} already: "
                f"{algorithm_label(known.algorithm)}, {_until(known.until)}",
                hint="a key is added once; one that was ended is not taken up again",
            )
        action = AddSigningKey(self._state.publisher, self._owner, fingerprint, algorithm, end)
        summary = f"add the {algorithm.label} signing key {fingerprint.hex()}, "
        summary += _until(end)
        note = "it counts for releases that are registered from then on, not for earlier ones"
        return Plan(action, summary, notes=(note,))

    def end_key(self, fingerprint: bytes, until: str = "") -> Plan:
        """Plan to end a signing key; without a time, now.

        Raises:
            ValueFormatError: ``until`` is not a time.
            StatementRefusedError: There is no such key, or it ends before that.
        """
        end = parse_time(until, self._now) if until else self._now
        known = self._state.signing_key(fingerprint)
        if known is None:
            raise StatementRefusedError(
                f"the publisher has no signing key {fingerprint.hex()}",
                hint="'weightmark publisher show' lists the keys",
            )
        _check_lowered("the key", known.until, end)
        action = EndSigningKey(self._state.publisher, self._owner, fingerprint, end)
        summary = f"end the {algorithm_label(known.algorithm)} signing key {fingerprint.hex()} "
        summary += f"as of {utc_text(end)}"
        note = (
            "releases registered since, whose manifests name it, fail; which ones those are "
            "stands in their manifests, and not on the chain"
        )
        return Plan(action, summary, notes=(note,))

    def _end_of_new(self, until: str) -> int:
        end = parse_time(until, self._now) if until else FOREVER
        if end <= self._now:
            raise StatementRefusedError(
                f"the end of the validity, {utc_text(end)}, is past", hint="choose a later --until"
            )
        return end

    def _authority(self, which: str, end: int) -> Authority:
        known = self._state.authorities
        if which.isdecimal():
            found = [each for each in known if str(each.index) == which]
        else:
            same = [each for each in known if each.account == which]
            found = [each for each in same if each.word.until > end] or same[-1:]
        if not found:
            raise StatementRefusedError(
                f"the publisher {self._state.publisher} has no authority {which}",
                hint="'weightmark publisher show' lists them",
            )
        if len(found) > 1:
            indices = ", ".join(str(each.index) for each in found)
            raise UsageError(
                f"{which} is several authorities: {indices}", hint="name one by its index"
            )
        return found[0]

    def _warnings(self, ended: Authority, end: int) -> list[str]:
        since = max(end, self._now)
        others = [each for each in self._state.authorities if each.index != ended.index]
        owners = [each for each in others if each.word.role is Role.OWNER and each.is_active(since)]
        warnings = []
        if ended.index == 0:
            warnings.append(
                "authority 0 is the identity's own account: from then on it owns nothing here"
            )
        if ended.account == self._account and not _has(owners, self._account):
            warnings.append(f"this ends the key that signs it: {self._account} is then no owner")
        if ended.word.role is Role.OWNER and not owners:
            warnings.append(
                "it is the last owner: from then on nobody can revoke a release, or change "
                "authorities and keys, ever again"
            )
        return warnings


def _has(authorities: Sequence[Authority], account: str) -> bool:
    return any(each.account == account for each in authorities)


def _until(end: int) -> str:
    return "without an end" if end == FOREVER else f"until {utc_text(end)}"


def _check_lowered(what: str, current: int, end: int) -> None:
    if end >= current:
        raise StatementRefusedError(
            f"{what} ends at {utc_text(current)} already; an end is only ever lowered, not set to "
            f"{utc_text(end)}",
            hint="choose an earlier --until, or add it again",
        )
