"""Sending transactions when the endpoint, or the chain behind it, does not do what it should."""

from __future__ import annotations

import secrets
from typing import cast

import pytest
from eth_account import Account

from tests.eth_tester_transport import CHAIN_ID, EthTesterTransport
from tests.integration.bent import (
    KEY,
    BentTransport,
    a_release,
    a_rich_writer,
    anvil_call,
    writer_on,
)
from weightmark.adapters.chain.deployment import (
    deployments,
    packaged_registry,
)
from weightmark.adapters.chain.json_rpc import HttpTransport, Refusal
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.adapters.chain.rpc_writer import RpcChainWriter
from weightmark.adapters.chain.sending.patience import Patience
from weightmark.domain.actions import Register
from weightmark.domain.networks import ANVIL_CHAIN_ID
from weightmark.errors import (
    ChainUnreachableError,
    LookAlikeContractError,
    TransactionFailedError,
    VersionExistsError,
    WrongChainError,
)
from weightmark.ports.chain import BlockTag

REGISTRY = packaged_registry()
CONTRACTS = tuple(each.contract for each in deployments())


@pytest.fixture(scope="module")
def chain() -> EthTesterTransport:
    """Return a chain with the registry."""
    chain = EthTesterTransport()
    writer_on(chain, CHAIN_ID).deploy()
    return chain


@pytest.fixture
def transport(chain: EthTesterTransport) -> BentTransport:
    """Return the chain's transport, to be bent."""
    return BentTransport(chain)


def a_writer(transport: BentTransport, chain_id: int = CHAIN_ID) -> RpcChainWriter:
    return writer_on(transport, chain_id, patience=Patience(total=0.05, poll=0.01))


def test_a_transaction_is_sent_once(transport: BentTransport) -> None:
    writer = a_writer(transport)
    writer.send(Register(a_release(writer), 0))
    assert len(transport.sent) == 1


def test_another_chain_is_refused_before_anything_is_signed(transport: BentTransport) -> None:
    writer = a_writer(transport, chain_id=1)
    with pytest.raises(WrongChainError, match=f"serves chain {CHAIN_ID}, not 1"):
        writer.send(Register(a_release(writer), 0))
    assert transport.sent == []


def test_an_account_that_cannot_pay_is_named(transport: BentTransport) -> None:
    transport.bends["eth_estimateGas"] = lambda _: Refusal("insufficient funds for gas")
    writer = a_writer(transport)
    with pytest.raises(TransactionFailedError, match="insufficient funds") as caught:
        writer.send(Register(a_release(writer), 0))
    assert writer.account in caught.value.hint
    assert transport.sent == []


def history(tip: int) -> object:
    return {"baseFeePerGas": ["0x1", "0x1"], "gasUsedRatio": [0.5], "reward": [[hex(tip)]]}


@pytest.mark.parametrize(
    ("method", "answer"),
    [("eth_feeHistory", history(10**24)), ("eth_estimateGas", hex(2**24))],
)
def test_an_endpoint_that_asks_for_a_fortune_gets_no_signature(
    transport: BentTransport, method: str, answer: str
) -> None:
    transport.bends[method] = lambda _: answer
    writer = a_writer(transport)
    with pytest.raises(TransactionFailedError, match="we sign for at most"):
        writer.send(Register(a_release(writer), 0))
    assert transport.sent == []


def refuse(transport: BentTransport, reason: str) -> None:
    """Have every transaction refused, and known to nobody."""
    transport.bends["eth_sendRawTransaction"] = lambda _: Refusal(reason)
    transport.bends["eth_getTransactionByHash"] = lambda _: None


def test_a_refused_transaction_says_why(transport: BentTransport) -> None:
    refuse(transport, "it is too big")
    writer = a_writer(transport)
    with pytest.raises(TransactionFailedError, match="it is too big"):
        writer.send(Register(a_release(writer), 0))


def test_a_nonce_that_is_never_the_right_one_is_given_up(transport: BentTransport) -> None:
    refuse(transport, "replacement transaction underpriced")
    writer = a_writer(transport)
    with pytest.raises(TransactionFailedError, match="other transactions of 0x"):
        writer.send(Register(a_release(writer), 0))


def test_a_chain_of_before_eip_1559_is_refused(transport: BentTransport) -> None:
    def without_fees(answer: object) -> object:
        fields = cast(dict[str, object], answer)
        return {name: value for name, value in fields.items() if name != "baseFeePerGas"}

    transport.bends["eth_getBlockByNumber"] = without_fees
    writer = a_writer(transport)
    with pytest.raises(TransactionFailedError, match="does not have the fees of EIP-1559"):
        writer.send(Register(a_release(writer), 0))
    assert transport.sent == []


