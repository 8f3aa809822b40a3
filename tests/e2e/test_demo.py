"""The demonstration runs to its end, on its own model and on the user's."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command import CHECKOUT, PATIENCE, clean_environment
from tests.conftest import ModelMaker

STEPS = ["Publish it", "Verify it", "Flip one byte", "Revoke the release", "Verify the model again"]


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return the folder in which the demonstration makes its temporary ones."""
    path = tmp_path / "temporary"
    path.mkdir()
    return path


def start_demo(temporary: Path, user: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    environment = clean_environment(user, user / "data")
    return subprocess.Popen(
        [CHECKOUT / "scripts/demo", *arguments],
        cwd=user,
        env={**environment, "TMPDIR": str(temporary), "WEIGHTMARK_NETWORK": "sepolia"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def contents(model: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in model.rglob("*") if path.is_file()}


def assert_whole(output: str) -> None:
    positions = [output.find(step) for step in STEPS]
    assert -1 not in positions
    assert positions == sorted(positions)
    assert output.count("$ weightmark verify") == 3
    assert "\x1b" not in output
    assert "Where to go next" in output


def test_demo_on_its_own_model(temporary: Path, user_home: Path) -> None:
    output, complaints = start_demo(temporary, user_home).communicate(timeout=PATIENCE)
    assert complaints == ""
    assert_whole(output)
    assert "model.safetensors" in output.partition("Flip one byte")[2]
    assert list(temporary.iterdir()) == []
    assert list(user_home.iterdir()) == []


def test_demo_on_a_model_of_the_user(
    temporary: Path, user_home: Path, tmp_path: Path, make_model: ModelMaker
) -> None:
    model = make_model(tmp_path / "a model")
    before = contents(model)
    output, complaints = start_demo(temporary, user_home, model).communicate(timeout=PATIENCE)
    assert complaints == ""
    assert_whole(output)
    assert contents(model) == before
    assert list(temporary.iterdir()) == []


def test_demo_on_one_file(temporary: Path, user_home: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(bytes(1000))
    output, _ = start_demo(temporary, user_home, model).communicate(timeout=PATIENCE)
    assert_whole(output)
    assert list(tmp_path.glob("model.onnx*")) == [model]


def test_demo_fails_when_a_command_does(temporary: Path, user_home: Path, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/weights").write_bytes(bytes(10))
    os.mkfifo(tmp_path / "model/pipe")
    demo = start_demo(temporary, user_home, tmp_path / "model")
    _, complaints = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 1
    assert "that had to exit with 0, not 4" in complaints
    assert list(temporary.iterdir()) == []


def test_demo_names_a_path_that_is_not_there(temporary: Path, user_home: Path) -> None:
    demo = start_demo(temporary, user_home, "no-such-model")
    _, complaints = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 2
    assert "no-such-model is not there" in complaints


@pytest.mark.parametrize("files", [[], ["weights"]])
def test_demo_refuses_a_folder_with_nothing_in_it(
    files: list[str], temporary: Path, user_home: Path, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    for name in files:
        (model / name).touch()
    demo = start_demo(temporary, user_home, model)
    output, complaints = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 2
    assert f"{model} holds no file with anything in it" in complaints
    assert "$ weightmark" not in output


def test_demo_ends_quietly_when_nobody_reads_on(
    temporary: Path, user_home: Path, tmp_path: Path, make_model: ModelMaker
) -> None:
    demo = start_demo(temporary, user_home, make_model(tmp_path / "model"))
    assert demo.stdout
    assert demo.stderr
    while not demo.stdout.readline().startswith("$ weightmark"):
        assert demo.poll() is None
    demo.stdout.close()
    with demo:
        assert demo.stderr.read() == ""
        assert demo.wait(timeout=PATIENCE) == 0
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing(
    number: signal.Signals,
    temporary: Path,
    user_home: Path,
    tmp_path: Path,
    make_model: ModelMaker,
) -> None:
    demo = start_demo(temporary, user_home, make_model(tmp_path / "model"))
    assert demo.stdout
    while not demo.stdout.readline().startswith("$ weightmark"):
        assert demo.poll() is None
    os.killpg(demo.pid, number)
    _, complaints = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 130
    assert "interrupted" in complaints
    assert "Traceback" not in complaints
    assert list(temporary.iterdir()) == []
