"""What is shown of a network that was checked."""

from __future__ import annotations

import pytest

from weightmark.adapters.chain.deployment import deployments
from weightmark.cli.network_reports import report_document, report_fields
from weightmark.domain.fees import GasPrice
from weightmark.domain.networks import ANVIL_CHAIN_ID, LOCAL, Network
from weightmark.errors import ChainUnreachableError, LookAlikeContractError, NotDeployedError
from weightmark.ports.chain import Block
from weightmark.services.network_check import ContractFinding, NetworkReport

NOW = 1_800_000_000
POLYGON = Network("polygon", 137)
REGISTRY = deployments()[0].contract


def report(network: Network = POLYGON, **given: object) -> NetworkReport:
    contracts = (ContractFinding(REGISTRY, None),)
    latest = Block(500, b"\1" * 32, NOW - 5)
    found = NetworkReport(network, "", latest, contracts)
    found.final = Block(436, b"\2" * 32, NOW - 780)
    vars(found).update(given)
    return found


def test_people_read_coins_and_ages() -> None:
    price = GasPrice(30 * 10**9, 10**9)
    fields = report_fields(
        report(gas_price=price, account="0xabc", balance=10**18, proof_depth=128), NOW
    )
    assert fields["newest block"] == "500, 5 seconds old"
    assert fields["final block"] == "436, 64 behind the newest, 13 minutes old"
    assert fields["fees"] == (
        "base 30 gwei, tip 1 gwei; a first release: 0.003286 POL for 106000 gas"
    )
    assert fields["account"] == "0xabc has 1 POL, enough for 304 first releases"
    assert fields["not told"] == ""


@pytest.mark.parametrize(
    ("depth", "shown"),
    [(None, "none at the final block"), (0, "at the final block"), (128, "at least 128 blocks")],
)
def test_how_far_back_proofs_go(depth: int | None, shown: str) -> None:
    assert shown in report_fields(report(proof_depth=depth), NOW)["proofs"]


@pytest.mark.parametrize(
    ("age", "shown"),
    [(0, "0 seconds"), (-9, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"),
     (7_200, "2 hours"), (172_800, "2 days")],
)  # fmt: skip
def test_ages_are_short(age: int, shown: str) -> None:
    latest = Block(500, b"\1" * 32, NOW - age)
    assert report_fields(report(latest=latest), NOW)["newest block"] == f"500, {shown} old"


def test_a_chain_of_this_machine_says_what_its_finality_is_worth() -> None:
    for network in (LOCAL, Network("anvil", ANVIL_CHAIN_ID)):
        assert "proves nothing" in report_fields(report(network), NOW)["final block"]
    assert report_fields(report(LOCAL), NOW)["proofs"] == ""


def test_without_a_final_block_nothing_is_said_of_proofs() -> None:
    fields = report_fields(report(final=None), NOW)
    assert fields["final block"] == "none is served"
    assert fields["proofs"] == ""


def test_a_contract_that_is_not_ours_is_called_that() -> None:
    for problem, shown in (
        (NotDeployedError("x"), "not deployed"),
        (LookAlikeContractError("x"), "look alike contract"),
    ):
        found = report(contracts=(ContractFinding(REGISTRY, problem),))
        assert report_fields(found, NOW)["ModelRegistry"] == f"{REGISTRY.address}, {shown}"


def test_programs_read_wei_and_seconds() -> None:
    document = report_document(report(gas_price=GasPrice(3, 2), balance=7), NOW)
    assert document["fees"] == {
        "base_fee": 3, "priority_fee": 2, "publish_gas": 106_000, "publish_cost": 530_000,
    }  # fmt: skip
    assert (document["balance"], document["coin"], document["account"]) == (7, "POL", None)
    final = document["final"]
    assert isinstance(final, dict)
    assert (final["number"], final["age"], final["distance"]) == (436, 780, 64)
    assert "error" not in document


def test_programs_read_the_error_that_decides() -> None:
    problems = [ChainUnreachableError("far"), LookAlikeContractError("other")]
    document = report_document(report(problems=problems, final=None), NOW)
    error = document["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["exit_status"]) == ("look-alike-contract", 1)
    assert (document["final"], document["fees"]) == (None, None)
