"""Health: whether look-ups can be answered."""

from __future__ import annotations

from tests.unit.api.service import SECOND, Service
from weightmark.version import __version__


def test_a_healthy_service_tells_what_it_sees(service: Service) -> None:
    service.chain.mine(3)
    assert service.get("/healthz") == {
        "status": "ok",
        "version": __version__,
        "network": "first",
        "chain_id": 1001,
        "block_number": 4,
        "block_time": "2023-11-14T22:13:24Z",
    }


def test_the_block_is_read_at_every_request(service: Service) -> None:
    client = service.client
    before = client.get("/healthz").json()["block_number"]
    service.chain.mine()
    assert client.get("/healthz").json()["block_number"] == before + 1


def test_the_chosen_network_is_the_one_that_counts(service: Service) -> None:
    service.chains.chosen = SECOND
    assert service.get("/healthz")["network"] == "second"


def test_a_chain_out_of_reach_is_told(service: Service) -> None:
    service.chain.unreachable = "nobody answers"
    assert service.get("/healthz", 503)["code"] == "chain-unreachable"


def test_a_registry_that_is_not_there_is_told(service: Service) -> None:
    service.chain.code_hashes.clear()
    assert service.get("/healthz", 503)["code"] == "not-deployed"
