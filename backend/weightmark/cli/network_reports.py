"""What is shown of a network that was checked."""

from __future__ import annotations

from weightmark.domain.coins import format_coins, format_gwei
from weightmark.domain.documents import error_document, hex_text
from weightmark.domain.times import utc_text
from weightmark.ports.chain import Block
from weightmark.services.network_check import PUBLISH_GAS, ContractFinding, NetworkReport


def report_document(report: NetworkReport, now: int) -> dict[str, object]:
    """Return a report for programs; amounts are in wei, times in seconds."""
    return {
        "network": report.network.name,
        "chain_id": report.network.chain_id,
        "contracts": [_contract(each) for each in report.contracts],
        "latest": _block(report, report.latest, now),
        "final": _block(report, report.final, now) if report.final else None,
        "proof_depth": report.proof_depth,
        "fees": _fees(report),
        "account": report.account or None,
        "balance": report.balance,
        "coin": report.network.coin,
        "remarks": report.remarks,
        **({"error": error_document(report.error)} if report.error else {}),
    }


def report_fields(report: NetworkReport, now: int) -> dict[str, str]:
    """Return a report for people."""
    network = report.network
    return {
        "network": f"{network.name} (chain {network.chain_id})",
        **{each.contract.name: _contract_text(each) for each in report.contracts},
        "newest block": f"{report.latest.number}, {_age(report.latest, now)}",
        "final block": _final_text(report, now),
        "proofs": _proofs_text(report),
        "fees": _fees_text(report),
        "account": _account_text(report),
        "not told": "; ".join(report.remarks),
    }


def _contract(finding: ContractFinding) -> dict[str, object]:
    return {
        "name": finding.contract.name,
        "address": finding.contract.address,
        "code_hash": hex_text(finding.contract.code_hash),
        "condition": finding.problem.code if finding.problem else "ok",
    }


def _block(report: NetworkReport, block: Block, now: int) -> dict[str, object]:
    return {
        "number": block.number,
        "hash": hex_text(block.hash),
        "time": utc_text(block.timestamp),
        "age": max(0, now - block.timestamp),
        "distance": report.latest.number - block.number,
    }


def _fees(report: NetworkReport) -> dict[str, object] | None:
    price = report.gas_price
    if price is None:
        return None
    return {
        "base_fee": price.base_fee,
        "priority_fee": price.priority_fee,
        "publish_gas": PUBLISH_GAS,
        "publish_cost": report.publish_cost,
    }


def _contract_text(finding: ContractFinding) -> str:
    condition = finding.problem.code.replace("-", " ") if finding.problem else "ok"
    return f"{finding.contract.address}, {condition}"


def _age(block: Block, now: int) -> str:
    seconds = max(0, now - block.timestamp)
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} old"
    return f"{seconds} seconds old"


def _final_text(report: NetworkReport, now: int) -> str:
    final = report.final
    if final is None:
        return "none is served"
    if report.network.is_local:
        return "every block counts as final here, which proves nothing to others"
    behind = report.latest.number - final.number
    return f"{final.number}, {behind} behind the newest, {_age(final, now)}"


def _proofs_text(report: NetworkReport) -> str:
    if report.network.is_embedded or report.final is None:
        return ""
    match report.proof_depth:
        case None:
            return "none at the final block"
        case 0:
            return "at the final block"
        case depth:
            return f"back to at least {depth} blocks before the final one"


def _fees_text(report: NetworkReport) -> str:
    price, cost = report.gas_price, report.publish_cost
    if price is None or cost is None:
        return ""
    parts = f"base {format_gwei(price.base_fee)}, tip {format_gwei(price.priority_fee)}"
    return f"{parts}; a first release: {_amount(report, cost)} for {PUBLISH_GAS} gas"


def _account_text(report: NetworkReport) -> str:
    if report.balance is None:
        return report.account
    cost = report.publish_cost
    enough = f", enough for {report.balance // cost} first releases" if cost else ""
    return f"{report.account} has {_amount(report, report.balance)}{enough}"


def _amount(report: NetworkReport, wei: int) -> str:
    return f"{format_coins(wei)} {report.network.coin}"
