"""Asking a person at a terminal."""

from __future__ import annotations

import io
import sys

import pytest
from click import termui

from weightmark.cli.options import ask_password
from weightmark.errors import KeyFileError


class Terminal(io.StringIO):
    """Somebody who can be asked."""

    def isatty(self) -> bool:
        return True


def test_a_password_that_is_not_typed_is_not_asked_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["secret", ""])
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(termui, "hidden_prompt_func", lambda _: next(answers))
    assert ask_password("A new password", "set a variable") == "secret"
    with pytest.raises(KeyFileError, match="A new password is needed, and nothing was typed") as it:
        ask_password("A new password", "set a variable")
    assert it.value.hint == "set a variable"
