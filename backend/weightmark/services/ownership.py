"""What owners do for a publisher: add and end authorities and signing keys.

1. Read the publisher at the newest block.
2. Refuse what the contract would refuse, before anything is spent.
3. Tell what it does, to releases that are there and to the publisher.

Whoever asked then sends the action, which the contract checks again.
"""

from __future__ import annotations

from dataclasses import replace

from weightmark.domain.actions import (
    AddAuthority,
    AddSigningKey,
    EndAuthority,
    EndSigningKey,
)
from weightmark.domain.registry import FOREVER, Role
from weightmark.domain.signing_keys import KeyAlgorithm, algorithm_label
from weightmark.domain.statements import Registration
from weightmark.domain.times import End, parse_end, utc_text
from weightmark.errors import (
    AlreadyExistsError,
    StatementRefusedError,
    UnavailableError,
    UsageError,
)
from weightmark.services.authorities import Authority, left_out_text, sending
from weightmark.services.plans import (
    Plan,
    ending_warnings,
    lasting_warnings,
    past_warning,
    until_text,
)
from weightmark.services.publisher_state import PublisherState

_NOBODY = f"0x{0:040x}"


class Ownership:
    """Plans what an account does as an owner of a publisher.

    Args:
        state: The publisher.
        account: That of the configured key, or empty where there is none.
        now: The time of this machine, in seconds since 1970. It counts where the chain is one of
            this machine, which makes its next block when it is asked to; any other chain has its
            own time, whatever this machine's clock says.
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
        acting = state.block.next_time
        self._now = max(now, acting) if state.network.is_local else acting
        named = None if owner_index is None else state.authority(owner_index)
        owner = sending(
            state.authorities if named is None else (named,),
            state.publisher,
            account,
            self._now,
            index=owner_index,
            as_owner=True,
            must_be_ours=must_be_ours,
            left_out=state.left_out,
        )
        self._owner, self._account = owner.index, owner.account
        # The owner that acts counts, also where it is one of those that were not looked at.
        self._known = tuple({each.index: each for each in (*state.authorities, owner)}.values())

    @property
    def account(self) -> str:
        """The account that is to send."""
        return self._account

    def add(self, account: str, role: Role, until: str = "") -> Plan:
        """Plan to add an authority.

        Raises:
            ValueFormatError: ``until`` is not a time.
            StatementRefusedError: It is past, or nobody has the account.
            AlreadyExistsError: The account is that already, for about as long or longer.
        """
        if account == _NOBODY:
            raise StatementRefusedError(f"{account} is nobody's account, and no authority")
        end = self._end_of_new(until)
        active = [each for each in self._known if each.is_active(self._now)]
        same = [each for each in active if each.account == account]
        for each in same:
            _check_not_repeated(each, role, end)
        warnings = [
            f"{account} is authority {each.index} already, {each.role}, "
            f"{until_text(each.word.until)}: the new one stands beside it, and each ends on its own"
            for each in same
        ]
        if self._state.left_out:
            beyond = left_out_text(self._state.left_out)
            warnings.append(f"{account} may be an authority already{beyond}")
        if role is Role.OWNER:
            warnings.append(
                "an owner can do everything that the publisher can, and end every other owner, the "
                "identity itself among them"
            )
            owners = [each.word.until for each in active if each.word.role is Role.OWNER]
            warnings += lasting_warnings((*owners, end.time), self._now, self._state.left_out)
        action = AddAuthority(self._state.publisher, self._owner, account, role, end.time)
        summary = f"add {account} as {role.name.lower()}, {until_text(end.time)}"
        return Plan(action, summary, notes=_notes(end), warnings=tuple(warnings))

    def end(self, which: int | str, until: str = "") -> Plan:
        """Plan to end an authority, which is an index or an account; without a time, now.

        Raises:
            ValueFormatError: ``until`` is not a time.
            StatementRefusedError: There is no such authority, or it ends before that.
            UsageError: The account is several authorities.
        """
        end = self._end(until)
        authority = self._authority(which, end.time)
        index, left_out = authority.index, self._state.left_out
        _check_lowered(f"authority {index}", authority.word.until, end.time)
        action = EndAuthority(self._state.publisher, self._owner, index, end.time)
        summary = f"end authority {index}, the {authority.role} {authority.account}, "
        summary += f"as of {utc_text(end.time)}"
        others = [each for each in self._known if each.index != index]
        since = max(end.time, self._now)
        warnings = ending_warnings(authority, others, self._account, since, left_out)
        if end.time < self._now:
            warnings.insert(0, past_warning("what it registered", end.time))
        plan = Plan(action, summary, notes=_notes(end), warnings=tuple(warnings))
        try:
            good = self._releases(authority)
        except UnavailableError as error:
            return replace(plan, problem=error)
        failing = tuple(each for each in good if each.registered_at >= end.time)
        return replace(plan, failing=failing, staying=len(good) - len(failing))

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
                f"{algorithm_label(known.algorithm)}, {until_text(known.until)}",
                hint="a key is added once; one that was ended is not taken up again",
            )
        action = AddSigningKey(self._state.publisher, self._owner, fingerprint, algorithm, end.time)
        summary = f"add the {algorithm.label} signing key {fingerprint.hex()}, "
        summary += until_text(end.time)
        note = "it counts for releases that are registered from then on, not for earlier ones"
        return Plan(action, summary, notes=(*_notes(end), note))

    def end_key(self, fingerprint: bytes, until: str = "") -> Plan:
        """Plan to end a signing key; without a time, now.

        Raises:
            ValueFormatError: ``until`` is not a time.
            StatementRefusedError: There is no such key, or it ends before that.
        """
        end = self._end(until)
        known = self._state.signing_key(fingerprint)
        if known is None:
            raise StatementRefusedError(
                f"the publisher has no signing key {fingerprint.hex()}",
                hint="'weightmark publisher show' lists the keys",
            )
        _check_lowered("the key", known.until, end.time)
        action = EndSigningKey(self._state.publisher, self._owner, fingerprint, end.time)
        summary = f"end the {algorithm_label(known.algorithm)} signing key {fingerprint.hex()} "
        summary += f"as of {utc_text(end.time)}"
        note = (
            "releases registered since, whose manifests name it, fail; which ones those are "
            "stands in their manifests, and not on the chain"
        )
        plan = Plan(action, summary, notes=(*_notes(end), note))
        if end.time >= self._now:
            return plan
        warned = replace(plan, warnings=(past_warning("what it signed", end.time),))
        try:
            since = max(end.time, known.valid_from)
            in_doubt = self._state.standing_releases(since, known.until)
        except UnavailableError as error:
            return replace(warned, problem=error)
        return replace(warned, in_doubt=in_doubt)

    def _releases(self, authority: Authority) -> list[Registration]:
        word = authority.word
        told = self._state.standing_releases(word.valid_from, word.until)
        return [each for each in told if each.authority_index == authority.index]

    def _end(self, until: str) -> End:
        return parse_end(until, self._now) if until else End(self._now)

    def _end_of_new(self, until: str) -> End:
        end = parse_end(until, self._now) if until else End(FOREVER)
        if end.time <= self._now:
            raise StatementRefusedError(
                f"the end of the validity, {utc_text(end.time)}, is past",
                hint="choose a later --until",
            )
        return end

    def _authority(self, which: int | str, end: int) -> Authority:
        beyond = ""
        if isinstance(which, int):
            named = self._state.authority(which)
            found = [named] if named else []
        else:
            same = [each for each in self._known if each.account == which]
            found = [each for each in same if each.word.until > end] or same[-1:]
            beyond = left_out_text(self._state.left_out)
        if not found:
            raise StatementRefusedError(
                f"the publisher {self._state.publisher} has no authority {which}{beyond}",
                hint="'weightmark publisher show' lists them"
                + ("; one that it leaves out is named by its index" if beyond else ""),
            )
        if len(found) > 1:
            indices = ", ".join(str(each.index) for each in found)
            raise UsageError(
                f"{which} is several authorities: {indices}{beyond}",
                hint="name one by its index",
            )
        return found[0]


def _notes(end: End) -> tuple[str, ...]:
    return (end.note,) if end.note else ()


def _check_not_repeated(known: Authority, role: Role, end: End) -> None:
    # The same words, said again after a timeout, mean an end that is at most the leeway later.
    if known.word.role is role and known.word.until >= end.time - end.leeway:
        raise AlreadyExistsError(
            f"{known.account} is authority {known.index} already: {known.role}, "
            f"{until_text(known.word.until)}",
            hint="nothing is left to do; to have it end earlier, weightmark publisher end "
            f"{known.index} --until TIME",
        )


def _check_lowered(what: str, current: int, end: int) -> None:
    if end >= current:
        raise StatementRefusedError(
            f"{what} ends at {utc_text(current)} already; an end is only ever lowered, not set to "
            f"{utc_text(end)}",
            hint="choose an earlier --until, or add it again",
        )
