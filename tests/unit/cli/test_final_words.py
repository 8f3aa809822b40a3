"""What is asked before something is done, and what is left to say where output was lost."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from weightmark.cli import options, output, streams, verdicts
from weightmark.domain.networks import LOCAL, Network
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import KeyFileError, UsageError

SEPOLIA = Network("sepolia", 11155111)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(text))


@pytest.mark.parametrize("network", [LOCAL, SEPOLIA])
def test_what_cannot_be_undone_is_asked_for_on_every_chain(
    network: Network, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "y\n")
    options.confirm_for_good(network, yes=False)
    shown = capsys.readouterr()
    assert f"what this does on '{network.name}' cannot be undone: go on?" in shown.err
    answer(monkeypatch, "n\n")
    options.confirm_for_good(network, yes=True)
    with pytest.raises(click.Abort):
        options.confirm_for_good(network, yes=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match="cannot be undone") as caught:
        options.confirm_for_good(network, yes=False)
    assert caught.value.hint == "--yes goes on without asking"


def test_a_fee_is_asked_for_where_it_costs_something(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "")
    options.confirm_transaction(LOCAL, yes=False)
    options.confirm_transaction(SEPOLIA, yes=True)
    for text in ("\n", "n\n", ""):  # whoever only presses the key has not agreed
        answer(monkeypatch, text)
        with pytest.raises(click.Abort):
            options.confirm_transaction(SEPOLIA, yes=False)


def test_where_nobody_is_a_secret_is_not_taken_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    with pytest.raises(KeyFileError, match="nobody can be asked here") as caught:
        options.ask_password("The password", "set a variable")
    assert caught.value.hint == "set a variable"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    os.close(ends[1])


def test_a_reader_that_goes_away_changes_no_status(
    pipe: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    os.close(pipe[0])
    stream = streams.Stream(pipe[1], "w", closefd=False)
    assert [stream.write(b"lost"), stream.write(b"as well")] == [4, 7]
    assert isinstance(stream.failure, BrokenPipeError)
    assert [streams.final_status(status, stream) for status in (0, 1, 4)] == [0, 1, 4]
    assert capsys.readouterr().err == ""


def test_output_that_is_lost_otherwise_is_a_failure_but_hides_no_graver_one(
    pipe: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    os.close(pipe[0])
    stream = streams.Stream(pipe[1], "w", closefd=False)
    assert streams.final_status(0, stream) == 0
    stream.failure = OSError(28, "No space left on device")
    assert stream.write(b"after it") == 8
    assert [streams.final_status(status, stream) for status in (0, 1, 4)] == [3, 1, 4]
    told = capsys.readouterr().err
    assert told.count("standard output cannot be written: No space left on device") == 3
    assert told.count("hint: free space there") == 3


@given(st.text(st.characters(exclude_categories=()), max_size=20))
@example("\x7f")
def test_a_document_is_ascii_and_keeps_every_character(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", shown := io.StringIO())
        output.print_json({"text": text})
    assert shown.getvalue().replace("\n", "").isprintable()
    assert shown.getvalue().isascii()
    assert json.loads(shown.getvalue()) == {"text": text}


def test_fields_are_aligned_and_empty_ones_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_fields({"a": 0, "left out": "", "nor": None, "name": "x\ny"})
    assert capsys.readouterr().out == "a     0\nname  x\\ny\n"
    output.print_fields({"nothing": None})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("more", [0, 1, 5])
def test_a_check_names_some_of_its_files_and_counts_the_others(
    more: int, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = tuple(f"f{number:02}\x1b" for number in range(verdicts.MAX_PATHS + more))
    check = Check(3, "files", Outcome.FAILED, "differ", "get them anew", paths)
    status = verdicts.print_verdict(Verdict((check,)), Path("model"), as_json=False)
    told = capsys.readouterr().out
    assert (status, told.count("\x1b")) == (1, 0)
    assert f"f{verdicts.MAX_PATHS - 1}\\x1b\n" in told
    assert (f"… and {more} more (all of them with --json)" in told) == (more > 0)
    assert "hint: get them anew\n" in told
    assert "NOT VERIFIED: model: differ: f00" in told


@pytest.mark.parametrize(("partial", "partly"), [(False, ""), (True, " (in part)")])
def test_what_no_chain_vouches_for_is_not_called_verified(
    partial: bool, partly: str, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = (Check(3, "files", Outcome.WARNED, "agree"),)
    for mode, said in (
        ("none", f"model agrees with its manifest{partly}, which says that it is REF\n"),
        ("rpc", f"verified{partly}: model is REF\n"),
    ):
        verdict = Verdict(checks, "REF", mode, partial)
        assert verdicts.print_verdict(verdict, Path("model"), as_json=False) == 0
        assert capsys.readouterr().out.splitlines(keepends=True)[-1] == said
