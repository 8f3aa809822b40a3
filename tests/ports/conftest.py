"""Fixtures of the contract tests: each chain in turn, with the registry on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest

from tests.anvil import anvil_url
from tests.ports.chain_backends import (
    AnvilBackend,
    ChainBackend,
    EmbeddedBackend,
    EthTesterBackend,
    FakeBackend,
)
from weightmark.ports.chain import ChainReader, ChainWriter

__all__ = ["anvil_url"]


@pytest.fixture(scope="session", params=["fake", "embedded", "eth-tester", "anvil"])
def deployed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ChainBackend:
    """Return each chain in turn, with the registry on it."""
    folder = tmp_path_factory.mktemp("chain")
    makers: dict[str, Callable[[], ChainBackend]] = {
        "fake": FakeBackend,
        "embedded": lambda: EmbeddedBackend(folder / "local.sqlite3"),
        "eth-tester": lambda: EthTesterBackend(folder),
        "anvil": lambda: AnvilBackend(request.getfixturevalue("anvil_url"), folder),
    }
    chain = makers[request.param]()
    chain.writer().deploy()
    return chain


@pytest.fixture
def backend(deployed: ChainBackend) -> Iterator[ChainBackend]:
    """Return each chain in turn, as other tests leave it."""
    with deployed.rewound() if isinstance(deployed, EthTesterBackend) else nullcontext():
        yield deployed


@pytest.fixture
def reader(backend: ChainBackend) -> ChainReader:
    """Return a reader of the chain."""
    return backend.reader


@pytest.fixture
def publisher(backend: ChainBackend) -> ChainWriter:
    """Return an account that nobody knows yet."""
    return backend.writer()
