"""Errors of the contracts."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode

from weightmark.adapters.chain.reverts import MEANINGS, error_of, revert_data
from weightmark.contracts import CONTRACT_NAMES, load
from weightmark.domain.keccak import keccak256
from weightmark.errors import (
    AlreadyRevokedError,
    AlreadyWithdrawnError,
    NotAuthorizedError,
    StatementRefusedError,
    TransactionFailedError,
    VersionExistsError,
)

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
ERRORS = {
    each["name"]: each["inputs"]
    for name in CONTRACT_NAMES
    for each in load(name).abi
    if each["type"] == "error"
}
TIMES = {
    "anchoredAt",
    "attestedAt",
    "current",
    "deadline",
    "requested",
    "timestamp",
    "until",
    "withdrawnAt",
}


def reverted(signature: str, *values: object) -> bytes:
    types = signature[signature.index("(") + 1 : -1].split(",")
    return keccak256(signature.encode())[:4] + encode(types, values)


def sample(given: dict[str, str], position: int) -> tuple[object, str]:
    """Return a value for the argument, and the text that a message shows of it."""
    if given["type"] == "address":
        return ACCOUNT, ACCOUNT
    if given["type"] == "bytes32":
        value = bytes(range(position, position + 32))
        return value, f"0x{value[:4].hex()}…{value[-4:].hex()}"
    if given["name"] in TIMES:
        return 1_800_000_000 + position, f"2027-01-15T08:00:{position:02}Z"
    return 100 + position, str(100 + position)


def test_every_error_of_the_contracts_has_a_meaning() -> None:
    assert set(MEANINGS) == set(ERRORS)


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_error_is_a_refusal_that_shows_every_value(name: str) -> None:
    types = [given["type"] for given in ERRORS[name]]
    samples = [sample(given, position) for position, given in enumerate(ERRORS[name])]
    error = error_of(reverted(f"{name}({','.join(types)})", *(value for value, _ in samples)))
    assert type(error) is MEANINGS[name].error
    assert (error.exit_status, error.http_status // 100) == (1, 4)
    assert [shown for _, shown in samples if shown not in error.message] == []
    assert "{" not in error.message + error.hint


def test_what_the_values_are_is_said() -> None:
    exists = error_of(reverted("VersionExists(bytes32)", b"\x01" * 32))
    assert isinstance(exists, VersionExistsError)
    assert exists.hint == "choose another --version"
    revoked = error_of(reverted("AlreadyRevoked(bytes32,uint8)", b"\x01" * 32, 3))
    assert isinstance(revoked, AlreadyRevokedError)
    assert "as compromised" in revoked.message
    refused = error_of(reverted("NotAuthorized(address,address,uint32)", ACCOUNT, OTHER, 4))
    assert isinstance(refused, NotAuthorizedError)
    assert f"{OTHER} may not do this for the publisher {ACCOUNT}" in refused.message
    assert "authority 4" in refused.message
    late = error_of(reverted("DeadlineExpired(uint256,uint256)", 1, 2**256 - 1))
    assert isinstance(late, StatementRefusedError)
    assert "until 1970-01-01T00:00:01Z" in late.message
    withdrawn = error_of(reverted("AlreadyWithdrawn(bytes32,uint40)", b"\x01" * 32, 1))
    assert isinstance(withdrawn, AlreadyWithdrawnError)
    assert "0x01010101…01010101 is withdrawn already, since 1970" in withdrawn.message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\xde\xad\xbe\xef",
        reverted("Panic(uint256)", 17),
        reverted("Error(string)", "no"),
        reverted("VersionExists(bytes32)", b"\x01" * 32)[:-1],
        reverted("VersionExists(bytes32)", b"\x01" * 32) + b"\x00",
        reverted("VersionExists(bytes32)", b"\x01" * 32)[:4],
    ],
)
def test_other_data_is_a_failed_transaction(data: bytes) -> None:
    error = error_of(data)
    assert isinstance(error, TransactionFailedError)
    assert (data[:68].hex() or "nothing") in error.message


def test_long_data_is_cut() -> None:
    assert len(error_of(bytes(10_000)).message) < 300


@pytest.mark.parametrize(
    ("answer", "data"),
    [
        ("0xabcd", b"\xab\xcd"),
        ("Reverted 0xabcd", b"\xab\xcd"),
        ({"data": "0xABCD", "message": "no"}, b"\xab\xcd"),
        ({"message": "0xabcd"}, b""),
        ("0x", b""),
        ("0xabc", b""),
        ("0xabcd and more", b""),
        (None, b""),
        (17, b""),
        (["0xabcd"], b""),
    ],
)
def test_revert_data_is_found_where_clients_put_it(answer: object, data: bytes) -> None:
    assert revert_data(answer) == data
