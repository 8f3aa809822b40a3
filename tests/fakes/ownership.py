"""The registry's rules for what owners do, in plain Python."""

from __future__ import annotations

from collections.abc import Callable

from weightmark.domain.actions import (
    AddAuthority,
    AddSigningKey,
    EndAuthority,
    EndSigningKey,
    OwnersAction,
)
from weightmark.domain.registry import (
    AuthorityWord,
    SigningKeyWord,
    authority_count_slot,
    authority_slot,
    signing_key_slot,
)
from weightmark.errors import AlreadyExistsError, StatementRefusedError

# Returns a word of the registry, by its slot.
Words = Callable[[int], int]

_NOBODY = f"0x{0:040x}"


def words_after(action: OwnersAction, words: Words, now: int) -> dict[int, int]:
    """Return the words that an owner's action changes in a block of time ``now``."""
    match action:
        case AddAuthority():
            return _added_authority(action, words, now)
        case EndAuthority(publisher, _, index, until):
            slot = authority_slot(publisher, index)
            word = AuthorityWord.unpack(words(slot), publisher=publisher, index=index)
            if word is None:
                raise StatementRefusedError(f"no authority {index}")
            _check_lowered(word.until, until)
            return {slot: packed(int(word.account, 16), word.valid_from, until, word.role)}
        case AddSigningKey(publisher, _, fingerprint, algorithm, until):
            slot = signing_key_slot(publisher, fingerprint)
            _check_new(algorithm, until, now)
            if words(slot):
                raise AlreadyExistsError(f"the key {fingerprint.hex()} is there")
            return {slot: packed(0, now, until, algorithm)}
        case EndSigningKey(publisher, _, fingerprint, until):
            slot = signing_key_slot(publisher, fingerprint)
            key = SigningKeyWord.unpack(words(slot))
            if key is None:
                raise StatementRefusedError(f"no key {fingerprint.hex()}")
            _check_lowered(key.until, until)
            return {slot: packed(0, key.valid_from, until, key.algorithm)}


def packed(account: int, valid_from: int, until: int, kind: int) -> int:
    """Return the word of an authority or a signing key."""
    return account | valid_from << 160 | until << 200 | kind << 240


def _added_authority(action: AddAuthority, words: Words, now: int) -> dict[int, int]:
    if action.account == _NOBODY:
        raise StatementRefusedError(f"{action.account} is nobody")
    _check_new(action.role, action.until, now)
    counter = authority_count_slot(action.publisher)
    index = words(counter) + 1
    word = packed(int(action.account, 16), now, action.until, action.role)
    return {counter: index, authority_slot(action.publisher, index): word}


def _check_new(kind: int, until: int, now: int) -> None:
    if kind == 0:
        raise StatementRefusedError("0 is none")
    if until <= now:
        raise StatementRefusedError(f"{until} is past")


def _check_lowered(current: int, until: int) -> None:
    if until >= current:
        raise StatementRefusedError(f"{current} is not lowered to {until}")