def test_a_transaction_that_no_block_carries_is_given_up(transport: BentTransport) -> None:
    transport.bends["eth_getTransactionReceipt"] = lambda _: None
    writer = a_writer(transport)
    with pytest.raises(TransactionFailedError, match="no block carries") as caught:
        writer.send(Register(a_release(writer), 0))
    assert "sends no second one" in caught.value.hint


NONSENSE: list[tuple[str, object]] = [
    ("eth_chainId", "one"),
    ("eth_estimateGas", "much"),
    ("eth_estimateGas", None),
    ("eth_getTransactionCount", "0xzz"),
    ("eth_getTransactionCount", {}),
    ("eth_feeHistory", "much"),
    ("eth_feeHistory", {"baseFeePerGas": "much"}),
    ("eth_feeHistory", {"gasUsedRatio": [0.5], "reward": [["much"]]}),
    ("eth_getBlockByNumber", {"baseFeePerGas": "much"}),
    ("eth_getBlockByNumber", "none"),
    ("eth_sendRawTransaction", 17),
    ("eth_getTransactionReceipt", "0x1"),
    ("eth_getTransactionReceipt", {"status": "0x1"}),
    ("eth_sendRawTransaction", "0x" + "11" * 32),
    ("eth_getTransactionReceipt", {}),
    ("eth_estimateGas", "0x0"),
    ("eth_getTransactionCount", hex(2**64)),
    ("eth_blockNumber", hex(2**64)),
]


@pytest.mark.parametrize(("method", "answer"), NONSENSE)
def test_nonsense_is_an_unreachable_chain(
    transport: BentTransport, method: str, answer: object
) -> None:
    transport.bends[method] = lambda _: answer
    writer = a_writer(transport)
    with pytest.raises(ChainUnreachableError, match=r"https://rpc\.example") as caught:
        writer.send(Register(a_release(writer), 0))
    assert KEY.hex() not in str(caught.value)


def test_the_receipt_of_another_transaction_is_nonsense(transport: BentTransport) -> None:
    def of_another(answer: object) -> object:
        return answer and {**cast(dict[str, object], answer), "transactionHash": "0x" + "11" * 32}

    transport.bends["eth_getTransactionReceipt"] = of_another
    writer = a_writer(transport)
    with pytest.raises(ChainUnreachableError, match="cannot be understood"):
        writer.send(Register(a_release(writer), 0))


def test_gas_for_nothing_is_nonsense_also_within_a_bound(transport: BentTransport) -> None:
    transport.bends["eth_estimateGas"] = lambda _: "0x0"
    writer = a_writer(transport)
    with pytest.raises(ChainUnreachableError, match="0x0"):
        writer.send(Register(a_release(writer), 0), 10**18)
    assert transport.sent == []


def test_a_look_alike_is_refused(transport: BentTransport) -> None:
    transport.bends["eth_getCode"] = lambda _: "0x6001"
    with pytest.raises(LookAlikeContractError, match=REGISTRY.address):
        a_writer(transport).deploy()


def test_a_transaction_that_was_overtaken_says_why(anvil: HttpTransport) -> None:
    transport = BentTransport(anvil)
    writer = a_rich_writer(transport)
    writer.deploy()
    release = a_release(writer)
    writer.send(Register(release, 0))
    # As if the other registration came between the estimate and the block.
    transport.bends["eth_estimateGas"] = lambda _: hex(300_000)
    with pytest.raises(VersionExistsError, match=release.release_id.hex()[:8]):
        writer.send(Register(release, 0))


def test_a_reverted_transaction_without_a_reason_is_named(anvil: HttpTransport) -> None:
    transport = BentTransport(anvil)
    writer = a_rich_writer(transport)
    writer.deploy()
    release = a_release(writer)
    writer.send(Register(release, 0))
    transport.bends["eth_estimateGas"] = lambda _: hex(300_000)
    transport.bends["eth_call"] = lambda _: "0x"
    with pytest.raises(TransactionFailedError, match=r"0x[0-9a-f]{64} was reverted"):
        writer.send(Register(release, 0))


def test_anvil_has_a_final_block_behind_the_newest(anvil: HttpTransport) -> None:
    anvil_call(anvil, "anvil_mine", hex(200))
    reader = RpcChainReader(anvil, is_local=False)
    final, latest = reader.block(BlockTag.FINALIZED), reader.block(BlockTag.LATEST)
    assert final.number < latest.number


def test_an_account_on_anvil_that_cannot_pay_is_named_and_its_key_is_not(
    anvil: HttpTransport,
) -> None:
    key = secrets.token_bytes(32)
    writer = writer_on(anvil, ANVIL_CHAIN_ID, key=key)
    with pytest.raises(TransactionFailedError) as caught:
        writer.deploy()
    assert Account.from_key(key).address in caught.value.hint
    for text in (repr(writer), str(caught.value), caught.value.hint):
        assert key.hex() not in text
        assert repr(key) not in text
