"""What the tests of the services share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.services.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a public chain with nothing published."""
    return World(tmp_path)


@pytest.fixture
def published(world: World) -> World:
    """Return a world in which version 1.0.0 is published and final, and the verifier is new."""
    world.publish()
    world.forget()
    world.trusts()
    return world
