"""Fixtures of the integration tests."""

from collections.abc import Iterator

import pytest

from tests.anvil import anvil_url
from tests.integration.bent import anvil_call
from weightmark.adapters.chain.json_rpc import HttpTransport

__all__ = ["anvil_url"]


@pytest.fixture
def anvil(anvil_url: str) -> Iterator[HttpTransport]:
    """Return an anvil, whose state is restored afterwards."""
    transport = HttpTransport(anvil_url)
    snapshot = anvil_call(transport, "evm_snapshot")
    yield transport
    anvil_call(transport, "evm_revert", snapshot)
