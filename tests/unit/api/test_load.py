"""How many look-ups are made at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from tests.unit.api.service import FIRST, Service
from tests.unit.api.test_problems import problem_of
from weightmark.api.routes import MAX_LOOK_UPS
from weightmark.domain.networks import Network
from weightmark.errors import ChainUnreachableError, WeightmarkError
from weightmark.ports.chain import Block, BlockTag

PATIENCE = 30.0


def test_a_look_up_too_many_is_refused_and_may_be_made_later(service: Service) -> None:
    """Every slot is taken by a chain that does not answer yet, until the refusal is there."""
    all_there, answered = Barrier(MAX_LOOK_UPS + 1), Event()
    block = service.chain.block(BlockTag.LATEST)

    def wait(_: Network) -> Block:
        all_there.wait(PATIENCE)
        assert answered.wait(PATIENCE)
        return block

    vars(service.application)["check_network"] = wait
    client = service.client
    with ThreadPoolExecutor(MAX_LOOK_UPS) as clients:
        waiting = [clients.submit(client.get, "/healthz") for _ in range(MAX_LOOK_UPS)]
        try:
            all_there.wait(PATIENCE)
            refused = client.get(f"/v1/publishers/me?chain={FIRST.name}")
        finally:
            answered.set()
        assert [each.result().status_code for each in waiting] == [200] * MAX_LOOK_UPS
    assert problem_of(refused)["status"] == 503
    assert problem_of(refused)["detail"] == "the server makes 16 look-ups at once, and no more"
    assert refused.headers["retry-after"] == "5"


@pytest.mark.parametrize("error", [None, ChainUnreachableError("nobody answers")], ids=str)
def test_a_look_up_gives_its_place_back(service: Service, error: WeightmarkError | None) -> None:
    service.chain.unreachable = error.message if error else ""
    statuses = {service.client.get("/healthz").status_code for _ in range(MAX_LOOK_UPS + 1)}
    assert statuses == {503 if error else 200}


def test_what_is_out_of_reach_says_when_to_ask_again(service: Service) -> None:
    service.chain.unreachable = "nobody answers"
    assert service.client.get("/healthz").headers["retry-after"] == "5"
    assert "retry-after" not in service.client.get("/nothing").headers
