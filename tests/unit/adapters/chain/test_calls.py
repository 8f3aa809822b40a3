"""Calldata, compared with what web3.py makes of the packaged ABI."""

from __future__ import annotations

from web3 import Web3

from weightmark.adapters.chain.calls import register_call, revoke_call
from weightmark.contracts import load
from weightmark.domain.registry import Reason
from weightmark.domain.statements import ReleaseStatement, RevocationStatement

PUBLISHER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
CONTRACT = Web3().eth.contract(abi=load("ModelRegistry").abi)


def test_register() -> None:
    statement = ReleaseStatement(
        publisher=PUBLISHER,
        name="acme/digits",
        version="1.0.0",
        artifact_root=b"\x01" * 32,
        manifest_hash=b"\x02" * 32,
        manifest_cid=b"\x03" * 36,
        expected_sequence=9,
    )
    values = (PUBLISHER, "acme/digits", "1.0.0", b"\x01" * 32, b"\x02" * 32, b"\x03" * 36, 9)
    expected = CONTRACT.encode_abi("register", [values, 5])
    assert f"0x{register_call(statement, 5).hex()}" == expected


def test_revoke() -> None:
    statement = RevocationStatement(
        PUBLISHER, "acme/digits", "1.0.0", Reason.SUPERSEDED, b"\x04" * 32
    )
    values = (PUBLISHER, "acme/digits", "1.0.0", 4, b"\x04" * 32)
    assert f"0x{revoke_call(statement, 3).hex()}" == CONTRACT.encode_abi("revoke", [values, 3])
