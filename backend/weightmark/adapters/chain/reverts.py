"""The contracts' errors, as errors of ours that name the offending values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from weightmark.contracts import CONTRACT_NAMES, load
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.keccak import WORD, keccak256
from weightmark.domain.registry import Reason
from weightmark.domain.times import utc_text
from weightmark.errors import (
    AlreadyExistsError,
    AlreadyRevokedError,
    AlreadyWithdrawnError,
    NotAuthorizedError,
    StatementRefusedError,
    TransactionFailedError,
    VersionExistsError,
    WeightmarkError,
)

# How much of data that is not understood a message shows: a selector and two words.
_SHOWN = 68

# How many bytes of a hash a message shows, at either end.
_HASH_END = 4

_REASONS = {int(reason): reason.label for reason in Reason if reason is not Reason.NONE}

_TIMES = {
    "anchoredAt",
    "attestedAt",
    "current",
    "deadline",
    "requested",
    "timestamp",
    "until",
    "withdrawnAt",
}

_HEX = re.compile(r"0x((?:[0-9a-fA-F]{2})+)\Z")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error of a contract becomes; ``{name}`` stands for the argument of that name."""

    error: type[WeightmarkError]
    message: str
    hint: str = ""


MEANINGS: Mapping[str, Meaning] = {
    "AlreadyAnchored": Meaning(
        AlreadyExistsError,
        "the batch {root} is anchored already, since {anchoredAt}",
        "the first time counts: nothing is left to do",
    ),
    "AlreadyAttested": Meaning(
        AlreadyExistsError,
        "the attestation {attestationId} is there already, since {attestedAt}",
        "to say something else, attest another statement",
    ),
    "AlreadyRevoked": Meaning(
        AlreadyRevokedError,
        "the release {releaseId} is revoked already, as {reason}",
        "only a superseded release can be revoked again; register another version",
    ),
    "AlreadyWithdrawn": Meaning(
        AlreadyWithdrawnError,
        "the attestation {attestationId} is withdrawn already, since {withdrawnAt}",
    ),
    "DeadlineExpired": Meaning(
        StatementRefusedError,
        "the signature was good until {deadline}, and the block's time is {timestamp}",
        "ask the signer to sign again",
    ),
    "InvalidAccount": Meaning(StatementRefusedError, "{account} cannot be an authority"),
    "InvalidAlgorithm": Meaning(
        StatementRefusedError, "{algorithm} is not the number of an algorithm"
    ),
    "InvalidCidLength": Meaning(
        StatementRefusedError, "a CID has at most 64 bytes, and this one has {length}"
    ),
    "InvalidKind": Meaning(
        StatementRefusedError,
        "there is no kind {kind} of attestation",
        "choose from evaluation, audit, training, advisory, endorsement",
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
    "InvalidRoot": Meaning(StatementRefusedError, "no batch has the root {root}"),
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
    "UnknownAttestation": Meaning(
        StatementRefusedError,
        "the attester has made no attestation {attestationId}",
        "withdraw with the account that attested, and name what it attested",
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
        "the end of the validity ({current}) is only ever lowered, not set to {requested}",
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
    for entry in (each for name in CONTRACT_NAMES for each in load(name).abi):
        if entry["type"] == "error":
            inputs = tuple((each["name"], each["type"]) for each in entry["inputs"])
            signature = f"{entry['name']}({','.join(kind for _, kind in inputs)})"
            found[keccak256(signature.encode())[:4]] = (entry["name"], inputs)
    return found


def _shown(argument: str, kind: str, word: bytes) -> str:
    number = int.from_bytes(word, "big")
    if kind == "address":
        return checksum_address(f"0x{word[12:].hex()}")
    if kind == "bytes32":
        return f"0x{word[:_HASH_END].hex()}…{word[-_HASH_END:].hex()}"
    if argument in _TIMES:
        return utc_text(number)
    return _REASONS.get(number, str(number)) if argument == "reason" else str(number)
