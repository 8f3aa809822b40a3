"""Tests of what is told of connections that failed."""

from __future__ import annotations

from socket import EAI_NONAME, gaierror

import httpx2
import pytest

from weightmark.adapters.http.client import failure


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (gaierror(EAI_NONAME, "no name https://host/secret"), "its name cannot be resolved"),
        (OSError("https://host/secret"), "OSError"),
    ],
)
def test_the_cause_is_told_without_its_text(cause: OSError, reason: str) -> None:
    error = httpx2.ConnectError("https://host/secret")
    error.__context__ = cause
    assert failure(error) == f"the connection failed ({reason})"
