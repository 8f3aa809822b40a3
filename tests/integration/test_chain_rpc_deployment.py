"""Deploying the contracts on a chain that lacks some of them, within a bound."""

from __future__ import annotations

from typing import cast

import pytest

from tests.integration.bent import BentTransport, a_rich_writer, anvil_call
from weightmark.adapters.chain.deployment import (
    DEPLOYER_ADDRESS,
    DEPLOYER_COST,
    DEPLOYER_SENDER,
    DEPLOYER_TRANSACTION,
    deployments,
)
from weightmark.adapters.chain.json_rpc import HttpTransport, Refusal, Transport
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.domain.coins import format_coins
from weightmark.domain.keccak import keccak256
from weightmark.errors import (
    ChainUnreachableError,
    LookAlikeContractError,
    TransactionFailedError,
)
from weightmark.ports.chain import BlockTag
from weightmark.services.spending import deployment_preview

CONTRACTS = tuple(each.contract for each in deployments())


def forget(anvil: Transport, *addresses: str) -> None:
    for address in addresses:
        anvil_call(anvil, "anvil_setCode", address, "0x")
        anvil_call(anvil, "anvil_setNonce", address, "0x0")


def test_the_deployer_is_deployed_where_it_is_missing(anvil: HttpTransport) -> None:
    writer = a_rich_writer(anvil)
    without_deployer(anvil)
    assert writer.deploy() == CONTRACTS
    reader = RpcChainReader(anvil, is_local=True)
    for contract in CONTRACTS:
        found = reader.code_hash(contract.address, reader.block(BlockTag.LATEST))
        assert found == contract.code_hash


def without_deployer(anvil: Transport) -> None:
    forget(anvil, DEPLOYER_ADDRESS, *(each.address for each in CONTRACTS))


def with_base_fee(anvil: Transport, gwei: int) -> None:
    anvil_call(anvil, "anvil_setNextBlockBaseFeePerGas", hex(gwei * 10**9))
    anvil_call(anvil, "anvil_mine", "0x1")


def balance(anvil: Transport, account: str) -> int:
    return int(str(anvil_call(anvil, "eth_getBalance", account, "latest")), 16)


def test_what_a_deployment_costs_is_known_before_it_is_sent(anvil: HttpTransport) -> None:
    without_deployer(anvil)
    writer = a_rich_writer(anvil)
    before = balance(anvil, writer.account)
    cost = writer.deployment_cost()
    assert (cost.value, cost.balance) == (DEPLOYER_COST, before)
    assert writer.deploy(cost.max_total) == CONTRACTS
    spent = before - balance(anvil, writer.account)
    assert cost.total / 2 < spent < cost.max_total
    nothing = writer.deployment_cost()
    assert (nothing.gas, nothing.total, nothing.bound) == (0, 0, 0)
    assert writer.deploy(0) == ()


def test_a_deployment_is_estimated_as_what_is_sent(anvil: HttpTransport) -> None:
    forget(anvil, *(each.address for each in CONTRACTS))
    writer = a_rich_writer(anvil)
    cost = writer.deployment_cost()
    writer.deploy()
    number = int(str(anvil_call(anvil, "eth_blockNumber")), 16)
    blocks = [
        cast(dict[str, str], anvil_call(anvil, "eth_getBlockByNumber", hex(each), False))
        for each in range(number - len(CONTRACTS) + 1, number + 1)
    ]
    used = sum(int(each["gasUsed"], 16) for each in blocks)
    assert used <= cost.gas < used * 1.02


def test_a_deployment_keeps_its_bound(anvil: HttpTransport) -> None:
    forget(anvil, *(each.address for each in CONTRACTS))
    writer = a_rich_writer(anvil)
    bound, before = writer.deployment_cost().max_total, balance(anvil, writer.account)
    with_base_fee(anvil, 500)
    with pytest.raises(TransactionFailedError, match=f"share of {format_coins(bound)} is allowed"):
        writer.deploy(bound)
    assert balance(anvil, writer.account) == before
    with_base_fee(anvil, 1)


