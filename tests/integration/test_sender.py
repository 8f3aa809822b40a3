"""Whatever happens to a transaction on its way, there is one registration and a true message."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.integration.senders import (
    GWEI,
    Publisher,
    assert_registered_once,
)
from weightmark.adapters.chain.json_rpc import Refusal
from weightmark.domain.coins import format_coins
from weightmark.errors import (
    StorageError,
    TransactionFailedError,
    VersionExistsError,
)


class PowerCut(BaseException):
    """The end of a process, which nothing in it catches."""


def cut_power() -> None:
    raise PowerCut


def test_a_dropped_transaction_is_sent_again(publisher: Publisher) -> None:
    hashes: list[str] = []

    def drop() -> None:
        hashes.append(publisher.first_waiting)
        publisher.node.drop(publisher.account)

    publisher.happenings.events = [drop]
    receipt = publisher.writer().send(publisher.action())
    assert hashes == [f"0x{receipt.transaction_hash.hex()}"]
    assert_registered_once(publisher)


def test_where_another_transaction_took_the_nonce_the_next_one_is_used(
    publisher: Publisher,
) -> None:
    def cancel() -> None:
        nothing = {"to": publisher.account, "data": b"", "gas": 21_000}
        publisher.outbid(publisher.first_waiting, **nothing)

    publisher.happenings.events = [cancel]
    publisher.writer().send(publisher.action())
    assert_registered_once(publisher, transactions=2)


def test_the_same_from_a_wallet_for_a_higher_fee_counts(publisher: Publisher) -> None:
    hashes: list[str] = []

    def speed_up() -> None:
        publisher.outbid(publisher.first_waiting)
        hashes.append(publisher.first_waiting)

    publisher.happenings.events = [speed_up]
    receipt = publisher.writer().send(publisher.action())
    assert hashes == [f"0x{receipt.transaction_hash.hex()}"]
    assert_registered_once(publisher)


def test_a_base_fee_that_rose_before_the_transaction_arrived_is_met(publisher: Publisher) -> None:
    node = publisher.node
    publisher.transport.before["eth_sendRawTransaction"] = lambda: node.call(
        "anvil_setNextBlockBaseFeePerGas", hex(500 * GWEI)
    )
    publisher.writer().send(publisher.action())
    assert_registered_once(publisher)
    node.mine_at(GWEI)


def test_more_is_offered_where_the_base_fee_rises(publisher: Publisher) -> None:
    node, action = publisher.node, publisher.action()
    seen: list[str] = []
    publisher.happenings.events = [
        lambda: seen.append(publisher.first_waiting),
        *[lambda: node.mine_at(500 * GWEI)] * 4,
    ]
    receipt = publisher.writer().send(action)
    assert seen != [f"0x{receipt.transaction_hash.hex()}"]
    assert_registered_once(publisher)
    node.mine_at(GWEI)


@pytest.mark.parametrize(("passing", "offers"), [(2, 1), (3, 2)])
def test_more_is_offered_for_what_blocks_pass_by(
    publisher: Publisher, passing: int, offers: int
) -> None:
    hashes, passed = set[str](), 0

    def pass_by() -> None:
        nonlocal passed
        passed += 1
        hashes.add(publisher.first_waiting)

    def with_those_that_passed(answer: object) -> object:
        return hex(int(str(answer), 16) + passed)

    publisher.transport.bends["eth_blockNumber"] = with_those_that_passed
    publisher.happenings.events = [pass_by] * passing
    receipt = publisher.writer().send(publisher.action())
    hashes.add(f"0x{receipt.transaction_hash.hex()}")
    assert len(hashes) == offers
    assert_registered_once(publisher)


def test_no_more_is_offered_than_allowed_and_the_next_run_goes_on(publisher: Publisher) -> None:
    node, action = publisher.node, publisher.action()
    allowed = publisher.writer().cost(action).max_total
    publisher.happenings.events = [lambda: node.mine_at(500 * GWEI)] * 70
    with pytest.raises(TransactionFailedError, match="no block carries the transaction") as caught:
        publisher.writer().send(action, allowed)
    assert "sends no second one" in caught.value.hint
    assert publisher.node.registrations(publisher.account) == ()

    node.mine_at(GWEI)
    receipt = publisher.writer().send(action, allowed)
    assert f"0x{receipt.transaction_hash.hex()}" in caught.value.message
    assert_registered_once(publisher)


def test_what_costs_too_much_is_not_signed(publisher: Publisher) -> None:
    action = publisher.action()
    cost = publisher.writer().cost(action)
    allowed = cost.total - 1
    with pytest.raises(TransactionFailedError, match=f"most {format_coins(allowed)} is allowed"):
        publisher.writer().send(action, allowed)
    assert publisher.node.waiting(publisher.account) == []
    assert list(publisher.journals.rglob("*.json")) == []


def test_a_race_is_lost_with_the_reason_of_the_contract_and_not_paid_for(
    publisher: Publisher, tmp_path: Path
) -> None:
    winner = Publisher(publisher.node, tmp_path / "elsewhere")
    winner.key, winner.account = publisher.key, publisher.account
    action = publisher.action()
    other = publisher.action()
    publisher.transport.before["eth_sendRawTransaction"] = lambda: winner.writer().send(other)
    release_id = action.statement.release_id.hex()
    with pytest.raises(VersionExistsError, match=release_id[:8]):
        publisher.writer().send(action)
    assert_registered_once(publisher)


def test_a_transaction_whose_block_went_away_is_sent_again(publisher: Publisher) -> None:
    node = publisher.node
    hashes: list[str] = []

    def reorganise(receipt: object) -> None:
        assert isinstance(receipt, dict)
        hashes.append(receipt["transactionHash"])
        node.call("anvil_reorg", 1, [])

    publisher.transport.after["eth_getTransactionReceipt"] = reorganise
    receipt = publisher.writer().send(publisher.action())
    assert hashes == [f"0x{receipt.transaction_hash.hex()}"]
    assert_registered_once(publisher)


@pytest.mark.parametrize("moment", ["signed", "sent", "confirmed"])
def test_what_a_killed_run_left_behind_is_taken_up(publisher: Publisher, moment: str) -> None:
    node, action = publisher.node, publisher.action()
    if moment == "signed":
        publisher.transport.before["eth_sendRawTransaction"] = cut_power
    publisher.happenings.events = [*[node.mine] * (moment == "confirmed"), cut_power]
    if moment == "confirmed":
        publisher.transport.after["eth_getTransactionReceipt"] = lambda _: cut_power()
    with pytest.raises(PowerCut):
        publisher.writer().send(action)
    publisher.happenings.events = []
    assert len(list(publisher.journals.rglob("*.json"))) == 1

    publisher.writer().send(action)
    assert_registered_once(publisher)


def test_what_an_earlier_run_signed_for_more_than_is_allowed_now_is_not_sent_again(
    publisher: Publisher,
) -> None:
    action = publisher.action()
    dear = publisher.writer().cost(action).max_total
    publisher.transport.before["eth_sendRawTransaction"] = cut_power
    with pytest.raises(PowerCut):
        publisher.writer().send(action)
    with pytest.raises(TransactionFailedError, match="more than is allowed now") as caught:
        publisher.writer().send(action, dear * 9 // 10)
    assert "--max-fee" in caught.value.hint
    assert publisher.node.waiting(publisher.account) == []

    publisher.writer().send(action, dear * 2)
    assert_registered_once(publisher)


def test_what_a_node_refuses_for_an_unknown_reason_is_kept_for_the_next_run(
    publisher: Publisher,
) -> None:
    node, action = publisher.node, publisher.action()
    bends = publisher.transport.bends
    hashes: list[str] = []

    def drop() -> None:
        hashes.append(publisher.first_waiting)
        node.drop(publisher.account)
        bends["eth_sendRawTransaction"] = lambda _: Refusal("txpool is full")

    publisher.happenings.events = [drop]
    with pytest.raises(TransactionFailedError, match="txpool is full"):
        publisher.writer().send(action)
    assert len(list(publisher.journals.rglob("*.json"))) == 1

    bends.clear()
    receipt = publisher.writer().send(action)
    assert hashes == [f"0x{receipt.transaction_hash.hex()}"]
    assert_registered_once(publisher)


def test_what_was_sent_to_another_chain_with_the_same_id_is_not_sent_to_this_one(
    publisher: Publisher,
) -> None:
    node, action = publisher.node, publisher.action()
    dear = publisher.writer().cost(action).max_total
    publisher.happenings.events = [cut_power]
    with pytest.raises(PowerCut):
        publisher.writer().send(action)
    node.drop(publisher.account)

    def started_anew(answer: object) -> object:
        assert isinstance(answer, dict)
        return {**answer, "hash": f"0x{77:064x}"} if answer["number"] == "0x0" else answer

    publisher.transport.bends["eth_getBlockByNumber"] = started_anew
    publisher.happenings.events = []
    # What the earlier run signed would be more than is allowed.
    publisher.writer().send(action, dear * 9 // 10)
    assert len(node.registrations(publisher.account)) == 1
    assert len(list(publisher.journals.rglob("*.json"))) == 1


def test_another_action_does_not_wait_for_what_was_never_sent(publisher: Publisher) -> None:
    first, second = publisher.action("1"), publisher.action("2")
    publisher.transport.before["eth_sendRawTransaction"] = cut_power
    with pytest.raises(PowerCut):
        publisher.writer().send(first)
    publisher.writer().send(second)
    publisher.writer().send(first)
    versions = [each.version for each in publisher.node.registrations(publisher.account)]
    assert versions == ["2", "1"]
    assert publisher.node.sent(publisher.account) == 2


def test_what_can_never_be_carried_out_is_signed_anew(publisher: Publisher) -> None:
    """The node has lost the transactions that came before."""
    node, before, action = publisher.node, publisher.action("1"), publisher.action("2")
    for each in (before, action):
        publisher.happenings.events = [cut_power]
        with pytest.raises(PowerCut):
            publisher.writer().send(each)
    publisher.happenings.events = []
    node.drop(publisher.account)
    for path in publisher.journals.rglob("*.json"):
        if f'"nonce":{0}' in path.read_text():
            path.unlink()
    publisher.writer().send(action)
    assert_registered_once(publisher)


def test_what_nobody_came_back_to_is_forgotten(publisher: Publisher) -> None:
    left, recent = publisher.action("1"), publisher.action("2")
    for each in (left, recent):
        publisher.happenings.events = [cut_power]
        with pytest.raises(PowerCut):
            publisher.writer().send(each)
    oldest = min(publisher.journals.rglob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    os.utime(oldest, (0, 0))
    publisher.happenings.events = []
    publisher.writer().send(publisher.action("3"))
    (kept,) = publisher.journals.rglob("*.json")
    assert kept != oldest


def test_a_damaged_journal_is_named(publisher: Publisher) -> None:
    action = publisher.action()
    publisher.happenings.events = [cut_power]
    with pytest.raises(PowerCut):
        publisher.writer().send(action)
    (path,) = publisher.journals.rglob("*.json")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Exception, match="is damaged") as caught:
        publisher.writer().send(action)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(("member", "value"), [("attempts", []), ("gas", 0)])
def test_a_journal_that_means_nothing_is_damaged(
    publisher: Publisher, member: str, value: object
) -> None:
    action = publisher.action()
    publisher.happenings.events = [cut_power]
    with pytest.raises(PowerCut):
        publisher.writer().send(action)
    (path,) = publisher.journals.rglob("*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), member: value}))
    with pytest.raises(StorageError, match="is damaged"):
        publisher.writer().send(action, 10**18)


def test_the_same_command_at_once_pays_for_one_transaction(publisher: Publisher) -> None:
    action = publisher.action()

    def overtake() -> None:
        publisher.happenings.events = [cut_power]
        with pytest.raises(PowerCut):
            publisher.writer().send(action)
        publisher.happenings.events = []

    publisher.transport.before["eth_estimateGas"] = overtake
    publisher.writer().send(action)
    assert_registered_once(publisher)
