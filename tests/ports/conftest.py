"""Fixtures of the contract tests."""

from tests.anvil import anvil_url

__all__ = ["anvil_url"]
