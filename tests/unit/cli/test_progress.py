"""What is shown while something is waited for: on a terminal alone."""

from __future__ import annotations

import io

import pytest

from weightmark.cli.progress import progress, status


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


def test_one_part_after_the_other_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", terminal)
    with progress("hashing") as start:
        for _ in range(3):
            start(1000)(1000)
    assert "hashing" in terminal.getvalue()
    # Two lines up and further: that is how more than one bar is drawn anew.
    assert "\x1b[1A\x1b[2K\x1b[1A" not in terminal.getvalue()


def test_nothing_else_is_shown_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    with progress("hashing") as start:
        start(10)(10)
    assert log.getvalue() == ""
