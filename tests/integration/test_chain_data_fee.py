"""What a rollup charges for data, as its own contract says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.bent import a_release, a_rich_writer, anvil_call
from weightmark.adapters.chain.calls import calldata
from weightmark.adapters.chain.deployment import deployments
from weightmark.adapters.chain.json_rpc import HttpTransport
from weightmark.adapters.chain.sending.data_fee import ORACLE
from weightmark.domain.actions import Register

ORACLE_CODE = "0x6107d160005260206000f3"


@pytest.mark.parametrize(("code", "fee"), [("0x", 0), (ORACLE_CODE, 2001), ("0xfe", None)])
def test_what_a_rollup_charges_for_data_is_in_the_cost(
    anvil: HttpTransport, code: str, fee: int | None
) -> None:
    writer = a_rich_writer(anvil)
    writer.deploy()
    anvil_call(anvil, "anvil_setCode", ORACLE, code)
    cost = writer.cost(Register(a_release(writer), 0))
    assert cost.data_fee == fee
    assert cost.total - cost.bounded == (fee or 0)
    for each in deployments():
        anvil_call(anvil, "anvil_setCode", each.contract.address, "0x")
        anvil_call(anvil, "anvil_setNonce", each.contract.address, "0x0")
    assert writer.deployment_cost().data_fee == (3 * fee if fee else fee)


def test_a_rollup_is_asked_about_the_transaction_that_is_sent(anvil: HttpTransport) -> None:
    """The whole transaction: this code answers with the length of the question's bytes."""
    writer = a_rich_writer(anvil)
    writer.deploy()
    anvil_call(anvil, "anvil_setCode", ORACLE, "0x60243560005260206000f3")
    short = Register(a_release(writer), 0)
    long = Register(replace(short.statement, name="n" * 128), 0)
    lengths = [writer.cost(each).data_fee or 0 for each in (short, long)]
    assert len(calldata(short)) < lengths[0] < len(calldata(short)) + 100
    assert lengths[1] - lengths[0] == len(calldata(long)) - len(calldata(short))
