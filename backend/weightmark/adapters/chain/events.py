"""Events of the registry, decoded without trust in the source that tells them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from weightmark.domain.identifiers import (
    check_name,
    check_version,
    checksum_address,
    release_id_of,
)
from weightmark.domain.keccak import WORD, address_word, keccak256
from weightmark.domain.registry import ReleaseWord
from weightmark.domain.statements import NO_SUCCESSOR, Registration
from weightmark.errors import ChainUnreachableError, ValueFormatError
from weightmark.ports.chain import RegistrationFilter

REGISTERED_TOPIC = keccak256(
    b"ReleaseRegistered(bytes32,address,bytes32,bytes32,bytes32,uint256,string,string,bytes)"
)

REVOKED_TOPIC = keccak256(b"ReleaseRevoked(bytes32,address,bytes32,uint8,bytes32)")

SIGNING_KEY_ADDED_TOPIC = keccak256(b"SigningKeyAdded(address,bytes32,uint8,uint40,uint40)")

# The contract's bounds on names, versions and CIDs allow 128, 64 and 64 bytes.
_HEAD_WORDS = 6
_MAX_DATA = (_HEAD_WORDS + 3 + 4 + 2 + 2) * WORD


@dataclass(frozen=True, slots=True)
class EventLog:
    """A log entry of the registry, and the block that carries it."""

    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    transaction_hash: bytes


def topics_of(wanted: RegistrationFilter) -> tuple[bytes | None, ...]:
    """Return what each topic of a wanted event must be; ``None`` matches any."""
    publisher = address_word(wanted.publisher) if wanted.publisher else None
    return REGISTERED_TOPIC, wanted.model_id or None, publisher, wanted.artifact_root or None


def registration_of(log: EventLog) -> Registration | None:
    """Decode a ``ReleaseRegistered`` event.

    The contract bounds only the length of names and versions. An event whose name no client accepts
    is none that anybody can ask for: it gives ``None``, so that it cannot spoil a list. One whose
    version none accepts is a link in its model's chain of releases all the same.

    Raises:
        ChainUnreachableError: The contract cannot have written that event.
    """
    if len(log.topics) != 4 or log.topics[0] != REGISTERED_TOPIC or len(log.data) > _MAX_DATA:
        raise _nonsense(log)
    release_id, manifest_hash, packed, *_ = _head(log)
    name, version, cid = (_tail(log, position) for position in range(3, _HEAD_WORDS))
    try:
        checked_name = check_name(name.decode("ascii", "replace"))
    except ValueFormatError:
        return None
    word = ReleaseWord.unpack(int.from_bytes(packed, "big"))
    registration = Registration(
        release_id=release_id,
        publisher=checksum_address(f"0x{log.topics[2][12:].hex()}"),
        name=checked_name,
        version=shown_version(version),
        artifact_root=log.topics[3],
        manifest_hash=manifest_hash,
        manifest_cid=cid,
        registered_at=word.registered_at,
        sequence=word.sequence,
        authority_index=word.authority_index,
        block_number=log.block_number,
        transaction_hash=log.transaction_hash,
    )
    if registration.model_id != log.topics[1] or not _is_id_of(registration, version):
        raise _nonsense(log)
    return registration


def successors_in(logs: Iterable[EventLog]) -> dict[bytes, bytes]:
    """Return which release took the place of which, by their ids, from ``ReleaseRevoked`` events.

    A release is superseded once at most; one that was also revoked for good has two events.

    Raises:
        ChainUnreachableError: The contract cannot have written one of the events.
    """
    found: dict[bytes, bytes] = {}
    for log in logs:
        if len(log.topics) != 4 or log.topics[0] != REVOKED_TOPIC or len(log.data) != 2 * WORD:
            raise _nonsense(log)
        if log.data[WORD:] != NO_SUCCESSOR:
            found[log.topics[3]] = log.data[WORD:]
    return found


def fingerprints_in(logs: Iterable[EventLog]) -> tuple[bytes, ...]:
    """Return the fingerprints that ``SigningKeyAdded`` events tell of, in their order.

    Raises:
        ChainUnreachableError: The contract cannot have written one of the events.
    """
    found: list[bytes] = []
    for log in logs:
        told = (len(log.topics), *log.topics[:1], len(log.data))
        if told != (3, SIGNING_KEY_ADDED_TOPIC, 3 * WORD):
            raise _nonsense(log)
        found.append(log.topics[2])
    return tuple(found)


def shown_version(version: bytes) -> str:
    """Return a version as text; one that no client accepts with a space in it."""
    text = version.decode("ascii", "backslashreplace")
    try:
        return check_version(text) if version.isascii() else f"{text} (no version)"
    except ValueFormatError:
        return f"{text} (no version)"


def _is_id_of(registration: Registration, version: bytes) -> bool:
    raw = version.decode("utf-8", "surrogateescape")
    expected = release_id_of(registration.publisher, registration.name, raw)
    return registration.release_id == expected


def _head(log: EventLog) -> list[bytes]:
    words = [log.data[start : start + WORD] for start in range(0, _HEAD_WORDS * WORD, WORD)]
    if len(log.data) % WORD or len(words[-1]) != WORD:
        raise _nonsense(log)
    return words


def _tail(log: EventLog, position: int) -> bytes:
    start = int.from_bytes(log.data[position * WORD : (position + 1) * WORD], "big")
    length = int.from_bytes(log.data[start : start + WORD], "big")
    value = log.data[start + WORD : start + WORD + length]
    if start < _HEAD_WORDS * WORD or start + WORD > len(log.data) or len(value) != length:
        raise _nonsense(log)
    return value


def _nonsense(log: EventLog) -> ChainUnreachableError:
    return ChainUnreachableError(
        f"the chain answered with an event in transaction 0x{log.transaction_hash.hex()} that the "
        "registry cannot have written",
        hint="use another endpoint",
    )
