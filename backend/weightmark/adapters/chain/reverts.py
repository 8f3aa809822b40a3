"""The contract's errors, as errors of ours that name the offending values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from weightmark.contracts import load
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.keccak import WORD, keccak256
from weightmark.domain.registry import Reason
from weightmark.errors import (
    AlreadyExistsError,
    AlreadyRevokedError,
    NotAuthorizedError,
    StatementRefusedError,
    TransactionFailedError,
    VersionExistsError,
    WeightmarkError,
)

# How much of data that is not understood a message shows: a selector and two words.
_SHOWN = 68


_REASONS = {int(reason): reason.label for reason in Reason if reason is not Reason.NONE}

_HEX = re.compile(r"0x((?:[0-9a-fA-F]{2})+)\Z")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error of the contract becomes; ``{name}`` stands for the argument of that name."""

    error: type[WeightmarkError]
    message: str
    hint: str = ""


MEANINGS: Mapping[str, Meaning] = {
    "AlreadyRevoked": Meaning(
        AlreadyRevokedError,
        "the release {releaseId} is revoked already, as {reason}",
        "only a superseded release can be revoked again; register another version",
    ),
    "DeadlineExpired": Meaning(
        StatementRefusedError,
        "the signature was good until {deadline}, and the block's time is {timestamp}",
        "ask the publisher to sign again",
    ),
    "InvalidAccount": Meaning(StatementRefusedError, "{account} cannot be an authority"),
    "InvalidAlgorithm": Meaning(
        StatementRefusedError, "{algorithm} is not the number of an algorithm"
    ),
    "InvalidCidLength": Meaning(
        StatementRefusedError, "a CID has at most 64 bytes, and this one has {length}"
    ),
    "InvalidNameLength": Meaning(
        StatementRefusedError, "a name has 1 to 128 bytes, and this one has {length}"
    ),
    "InvalidReason": Meaning(
        StatementRefusedError,
        "there is no reason {reason} to revoke a release",
        "choose from withdrawn, vulnerable, compromised, superseded",
    ),
    "InvalidRole": Meaning(StatementRefusedError, "there is no role {role}"),
    "InvalidSignature": Meaning(
        StatementRefusedError,
        "{signer} did not sign this statement for this chain and this contract",
    ),
    "InvalidSuccessor": Meaning(
        StatementRefusedError,
        "a successor is named ({successor}), and the reason is not superseded",
        "leave the successor out, or revoke as superseded",
    ),
    "InvalidVersionLength": Meaning(
        StatementRefusedError, "a version has 1 to 64 bytes, and this one has {length}"
    ),
    "NotAuthorized": Meaning(
        NotAuthorizedError,
        "{account} may not do this for the publisher {publisher}: it is not its authority {index}, "
        "now and with that role",
        "use the publisher's key (--key), or ask the publisher to add this account",
    ),
    "SequenceMismatch": Meaning(
        StatementRefusedError,
        "the release was to be number {expected} of its model, and would be number {actual}",
        "look at the model's log, and sign again",
    ),
    "SigningKeyExists": Meaning(
        AlreadyExistsError, "the publisher {publisher} has the signing key {fingerprint} already"
    ),
    "UnknownAuthority": Meaning(
        StatementRefusedError, "the publisher {publisher} has no authority {index}"
    ),
    "UnknownSigningKey": Meaning(
        StatementRefusedError, "the publisher {publisher} has no signing key {fingerprint}"
    ),
    "UntilInPast": Meaning(StatementRefusedError, "the end of the validity, {until}, is past"),
    "UntilNotLowered": Meaning(
        StatementRefusedError,
        "the validity ends at {current}, and an end is only ever lowered, not set to {requested}",
    ),
    "VersionExists": Meaning(
        VersionExistsError,
        "the release {releaseId} is registered already, and what is registered never changes",
        "choose another --version",
    ),
}


def error_of(data: bytes) -> WeightmarkError:
    """Return the error that a transaction's revert data stands for."""
    name, inputs = _signatures().get(data[:4], ("", ()))
    arguments = [data[start : start + WORD] for start in range(4, len(data), WORD)]
    if name not in MEANINGS or len(data) != 4 + WORD * len(inputs):
        shown = data[:_SHOWN].hex() or "nothing"
        return TransactionFailedError(
            f"the transaction was reverted; the data that tells why: {shown}"
        )
    values = {
        argument: _shown(argument, kind, word)
        for (argument, kind), word in zip(inputs, arguments, strict=True)
    }
    meaning = MEANINGS[name]
    return meaning.error(meaning.message.format(**values), hint=meaning.hint)


def revert_data(answer: object) -> bytes:
    """Return the revert data in an error object's ``data``; empty bytes where there is none.

    Clients put it there as hex, as hex after a word ("Reverted 0x…"), or inside an object.
    """
    inner = answer.get("data") if isinstance(answer, dict) else answer
    match = _HEX.search(inner) if isinstance(inner, str) else None
    return bytes.fromhex(match[1]) if match else b""


@cache
def _signatures() -> dict[bytes, tuple[str, tuple[tuple[str, str], ...]]]:
    found = {}
    for entry in load("ModelRegistry").abi:
        if entry["type"] == "error":
            inputs = tuple((each["name"], each["type"]) for each in entry["inputs"])
            signature = f"{entry['name']}({','.join(kind for _, kind in inputs)})"
            found[keccak256(signature.encode())[:4]] = (entry["name"], inputs)
    return found


def _shown(argument: str, kind: str, word: bytes) -> str:
    if kind == "address":
        return checksum_address(f"0x{word[12:].hex()}")
    if kind == "bytes32":
        return f"0x{word.hex()}"
    number = int.from_bytes(word, "big")
    return _REASONS.get(number, str(number)) if argument == "reason" else str(number)
