"""Show Weightmark at work: publish a model, verify it, tamper with a copy, revoke the release.

``scripts/demo`` runs this in an environment that has what it needs. Everything happens in a
temporary folder, with a data directory of its own, on network ``local``.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

WEIGHTMARK = Path(sys.executable).parent / "weightmark"
NAME, VERSION = "demo/model", "1.0.0"
VERIFIED, REFUSED = 0, 1
INTERRUPTED = 128 + signal.SIGINT
NEXT = """
That was all in a temporary folder, which is gone. Where to go next:
  scripts/demo PATH                                               the same, with a model of yours
  pip install .                                                   the command, where you want it
  weightmark publish ./model --name acme/digits --version 1.0.0   a release that stays
  README.md and docs/                                             trust, keys, chains, CI"""


class DemoError(Exception):
    """The demonstration cannot go on."""


def say(text: str = "") -> None:
    """Print a line at once, so that it stands before what the next command prints."""
    print(text, flush=True)


def train(directory: Path) -> None:
    """Train a classifier of handwritten digits, and save it as weights and configuration.

    The accuracy is that of the saved weights, on the quarter of the data not used for training.
    """
    import numpy as np
    from safetensors.numpy import load_file, save_file
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    pixels, digits = load_digits(return_X_y=True)
    splits = train_test_split(pixels / 16, digits, test_size=0.25, random_state=0, stratify=digits)
    train_pixels, test_pixels, train_digits, test_digits = splits
    classifier = LogisticRegression(max_iter=1000).fit(train_pixels, train_digits)

    directory.mkdir()
    weights = {
        "weight": classifier.coef_.astype(np.float32, order="C"),
        "bias": classifier.intercept_.astype(np.float32),
    }
    save_file(weights, directory / "model.safetensors")
    config = {"architecture": "logistic-regression", "classes": 10, "inputs": [8, 8]}
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")

    saved = load_file(directory / "model.safetensors")
    answers = (test_pixels @ saved["weight"].T + saved["bias"]).argmax(axis=1)
    accuracy = (answers == test_digits).mean()
    say(f"Trained a classifier of handwritten digits: {accuracy:.1%} of {len(answers)} right.")


def files_by_size(model: Path) -> list[Path]:
    """Return the files of a model, the largest first."""
    files = [model] if model.is_file() else [path for path in model.rglob("*") if path.is_file()]
    return sorted(files, key=lambda path: path.stat().st_size, reverse=True)


def tampered_copy(model: Path, target: Path) -> Path:
    """Copy a model to ``target``, flip one byte of the copy's largest file, and return that file.

    Raises:
        DemoError: There is no room for the copy.
    """
    files = files_by_size(model)
    needed = sum(path.stat().st_size for path in files)
    if needed > shutil.disk_usage(target.parent).free:
        raise DemoError(f"a copy takes {needed:,} bytes in {target.parent}; TMPDIR moves it")
    if model.is_file():
        shutil.copy(model, target)
    else:
        shutil.copytree(model, target)
    victim = target / files[0].relative_to(model)
    victim.chmod(0o600)
    flip_byte(victim)
    return victim


def holds_bytes(model: Path) -> bool:
    """Tell whether a model has a byte that could be flipped."""
    return any(path.stat().st_size for path in files_by_size(model))


def flip_byte(path: Path) -> None:
    """Change the byte in the middle of a file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0xFF]))


class Demonstration:
    """Runs commands in a folder of its own, away from the user's configuration and state."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        kept = {name: text for name, text in os.environ.items() if "WEIGHTMARK_" not in name}
        self._environment = {**kept, "WEIGHTMARK_HOME": str(directory / "state")}

    def run(self, *arguments: str | Path, expected: int, naming: str = "") -> None:
        """Show a ``weightmark`` command, run it, and show what it prints.

        Raises:
            DemoError: The exit status is not ``expected``, or nothing printed says ``naming``.
        """
        words = [str(argument).removeprefix(f"{self._directory}/") for argument in arguments]
        say(f"\n$ weightmark {shlex.join(words)}")
        finished = subprocess.run(
            [WEIGHTMARK, *words],
            cwd=self._directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
        say(finished.stdout.rstrip("\n"))
        if finished.returncode != expected:
            raise DemoError(f"that had to exit with {expected}, not {finished.returncode}")
        if naming not in finished.stdout:
            raise DemoError(f"that had to name {naming}")

    def show(self, model: Path, manifest: Path) -> None:
        """Publish a model, verify it, and show two verifications that have to fail."""
        beside = () if manifest.parent == model else ("--manifest", manifest)
        out = () if manifest.parent == model else ("--out", manifest)
        say("\n1. Publish it: hash, write the manifest, register on a chain on this machine.")
        self.run("publish", model, "--name", NAME, "--version", VERSION, *out, expected=VERIFIED)

        say("\n2. Verify it, as somebody would who downloaded it.")
        self.run("verify", model, *beside, expected=VERIFIED)

        copy = self._directory / "tampered" / model.name
        copy.parent.mkdir()
        victim = tampered_copy(model, copy)
        say(f"\n3. Flip one byte of {victim.name} in a copy, and verify that.")
        self.run("verify", copy, *beside, expected=REFUSED, naming=victim.name)

        say("\n4. Revoke the release: say that the key was compromised.")
        reference = f"me/{NAME}@{VERSION}"
        self.run("revoke", reference, "--reason", "compromised", expected=VERIFIED)

        say("\n5. Verify the model again: the bytes are the same, and the release is not good.")
        self.run("verify", model, *beside, expected=REFUSED, naming="compromised")


def demonstrate(given: Path | None) -> None:
    """Show it on the user's model, which is left as it is, or on one trained for the purpose.

    Raises:
        DemoError: Something did not go as it must.
    """
    with tempfile.TemporaryDirectory(prefix="weightmark-demo-") as temporary:
        directory = Path(temporary).resolve()
        if given is None:
            model = directory / "digits"
            train(model)
            manifest = model / "weightmark.json"
        else:
            model = given.absolute()
            manifest = directory / "weightmark.json"
        Demonstration(directory).show(model, manifest)
    say(NEXT)


def stop(*_: object) -> NoReturn:
    """End in an orderly way, so that the temporary folder goes."""
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Run the demonstration, and return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Show Weightmark at work.")
    parser.add_argument("path", nargs="?", type=Path, help="a model, which is left as it is")
    given: Path | None = parser.parse_args(arguments).path
    if given is not None and not given.exists():
        parser.error(f"{given} is not there")
    if given is not None and not holds_bytes(given):
        parser.error(f"{given} holds no file with anything in it: there is nothing to publish")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        demonstrate(given)
    except DemoError as error:
        print(f"\nThe demonstration failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, which is its right; Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
