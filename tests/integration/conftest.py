"""Fixtures of the integration tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.anvil import anvil_url, running_anvil
from tests.integration.bent import anvil_call
from tests.integration.senders import Node, Publisher
from weightmark.adapters.chain.json_rpc import HttpTransport

__all__ = ["anvil_url"]


@pytest.fixture
def anvil(anvil_url: str) -> Iterator[HttpTransport]:
    """Return an anvil, whose state is restored afterwards."""
    transport = HttpTransport(anvil_url)
    snapshot = anvil_call(transport, "evm_snapshot")
    yield transport
    anvil_call(transport, "evm_revert", snapshot)


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Return a node with the contracts, which mines when it is told to."""
    with running_anvil("--no-mining") as url:
        node = Node(url)
        Publisher(node, tmp_path_factory.mktemp("deployer")).writer().deploy()
        yield node


@pytest.fixture
def publisher(node: Node, tmp_path: Path) -> Publisher:
    """Return an account that never sent anything."""
    return Publisher(node, tmp_path / "transactions")
