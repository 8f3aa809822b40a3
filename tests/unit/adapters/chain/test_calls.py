"""Calldata, compared with what web3.py makes of the packaged ABI."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from web3 import Web3

from weightmark.adapters.chain.calls import calldata
from weightmark.contracts import load
from weightmark.domain.actions import (
    Action,
    AddAuthority,
    AddSigningKey,
    Authorization,
    EndAuthority,
    EndSigningKey,
    Register,
    RegisterFor,
    Revoke,
    RevokeFor,
)
from weightmark.domain.registry import Reason, Role
from weightmark.domain.statements import ReleaseStatement, RevocationStatement

PUBLISHER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
ACCOUNT = "0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF"
KEY = b"\x07" * 32
CONTRACT = Web3().eth.contract(abi=load("ModelRegistry").abi)

RELEASE = ReleaseStatement(
    publisher=PUBLISHER,
    name="acme/digits",
    version="1.0.0",
    artifact_root=b"\x01" * 32,
    manifest_hash=b"\x02" * 32,
    manifest_cid=b"\x03" * 36,
    expected_sequence=9,
)
RELEASE_VALUES = (PUBLISHER, "acme/digits", "1.0.0", b"\x01" * 32, b"\x02" * 32, b"\x03" * 36, 9)
REVOCATION = RevocationStatement(PUBLISHER, "acme/digits", "1.0.0", Reason.SUPERSEDED, b"\x04" * 32)
REVOCATION_VALUES = (PUBLISHER, "acme/digits", "1.0.0", 4, b"\x04" * 32)
AUTHORIZATION = Authorization(ACCOUNT, 6, 1_900_000_000, b"\x05" * 65)
AUTHORIZATION_VALUES = (ACCOUNT, 6, 1_900_000_000, b"\x05" * 65)

CALLS: list[tuple[Action, str, list[Any]]] = [
    (Register(RELEASE, 5), "register", [RELEASE_VALUES, 5]),
    (RegisterFor(RELEASE, AUTHORIZATION), "registerFor", [RELEASE_VALUES, AUTHORIZATION_VALUES]),
    (Revoke(REVOCATION, 3), "revoke", [REVOCATION_VALUES, 3]),
    (RevokeFor(REVOCATION, AUTHORIZATION), "revokeFor", [REVOCATION_VALUES, AUTHORIZATION_VALUES]),
    (
        AddAuthority(PUBLISHER, 1, ACCOUNT, Role.DELEGATE, 2_000_000_000),
        "addAuthority",
        [PUBLISHER, 1, ACCOUNT, 2, 2_000_000_000],
    ),
    (EndAuthority(PUBLISHER, 1, 4, 8), "endAuthority", [PUBLISHER, 1, 4, 8]),
    (
        AddSigningKey(PUBLISHER, 1, KEY, 3, 2_000_000_000),
        "addSigningKey",
        [PUBLISHER, 1, KEY, 3, 2_000_000_000],
    ),
    (EndSigningKey(PUBLISHER, 1, KEY, 8), "endSigningKey", [PUBLISHER, 1, KEY, 8]),
]


@pytest.mark.parametrize(("action", "function", "values"), CALLS, ids=[each[1] for each in CALLS])
def test_calldata(action: Action, function: str, values: list[Any]) -> None:
    assert f"0x{calldata(action).hex()}" == CONTRACT.encode_abi(function, values)


def test_every_function_that_writes_has_its_action() -> None:
    writing = {
        each["name"]
        for each in load("ModelRegistry").abi
        if each["type"] == "function" and each["stateMutability"] == "nonpayable"
    }
    assert {function for _, function, _ in CALLS} == writing
    assert {type(action) for action, _, _ in CALLS} == set(get_args(Action))
