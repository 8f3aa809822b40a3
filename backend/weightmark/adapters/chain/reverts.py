"""The contract's errors, as errors of ours that name the offending values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from weightmark.contracts import load
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.keccak import WORD, keccak256
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error of the contract becomes; ``{name}`` stands for the argument of that name."""

    error: type[WeightmarkError]
    message: str
    hint: str = ""


REFUSALS: Mapping[str, Refusal] = {
    "AlreadyRevoked": Refusal(
        AlreadyRevokedError,
        "the release {releaseId} is revoked already, with reason {reason}",
        "only a superseded release can be revoked again; register another version",
    ),
    "DeadlineExpired": Refusal(
        StatementRefusedError,
        "the signature was good until {deadline}, and the block's time is {timestamp}",
        "ask the publisher to sign again",
    ),
    "InvalidAccount": Refusal(StatementRefusedError, "{account} cannot be an authority"),
    "InvalidAlgorithm": Refusal(
        StatementRefusedError, "{algorithm} is not the number of an algorithm"
    ),
    "InvalidCidLength": Refusal(
        StatementRefusedError, "a CID has at most 64 bytes, and this one has {length}"
    ),
    "InvalidNameLength": Refusal(
        StatementRefusedError, "a name has 1 to 128 bytes, and this one has {length}"
    ),
    "InvalidReason": Refusal(
        StatementRefusedError,
        "there is no reason {reason} to revoke a release",
        "choose from withdrawn, vulnerable, compromised, superseded",
    ),
    "InvalidRole": Refusal(StatementRefusedError, "there is no role {role}"),
    "InvalidSignature": Refusal(
        StatementRefusedError,
        "{signer} did not sign this statement for this chain and this contract",
    ),
    "InvalidSuccessor": Refusal(
        StatementRefusedError,
        "a successor is named ({successor}), and the reason is not superseded",
        "leave the successor out, or revoke as superseded",
    ),
    "InvalidVersionLength": Refusal(
        StatementRefusedError, "a version has 1 to 64 bytes, and this one has {length}"
    ),
    "NotAuthorized": Refusal(
        NotAuthorizedError,
        "{account} may not do this for the publisher {publisher}: it is not its authority {index}, "
        "now and with that role",
        "use the publisher's key (--key), or ask the publisher to add this account",
    ),
    "SequenceMismatch": Refusal(
        StatementRefusedError,
        "the release was to be number {expected} of its model, and would be number {actual}",
        "look at the model's log, and sign again",
    ),
    "SigningKeyExists": Refusal(
        AlreadyExistsError, "the publisher {publisher} has the signing key {fingerprint} already"
    ),
    "UnknownAuthority": Refusal(
        StatementRefusedError, "the publisher {publisher} has no authority {index}"
    ),
    "UnknownSigningKey": Refusal(
        StatementRefusedError, "the publisher {publisher} has no signing key {fingerprint}"
    ),
    "UntilInPast": Refusal(StatementRefusedError, "the end of the validity, {until}, is past"),
    "UntilNotLowered": Refusal(
        StatementRefusedError,
        "the validity ends at {current}, and an end is only ever lowered, not set to {requested}",
    ),
    "VersionExists": Refusal(
        VersionExistsError,
        "the release {releaseId} is registered already, and what is registered never changes",
        "choose another --version",
    ),
}


def error_of(data: bytes) -> WeightmarkError:
    """Return the error that a transaction's revert data stands for."""
    name, inputs = _signatures().get(data[:4], ("", ()))
    arguments = [data[start : start + WORD] for start in range(4, len(data), WORD)]
    if name not in REFUSALS or len(data) != 4 + WORD * len(inputs):
        shown = data[:_SHOWN].hex() or "nothing"
        return TransactionFailedError(
            f"the transaction was reverted; the data that tells why: {shown}"
        )
    values = {
        argument: _shown(kind, word)
        for (argument, kind), word in zip(inputs, arguments, strict=True)
    }
    refusal = REFUSALS[name]
    return refusal.error(refusal.message.format(**values), hint=refusal.hint)


@cache
def _signatures() -> dict[bytes, tuple[str, tuple[tuple[str, str], ...]]]:
    found = {}
    for entry in load("ModelRegistry").abi:
        if entry["type"] == "error":
            inputs = tuple((each["name"], each["type"]) for each in entry["inputs"])
            signature = f"{entry['name']}({','.join(kind for _, kind in inputs)})"
            found[keccak256(signature.encode())[:4]] = (entry["name"], inputs)
    return found


def _shown(kind: str, word: bytes) -> str:
    if kind == "address":
        return checksum_address(f"0x{word[12:].hex()}")
    return f"0x{word.hex()}" if kind == "bytes32" else str(int.from_bytes(word, "big"))
