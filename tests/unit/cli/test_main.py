"""What becomes of errors that no other part of the program knows."""

from __future__ import annotations

import errno
import json
from typing import Any

import pytest

from weightmark.bootstrap.application import Application
from weightmark.cli.main import run

SECRET = "0x" + "5e" * 32


def raise_in_application(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def load(*_: Any) -> None:
        raise error

    monkeypatch.setattr(Application, "load", load)


def test_a_bug_says_that_it_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_in_application(monkeypatch, ValueError(SECRET))
    assert run(["trust", "list"]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "error: ValueError in weightmark.cli.options, line " in shown.err
    assert "this is a bug of weightmark: WEIGHTMARK_DEBUG=1 shows" in shown.err
    assert run(["trust", "list", "--json"]) == 3
    told = capsys.readouterr()
    error = json.loads(told.out)["error"]
    assert (error["code"], error["exit_status"], told.err) == ("error", 3, "")
    assert error["message"].startswith("ValueError in weightmark.cli.options, line ")
    assert SECRET not in shown.err + told.out


def test_a_bug_in_code_that_no_module_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere: dict[str, Any] = {}
    exec("def load(*_): return 1 / 0", nowhere)
    monkeypatch.setattr(Application, "load", nowhere["load"])
    assert run(["trust", "list"]) == 3
    assert "ZeroDivisionError in weightmark.cli.options" in capsys.readouterr().err


def test_what_the_system_refuses_anywhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_in_application(monkeypatch, OSError(errno.EMFILE, "Too many open files", SECRET))
    assert run(["trust", "list", "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "unavailable"
    assert "the operating system refuses: Too many open files (OSError in" in error["message"]
    assert "WEIGHTMARK_DEBUG" in error["hint"]
    assert SECRET not in error["message"]


@pytest.mark.parametrize("error", [ValueError("all of it"), OSError(errno.EIO, "all of it")])
def test_whoever_looks_for_a_bug_sees_all_of_it(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setenv("WEIGHTMARK_DEBUG", "1")
    raise_in_application(monkeypatch, error)
    with pytest.raises(type(error), match="all of it"):
        run(["trust", "list"])


def test_a_command_that_is_misspelt(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fetsh"]) == 2
    assert "Did you mean 'fetch'?" in capsys.readouterr().err
