"""Endpoints that fail while they are sent a transaction, or answer for several nodes."""

from __future__ import annotations

import pytest

from tests.integration.senders import Publisher, assert_registered_once, endpoint_that_fails_once
from weightmark.adapters.chain.json_rpc import HttpTransport, Refusal
from weightmark.errors import ChainUnreachableError


def test_an_endpoint_that_fails_once_it_has_the_transaction(publisher: Publisher) -> None:
    action = publisher.action()

    def fail(_: object) -> None:
        raise ChainUnreachableError("the chain's endpoint cannot be used: it did not answer")

    publisher.transport.after["eth_sendRawTransaction"] = fail
    with pytest.raises(ChainUnreachableError, match="may have been sent") as caught:
        publisher.writer().send(action)
    assert publisher.first_waiting in caught.value.message
    publisher.writer().send(action)
    assert_registered_once(publisher)


@pytest.mark.parametrize("is_mined", [True, False])
def test_what_is_refused_as_it_is_there_already_is_not_sent_a_second_time(
    publisher: Publisher, *, is_mined: bool
) -> None:
    """An answer was lost, and the endpoint was asked again."""
    node, bends = publisher.node, publisher.transport.bends

    def again(_: object) -> object:
        bends.clear()
        if is_mined:
            node.mine()
        return Refusal("nonce too low" if is_mined else "in the pool for a while")

    bends["eth_sendRawTransaction"] = again
    publisher.writer().send(publisher.action())
    assert_registered_once(publisher)


def test_a_node_that_does_not_know_yet_what_used_the_nonce_makes_no_second_transaction(
    publisher: Publisher,
) -> None:
    """Several nodes answer: one takes it, one has its block, and one is behind."""
    bends = publisher.transport.bends

    def again(_: object) -> object:
        publisher.node.mine()
        bends.clear()
        for method in ("eth_getTransactionByHash", "eth_getTransactionReceipt"):
            bends[method] = lambda _: None
        return Refusal("nonce too low")

    bends["eth_sendRawTransaction"] = again
    publisher.happenings.events = [bends.clear]
    publisher.writer().send(publisher.action())
    assert_registered_once(publisher)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", ["eth_sendRawTransaction", "eth_getTransactionReceipt"])
def test_an_endpoint_that_is_too_busy_for_once_is_asked_again(
    publisher: Publisher, method: str, status: int
) -> None:
    with endpoint_that_fails_once(publisher.node, method, status) as url:
        publisher.transport.inner = HttpTransport(url, sleep=lambda _: None)
        publisher.writer().send(publisher.action())
    assert_registered_once(publisher)


def test_an_endpoint_that_fails_while_it_is_waited_for_is_asked_again(
    publisher: Publisher,
) -> None:
    def fail() -> None:
        raise ChainUnreachableError("the chain's endpoint cannot be used: it did not answer")

    publisher.transport.before["eth_getTransactionReceipt"] = fail
    publisher.writer().send(publisher.action())
    assert_registered_once(publisher)
