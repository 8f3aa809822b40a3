"""Fixtures of the web API's unit tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.api.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Return a web API over empty chains."""
    return Service(tmp_path)
