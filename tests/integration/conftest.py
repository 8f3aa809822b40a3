"""Fixtures of the integration tests."""

from tests.anvil import anvil_url

__all__ = ["anvil_url"]
