"""What the `ModelRegistry` contract stores: where each word lies, and what it says.

The numbers here are those of the contract's storage layout, documented in ``docs/contracts.md``; a
test holds the two together. Times are seconds since 1970, as blocks carry them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from weightmark.domain.keccak import address_word, keccak256, uint_word
from weightmark.errors import ChainUnreachableError

RELEASES_SLOT = 0
HEADS_SLOT = 1
AUTHORITIES_SLOT = 2
AUTHORITY_COUNTS_SLOT = 3
SIGNING_KEYS_SLOT = 4

FOREVER = (1 << 40) - 1


class Status(IntEnum):
    """The status of a release id."""

    NONE = 0
    REGISTERED = 1
    REVOKED = 2


class Reason(IntEnum):
    """Why a release was revoked. All but ``SUPERSEDED`` fail a verification."""

    NONE = 0
    WITHDRAWN = 1
    VULNERABLE = 2
    COMPROMISED = 3
    SUPERSEDED = 4

    @property
    def label(self) -> str:
        """The word that the command line and the web API use."""
        return self.name.lower()


REASONS_BY_LABEL = {reason.label: reason for reason in Reason if reason is not Reason.NONE}


class Role(IntEnum):
    """What an authority may do for a publisher."""

    OWNER = 1
    DELEGATE = 2


_Number = TypeVar("_Number", bound=IntEnum)


def _number(kind: type[_Number], word: int, offset: int) -> _Number:
    try:
        return kind(_field(word, offset, 8))
    except ValueError:
        raise ChainUnreachableError(
            f"the chain answered with a word that the contract cannot have written: {word:#x}",
            hint="use another endpoint",
        ) from None


def _field(word: int, offset: int, bits: int) -> int:
    return (word >> offset) & ((1 << bits) - 1)


@dataclass(frozen=True, slots=True)
class ReleaseWord:
    """The second word of a release."""

    registered_at: int
    sequence: int
    status: Status
    reason: Reason
    status_at: int
    authority_index: int

    @classmethod
    def unpack(cls, word: int) -> ReleaseWord:
        """Read a word as the contract packs it."""
        return cls(
            registered_at=_field(word, 0, 40),
            sequence=_field(word, 40, 40),
            status=_number(Status, word, 80),
            reason=_number(Reason, word, 88),
            status_at=_field(word, 96, 40),
            authority_index=_field(word, 136, 32),
        )

    @property
    def is_registered(self) -> bool:
        """Whether the release was ever registered; a tombstone was not."""
        return self.registered_at > 0

    @property
    def is_revoked(self) -> bool:
        """Whether the release is revoked, for any reason."""
        return self.status is Status.REVOKED

    def can_be_revoked(self, reason: Reason) -> bool:
        """Whether it can be revoked for a reason: only ``superseded`` gives way, and to another."""
        return not self.is_revoked or (self.reason is Reason.SUPERSEDED is not reason)


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """Both words of a release."""

    commitment: bytes
    word: ReleaseWord


@dataclass(frozen=True, slots=True)
class AuthorityWord:
    """An address that may act for a publisher, valid while ``valid_from <= time < until``."""

    account: str
    valid_from: int
    until: int
    role: Role

    @classmethod
    def unpack(cls, word: int, *, publisher: str, index: int) -> AuthorityWord | None:
        """Read a word as the contract packs it.

        Index 0, while unwritten, is the identity address itself as owner; any other unwritten
        index is no authority, and gives ``None``.
        """
        if word == 0:
            return cls(publisher, 0, FOREVER, Role.OWNER) if index == 0 else None
        return cls(
            account=f"0x{_field(word, 0, 160):040x}",
            valid_from=_field(word, 160, 40),
            until=_field(word, 200, 40),
            role=_number(Role, word, 240),
        )

    def is_valid_at(self, time: int) -> bool:
        """Whether the authority was valid at ``time``."""
        return self.valid_from <= time < self.until


@dataclass(frozen=True, slots=True)
class SigningKeyWord:
    """A publisher's signing key, valid while ``valid_from <= time < until``.

    The contract takes any number but 0 for an algorithm; `KeyAlgorithm` has those that are known.
    """

    algorithm: int
    valid_from: int
    until: int

    @classmethod
    def unpack(cls, word: int) -> SigningKeyWord | None:
        """Read a word as the contract packs it; one that was never written gives ``None``."""
        if word == 0:
            return None
        return cls(_field(word, 240, 8), _field(word, 160, 40), _field(word, 200, 40))

    def is_valid_at(self, time: int) -> bool:
        """Whether the key was valid at ``time``."""
        return self.valid_from <= time < self.until


@dataclass(frozen=True, slots=True)
class HeadWord:
    """The newest sequence number of a model, and a hash chain over all of its releases."""

    sequence: int
    chain_hash: int

    @classmethod
    def unpack(cls, word: int) -> HeadWord:
        """Read a word as the contract packs it."""
        return cls(sequence=_field(word, 216, 40), chain_hash=_field(word, 0, 216))

    @property
    def packed(self) -> int:
        """The word as the contract packs it."""
        return self.sequence << 216 | self.chain_hash

    def next(self, release_id: bytes, commitment: bytes) -> HeadWord:
        """Return the head after one more release."""
        linked = keccak256(uint_word(self.packed) + release_id + commitment)
        return HeadWord(self.sequence + 1, int.from_bytes(linked, "big") >> 40)


EMPTY_HEAD = HeadWord(0, 0)


def _mapping_slot(key: bytes, slot: int) -> int:
    # Solidity's layout of mappings: keccak256(key . slot), the key padded to one word.
    return int.from_bytes(keccak256(key + uint_word(slot)), "big")


def release_slots(release_id: bytes) -> tuple[int, int]:
    """Return where a release's commitment and its word lie."""
    first = _mapping_slot(release_id, RELEASES_SLOT)
    return first, first + 1


def head_slot(model_id: bytes) -> int:
    """Return where a model's head lies."""
    return _mapping_slot(model_id, HEADS_SLOT)


def authority_slot(publisher: str, index: int) -> int:
    """Return where a publisher's authority lies."""
    return _mapping_slot(uint_word(index), _mapping_slot(address_word(publisher), AUTHORITIES_SLOT))


def authority_count_slot(publisher: str) -> int:
    """Return where the highest index among a publisher's written authorities lies."""
    return _mapping_slot(address_word(publisher), AUTHORITY_COUNTS_SLOT)


def signing_key_slot(publisher: str, fingerprint: bytes) -> int:
    """Return where a publisher's signing key lies."""
    return _mapping_slot(fingerprint, _mapping_slot(address_word(publisher), SIGNING_KEYS_SLOT))
