"""Looking at a network before it is relied on, and at what a deployment would do."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.fakes.chain import FakeChain
from tests.unit.services.world import SEPOLIA
from weightmark.adapters.chain.deployment import deployments
from weightmark.domain.fees import GasPrice
from weightmark.errors import (
    ChainUnreachableError,
    LookAlikeContractError,
    NotDeployedError,
    TransactionFailedError,
    UnavailableError,
    WrongChainError,
)
from weightmark.ports.chain import Block
from weightmark.services.deployment import missing_contracts
from weightmark.services.network_check import (
    PROOF_DEPTHS,
    PUBLISH_GAS,
    NetworkReport,
    check_network,
)

ACCOUNT = "0x" + "ab" * 20
CONTRACTS = tuple(each.contract for each in deployments())
PRICE = GasPrice(3, 2)


@dataclass
class FakeProbe:
    """An endpoint that proves as far back as it is told."""

    window: int | None = None
    refuses: str = ""
    asked: list[int] = field(default_factory=list)

    def gas_price(self) -> GasPrice:
        self._answer("gas_price")
        return PRICE

    def balance(self, address: str) -> int:
        self._answer("balance")
        return 7 if address == ACCOUNT else 0

    def proves(self, address: str, block: Block, depth: int) -> bool:
        self._answer("proves")
        self.asked.append(depth)
        return self.window is not None and depth <= self.window

    def _answer(self, method: str) -> None:
        if self.refuses == method:
            kind: type[UnavailableError]
            kind = TransactionFailedError if method == "gas_price" else ChainUnreachableError
            raise kind(f"{method} is refused")


@pytest.fixture
def chain() -> FakeChain:
    chain = FakeChain(SEPOLIA.chain_id)
    chain.deploy()
    chain.mine(300)
    chain.finalize(200)
    return chain


def look(chain: FakeChain, probe: FakeProbe | None, account: str = ACCOUNT) -> NetworkReport:
    return check_network(SEPOLIA, chain, probe, CONTRACTS, account)


def test_a_network_without_a_flaw(chain: FakeChain) -> None:
    report = look(chain, FakeProbe(window=10**6))
    assert not report.problems
    assert not report.remarks
    assert report.error is None
    assert report.final is not None
    assert (report.latest.number, report.final.number) == (300, 200)
    assert (report.gas_price, report.balance) == (PRICE, 7)
    assert report.publish_cost == 5 * PUBLISH_GAS


def test_without_an_account_no_balance_is_asked_for(chain: FakeChain) -> None:
    assert look(chain, FakeProbe(refuses="balance"), account="").remarks == []


def test_a_chain_without_an_endpoint_is_not_probed(chain: FakeChain) -> None:
    report = look(chain, None)
    assert (report.gas_price, report.proof_depth, report.balance) == (None, None, None)
    assert not report.problems
    assert not report.remarks


@pytest.mark.parametrize(
    ("window", "depth"),
    [(None, None), (0, 0), (127, 0), (128, 128), (199, 128), (200, 200), (10**6, 200)],
)
def test_how_far_back_storage_is_proven(
    chain: FakeChain, window: int | None, depth: int | None
) -> None:
    probe = FakeProbe(window)
    assert look(chain, probe).proof_depth == depth
    assert len(probe.asked) <= 1 + len(PROOF_DEPTHS)
    assert len(set(probe.asked)) == len(probe.asked)


@pytest.mark.parametrize("method", ["gas_price", "balance", "proves"])
def test_what_is_not_told_is_remarked_and_the_rest_is_told(chain: FakeChain, method: str) -> None:
    report = look(chain, FakeProbe(window=0, refuses=method))
    assert report.remarks == [f"{method} is refused"]
    assert report.error is None
    assert (report.gas_price is None) == (method == "gas_price")
    assert (report.balance is None) == (method == "balance")
    assert (report.proof_depth is None) == (method == "proves")


def test_every_contract_that_is_missing_is_a_problem(chain: FakeChain) -> None:
    _, *others = CONTRACTS
    for contract in others:
        del chain.code_hashes[contract.address]
    report = look(chain, FakeProbe())
    assert [type(each.problem) for each in report.contracts] == [
        type(None),
        *[NotDeployedError for _ in others],
    ]
    assert report.error is report.problems[0]
    assert report.error.hint == "deploy it: weightmark network deploy sepolia"


def test_a_look_alike_outranks_what_is_missing(chain: FakeChain) -> None:
    registry, *_, last = CONTRACTS
    del chain.code_hashes[registry.address]
    chain.code_hashes[last.address] = b"\1" * 32
    report = look(chain, FakeProbe())
    assert len(report.problems) == 2
    assert isinstance(report.error, LookAlikeContractError)


def test_of_another_chain_nothing_more_is_said(chain: FakeChain) -> None:
    chain.id = 1
    with pytest.raises(WrongChainError):
        look(chain, FakeProbe())
    with pytest.raises(WrongChainError):
        missing_contracts(SEPOLIA, chain, CONTRACTS)


def test_what_is_missing_is_known_before_it_is_deployed(chain: FakeChain) -> None:
    assert missing_contracts(SEPOLIA, chain, CONTRACTS) == ()
    _, *others = CONTRACTS
    for contract in others:
        del chain.code_hashes[contract.address]
    assert missing_contracts(SEPOLIA, chain, CONTRACTS) == tuple(others)
    chain.code_hashes[CONTRACTS[0].address] = b"\1" * 32
    with pytest.raises(LookAlikeContractError):
        missing_contracts(SEPOLIA, chain, CONTRACTS)
