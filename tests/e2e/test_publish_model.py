"""The upload script for pipelines, as a pipeline runs it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.command import CHECKOUT, Weightmark
from tests.conftest import ModelMaker

PRIVATE_KEY = "0x" + "5e" * 32
NAMED = ("--name", "acme/digits", "--version", "1.0.0")


@pytest.fixture
def model(tmp_path: Path, make_model: ModelMaker) -> Path:
    """Return a small model."""
    return make_model(tmp_path / "model")


def upload(
    weightmark: Weightmark, *arguments: str | Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    script = replace(weightmark, program=CHECKOUT / "scripts/publish_model.py")
    return script(*arguments, env={"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY, **variables})


def document(finished: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert "Traceback" not in finished.stderr
    parsed: dict[str, Any] = json.loads(finished.stdout)
    return parsed


def test_what_it_publishes_verifies(run_weightmark: Weightmark, model: Path) -> None:
    finished = upload(run_weightmark, model, *NAMED, "--json")
    assert finished.returncode == 0, finished.stderr
    published = document(finished)
    assert published["reference"].endswith("/acme/digits@1.0.0")
    assert Path(published["manifest_path"]) == model / "weightmark.json"
    assert published["transaction_hash"].startswith("0x")
    assert run_weightmark("verify", model, "--release", published["reference"]).returncode == 0


def test_a_second_run_changes_nothing(run_weightmark: Weightmark, model: Path) -> None:
    first = document(upload(run_weightmark, model, *NAMED, "--json"))
    manifest = (model / "weightmark.json").read_bytes()
    finished = upload(run_weightmark, model, *NAMED, "--json")
    assert finished.returncode == 0
    nothing_sent = {"transaction_hash": "", "block_number": None, "gas_used": None}
    assert document(finished) == {**first, **nothing_sent}
    assert (model / "weightmark.json").read_bytes() == manifest


def test_its_documents_are_those_of_the_command(run_weightmark: Weightmark, model: Path) -> None:
    upload(run_weightmark, model, *NAMED)
    key = {"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}
    for arguments in ((model, *NAMED, "--json"), ("nowhere", *NAMED, "--json")):
        commanded = run_weightmark("publish", *arguments, env=key)
        uploaded = upload(run_weightmark, *arguments)
        assert document(uploaded) == document(commanded)
        assert uploaded.returncode == commanded.returncode


def test_people_are_told_what_was_done(run_weightmark: Weightmark, model: Path) -> None:
    first, second = (upload(run_weightmark, model, *NAMED).stdout for _ in range(2))
    assert first.startswith("published ")
    assert second.startswith("was published before; nothing to do: ")


def forget(weightmark: Weightmark, model: Path) -> None:
    """Leave what a runner that starts empty has: the chain, the key and the files."""
    (model / "weightmark.json").unlink()
    for name in ("records.sqlite3", "digests.sqlite3"):
        for path in weightmark.home.glob(f"{name}*"):
            path.unlink()


def test_a_runner_that_starts_empty_ends_well_with_a_time_that_repeats(
    run_weightmark: Weightmark, model: Path
) -> None:
    arguments, epoch = (model, *NAMED, "--json"), {"SOURCE_DATE_EPOCH": "1700000000"}
    first = document(upload(run_weightmark, *arguments, **epoch))
    manifest = (model / "weightmark.json").read_bytes()
    forget(run_weightmark, model)
    finished = upload(run_weightmark, *arguments, **epoch)
    assert finished.returncode == 0
    assert document(finished)["manifest_hash"] == first["manifest_hash"]
    assert (model / "weightmark.json").read_bytes() == manifest
    logged = run_weightmark("log", first["reference"].partition("@")[0], "--json")
    assert len(json.loads(logged.stdout)) == 1


def test_a_runner_that_starts_empty_is_refused_at_another_time(
    run_weightmark: Weightmark, model: Path
) -> None:
    arguments = (model, *NAMED, "--json")
    assert upload(run_weightmark, *arguments, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    forget(run_weightmark, model)
    finished = upload(run_weightmark, *arguments, SOURCE_DATE_EPOCH="1700000001")
    assert finished.returncode == 1
    assert document(finished)["error"]["code"] == "version-exists"


def test_the_same_version_of_other_bytes_is_refused(
    run_weightmark: Weightmark, model: Path
) -> None:
    assert upload(run_weightmark, model, *NAMED).returncode == 0
    (model / "config.json").write_text("{}")
    finished = upload(run_weightmark, model, *NAMED, "--json")
    assert finished.returncode == 1
    assert document(finished)["error"]["code"] == "version-exists"


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (("no-such-model", *NAMED), 4, "no-such-model"),
        ((".", "--name", "Acme Digits", "--version", "1.0.0"), 4, "Acme Digits"),
        ((".", "--name", "acme/digits"), 2, "--version"),
    ],
)
def test_what_is_wrong_is_named(
    run_weightmark: Weightmark, arguments: tuple[str, ...], status: int, named: str
) -> None:
    finished = upload(run_weightmark, *arguments)
    assert finished.returncode == status
    assert named in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_bad_key_is_refused_and_not_shown(run_weightmark: Weightmark, model: Path) -> None:
    secret = "5e" * 31 + "zz"
    finished = upload(run_weightmark, model, *NAMED, WEIGHTMARK_PRIVATE_KEY=secret)
    assert finished.returncode == 4
    assert secret not in finished.stdout + finished.stderr
