"""What a transaction carries, and what a rollup asks for its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import rlp
from eth_abi.abi import decode
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.adapters.chain.test_rpc_reader import ScriptedTransport
from weightmark.adapters.chain.json_rpc import Refusal
from weightmark.adapters.chain.sending.data_fee import ORACLE, data_fee
from weightmark.adapters.chain.sending.payload import Payload
from weightmark.errors import ChainUnreachableError

TO = "0x40Db4b481eaaA23202da7ADAD6c32212D79F59Ca"
PAYLOADS = st.builds(
    Payload,
    st.binary(min_size=20, max_size=20).map(lambda raw: f"0x{raw.hex()}"),
    st.binary(max_size=40),
    st.integers(0, 2**256 - 1),
)


@given(PAYLOADS, PAYLOADS)
def test_payloads_are_told_apart_by_all_that_they_carry(one: Payload, other: Payload) -> None:
    changed = (
        replace(one, to=other.to),
        replace(one, data=other.data),
        replace(one, value=other.value),
        Payload(one.to, one.value.to_bytes(32, "big") + one.data),
    )
    assert all((each.key == one.key) is (each == one) for each in changed)


def test_the_writing_of_an_address_makes_no_other_payload() -> None:
    assert Payload(TO, b"").key == Payload(TO.lower(), b"").key


@given(PAYLOADS)
def test_a_rollup_is_asked_about_the_transaction_itself(payload: Payload) -> None:
    transport = ScriptedTransport(lambda *_: f"0x{7:064x}")
    assert data_fee(transport, 10, [payload]) == 7
    (((method, (call, at)),),) = (asked for asked in transport.asked)
    assert isinstance(call, dict)
    assert (method, at, call["to"]) == ("eth_call", "latest", ORACLE)
    # The selector of getL1Fee(bytes), as block explorers show it.
    assert call["data"].startswith("0x49948e0e")
    (unsigned,) = decode(["bytes"], bytes.fromhex(call["data"][10:]))
    assert unsigned[:1] == b"\x02"
    chain, _, tip, most, _, to, value, data, access = rlp.decode(unsigned[1:])
    assert (chain, tip, data, access) == (b"\x0a", most, payload.data, [])
    assert (f"0x{to.hex()}", int.from_bytes(value, "big")) == (payload.to, payload.value)


@pytest.mark.parametrize(
    ("answers", "fee"),
    [
        ([f"0x{1:064x}", f"0x{2:064x}"], 3),
        ([f"0x{1:064x}{2:064x}", "0x"], 1),
        (["0x", "0x"], 0),
        ([f"0x{1:064x}", Refusal("no such method")], None),
        ([], 0),
    ],
    ids=["of each", "its first word", "no rollup", "not told", "nothing to send"],
)
def test_what_is_asked_for_data_is_that_of_all_or_not_known(
    answers: list[object], fee: int | None
) -> None:
    told = list(answers)
    transport = ScriptedTransport(lambda *_: told.pop(0))
    assert data_fee(transport, 10, [Payload(TO, b"")] * len(answers)) == fee
    assert len(transport.asked) == bool(answers)


@pytest.mark.parametrize("answer", [None, "0x1", 7, ["0x"]])
def test_a_fee_that_is_no_data_is_nonsense(answer: object) -> None:
    def answered(method: str, parameters: Sequence[Any]) -> object:
        return answer

    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        data_fee(ScriptedTransport(answered), 10, [Payload(TO, b"")])