def test_a_bound_that_is_agreed_to_is_enough(anvil: HttpTransport) -> None:
    forget(anvil, *(each.address for each in CONTRACTS))
    writer = a_rich_writer(anvil)
    least = writer.deployment_cost().least_bound
    with pytest.raises(TransactionFailedError, match="the deployment may cost"):
        deployment_preview(writer, least - 1)
    # What blocks cost meanwhile changes by an eighth at most (EIP-1559).
    bound = least * 9 // 8
    deployment_preview(writer, bound)
    assert writer.deploy(bound) == CONTRACTS


def test_gas_of_nothing_is_nonsense_and_hands_nothing_over(anvil: HttpTransport) -> None:
    without_deployer(anvil)
    writer = a_rich_writer(BentTransport(anvil, {"eth_estimateGas": lambda _: "0x0"}))
    given = balance(anvil, DEPLOYER_SENDER)
    with pytest.raises(ChainUnreachableError, match="0x0"):
        writer.deploy()
    assert balance(anvil, DEPLOYER_SENDER) == given


def test_a_deployer_that_is_refused_says_so_at_once_and_its_sender_keeps_the_coins(
    anvil: HttpTransport,
) -> None:
    """Its transaction offers 100 gwei, and nobody can sign another one."""
    without_deployer(anvil)
    writer = a_rich_writer(anvil)
    with_base_fee(anvil, 500)
    with pytest.raises(TransactionFailedError, match="that others signed") as caught:
        writer.deploy()
    assert "not handed over again" in caught.value.hint
    assert balance(anvil, DEPLOYER_SENDER) == DEPLOYER_COST

    with_base_fee(anvil, 1)
    assert writer.deployment_cost().value == 0
    assert writer.deploy() == CONTRACTS
    assert balance(anvil, DEPLOYER_SENDER) < DEPLOYER_COST


def test_a_deployer_that_is_reverted_is_a_failure(anvil: HttpTransport) -> None:
    transport = BentTransport(anvil)
    without_deployer(anvil)

    def reverted(answer: object) -> object:
        fields = cast(dict[str, object] | None, answer)
        relayed = f"0x{keccak256(DEPLOYER_TRANSACTION).hex()}"
        is_it = fields and fields["transactionHash"] == relayed
        return {**(fields or {}), "status": "0x0"} if is_it else fields

    transport.bends["eth_getTransactionReceipt"] = reverted
    with pytest.raises(TransactionFailedError, match="was reverted"):
        a_rich_writer(transport).deploy()


def test_a_deployment_that_stopped_halfway_is_completed(anvil: HttpTransport) -> None:
    transport = BentTransport(anvil)
    forget(anvil, *(each.address for each in CONTRACTS))
    estimates: list[object] = []

    def once(truth: object) -> object:
        estimates.append(truth)
        # Of all of them before anything is sent, and of the first before it is.
        return truth if len(estimates) <= 4 else Refusal("the coins are spent")

    transport.bends["eth_estimateGas"] = once
    with pytest.raises(TransactionFailedError, match="the coins are spent"):
        a_rich_writer(transport).deploy()
    assert a_rich_writer(anvil).deploy() == CONTRACTS[1:]
    assert a_rich_writer(anvil).deploy() == ()


def test_a_deployment_that_somebody_else_was_faster_with_is_no_failure(
    anvil: HttpTransport,
) -> None:
    transport = BentTransport(anvil)
    forget(anvil, *(each.address for each in CONTRACTS))

    def overtaken(_: object) -> object:
        del transport.bends["eth_estimateGas"]
        a_rich_writer(anvil).deploy()
        return hex(5_000_000)

    transport.bends["eth_estimateGas"] = overtaken
    assert a_rich_writer(transport).deploy() == ()


def test_another_contract_in_the_place_of_any_of_ours_is_refused(anvil: HttpTransport) -> None:
    *_, last = CONTRACTS
    anvil_call(anvil, "anvil_setCode", last.address, "0x6001")
    with pytest.raises(LookAlikeContractError, match=f"{last.address}, where {last.name} belongs"):
        a_rich_writer(anvil).deploy()
