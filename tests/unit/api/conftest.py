"""Fixtures of the web API's unit tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.blocks import Stored
from tests.unit.api.held import FILES, Held
from tests.unit.api.service import Service
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Return a web API over empty chains."""
    return Service(tmp_path)


@pytest.fixture
def held() -> Held:
    """Return blocks of a small model that a store may have."""
    stored = Stored()
    stored.root = stored.add_files(FILES, UNIXFS_V1_2025)
    return Held(stored)
