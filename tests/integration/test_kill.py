"""``kill -9`` at every step of a publish leaves what the next run completes, registered once."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.conftest import ModelMaker
from tests.integration import killing
from tests.integration.killing import SIGNING_STEPS, STEPS

NAMED = ("--name", "acme/digits", "--version", "1.0.0")
MOMENTS = [f"{step}:{moment}" for step in STEPS for moment in ("before", "after")]
SIGNING_MOMENTS = [f"{step}:{moment}" for step in SIGNING_STEPS for moment in ("before", "after")]
PINNING_MOMENTS = ["copy:after", "pin:before", "pin:after", "keep:after"]


def publish_and_die(
    weightmark: Weightmark, model: Path, moment: str, *arguments: str | Path
) -> None:
    dying = replace(weightmark, program=Path(killing.__file__))
    finished = dying(moment, "publish", model, *NAMED, *arguments)
    assert finished.returncode == -signal.SIGKILL, finished.stderr


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_publish_that_was_killed(
    run_weightmark: Weightmark, make_model: ModelMaker, tmp_path: Path, moment: str
) -> None:
    model = make_model(tmp_path / "model")
    publish_and_die(run_weightmark, model, moment)

    completed = run_weightmark("publish", model, *NAMED)
    assert completed.returncode == 0, completed.stderr
    log = run_weightmark("log", "me/acme/digits", "--json")
    assert [each["version"] for each in json.loads(log.stdout)] == ["1.0.0"]
    verified = run_weightmark("verify", model)
    assert verified.returncode == 0, verified.stdout
    listed = {path.name for path in (run_weightmark.home / "keys").glob("*.json")}
    assert listed == {"local.json"}


@pytest.mark.parametrize("moment", SIGNING_MOMENTS)
def test_a_signed_publish_that_was_killed(
    run_weightmark: Weightmark, make_model: ModelMaker, tmp_path: Path, moment: str
) -> None:
    model, key = make_model(tmp_path / "model"), tmp_path / "key.pem"
    made = ("keys", "generate", "--algorithm", "ed25519", "--no-password", "--out", key)
    assert run_weightmark(*made).returncode == 0
    publish_and_die(run_weightmark, model, moment, "--sign-key", key)
    is_signed = moment == "write-signatures:after"
    assert (model / "weightmark.json").exists()
    assert (model / "weightmark.sig").exists() is is_signed

    completed = run_weightmark("publish", model, *NAMED, "--sign-key", key)
    assert completed.returncode == 0, completed.stderr
    log = run_weightmark("log", "me/acme/digits", "--json")
    assert [each["version"] for each in json.loads(log.stdout)] == ["1.0.0"]
    verified = run_weightmark("verify", model)
    assert verified.returncode == 0, verified.stdout


@pytest.mark.parametrize("moment", PINNING_MOMENTS)
def test_a_pinning_publish_that_was_killed(
    run_weightmark: Weightmark, make_model: ModelMaker, tmp_path: Path, moment: str
) -> None:
    model = make_model(tmp_path / "model")
    publish_and_die(run_weightmark, model, moment, "--pin", "--copy")
    assert run_weightmark("log", "me/acme/digits").returncode != 0

    completed = run_weightmark("publish", model, *NAMED, "--pin", "--copy")
    assert completed.returncode == 0, completed.stderr
    verified = run_weightmark("ipfs", "store", "verify")
    assert verified.returncode == 0, verified.stderr
    assert run_weightmark("ipfs", "store", "gc").returncode == 0
    assert len(list((run_weightmark.home / "ipfs/copies").iterdir())) == 1
    assert run_weightmark("ipfs", "store", "verify").stdout == verified.stdout


def test_a_partial_manifest_is_no_file_of_the_model(
    run_weightmark: Weightmark, make_model: ModelMaker, tmp_path: Path
) -> None:
    """What was written and not yet put in place must not become a part of the release."""
    model = make_model(tmp_path / "model")
    before = {path.name for path in model.iterdir()}
    publish_and_die(run_weightmark, model, "replace-manifest:before")
    assert run_weightmark("publish", model, *NAMED).returncode == 0
    manifest = json.loads((model / "weightmark.json").read_bytes())
    assert {entry["path"].partition("/")[0] for entry in manifest["files"]} == before
