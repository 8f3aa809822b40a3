"""Errors of the contract."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode

from weightmark.adapters.chain.reverts import MEANINGS, error_of, revert_data
from weightmark.contracts import load
from weightmark.domain.keccak import keccak256
from weightmark.errors import (
    AlreadyRevokedError,
    NotAuthorizedError,
    StatementRefusedError,
    TransactionFailedError,
    UnavailableError,
    VersionExistsError,
)

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
OTHER = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
ERRORS = {
    each["name"]: each["inputs"] for each in load("ModelRegistry").abi if each["type"] == "error"
}
SAMPLES = {"address": ACCOUNT, "bytes32": b"\xab" * 32}
SHOWN = {"address": ACCOUNT, "bytes32": "0x" + "ab" * 32}


def reverted(signature: str, *values: object) -> bytes:
    types = signature[signature.index("(") + 1 : -1].split(",")
    return keccak256(signature.encode())[:4] + encode(types, values)


def test_every_error_of_the_contract_has_a_meaning() -> None:
    assert set(MEANINGS) == set(ERRORS)


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_value_is_shown(name: str) -> None:
    types = [each["type"] for each in ERRORS[name]]
    values = [SAMPLES.get(kind, 100 + position) for position, kind in enumerate(types)]
    error = error_of(reverted(f"{name}({','.join(types)})", *values))
    assert type(error) is MEANINGS[name].error
    for position, kind in enumerate(types):
        shown = SHOWN.get(kind, str(100 + position))
        assert shown in error.message
    assert "{" not in error.message
    assert not isinstance(error, UnavailableError)


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
