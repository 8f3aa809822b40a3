"""Which names mean the machine itself."""

from __future__ import annotations

import pytest

from weightmark.domain.hosts import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_the_machine_itself(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.example", "127.0.0.1.example", "0.0.0.0", "10.0.0.1", "::", "1"]
)
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)
