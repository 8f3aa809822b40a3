"""What is shown while something is waited for: on a terminal alone."""

from __future__ import annotations

import io

import pytest

from weightmark.cli.progress import status


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_shown_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", terminal)
    with status() as show:
        show("waiting: block 7 is final")
    assert "waiting: block 7 is final" in terminal.getvalue()


def test_anything_else_is_shown_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    with status() as show:
        show("waiting: block 7 is final")
    assert log.getvalue() == ""
