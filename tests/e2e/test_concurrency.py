"""Several processes at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from tests.command import PATIENCE, Weightmark
from tests.e2e.releases import Finished, Release, assert_ends, document, write_model


def at_once(weightmark: Weightmark, commands: Iterable[list[str | Path]]) -> list[Finished]:
    """Run commands at the same time, and return how each of them ended."""
    with ExitStack() as stack:
        running = [stack.enter_context(weightmark.started(*command)) for command in commands]
        return [each.finish(PATIENCE) for each in running]


def publishing(model: Path, name: str) -> list[str | Path]:
    return ["publish", model, "--name", name, "--version", "1.0.0", "--json"]


def versions(weightmark: Weightmark, model: str) -> list[str]:
    listed = document(weightmark("log", f"me/{model}", "--json"))
    return [each["version"] for each in listed]


def test_the_same_release_twice_on_a_new_machine(
    run_weightmark: Weightmark, tmp_path: Path
) -> None:
    """Both make a key, a chain and a manifest; one of each is left, and one registration."""
    model = write_model(tmp_path / "model")
    finished = at_once(run_weightmark, [publishing(model, "acme/digits")] * 2)
    for each in finished:
        assert_ends(each, 0)
    one, other = map(document, finished)
    assert one["manifest_hash"] == other["manifest_hash"]
    assert sorted(bool(each["transaction_hash"]) for each in (one, other)) == [False, True]
    assert versions(run_weightmark, "acme/digits") == ["1.0.0"]
    assert_ends(run_weightmark("verify", model), 0)
    assert {path.name for path in (run_weightmark.home / "keys").iterdir()} == {"local.json"}


def test_two_models_and_a_verification_at_once(release: Release, tmp_path: Path) -> None:
    one, other = (shutil.copytree(release.model, tmp_path / name) for name in ("one", "other"))
    (other / "config.json").write_text("{}")
    commands = [publishing(one, "acme/one"), publishing(other, "acme/other")]
    for each in at_once(release.weightmark, [*commands, ["verify", release.model]]):
        assert_ends(each, 0)
    for model, name in ((one, "acme/one"), (other, "acme/other")):
        assert versions(release.weightmark, name) == ["1.0.0"]
        assert_ends(release.weightmark("verify", model), 0)


def test_the_same_version_of_different_bytes_at_once(release: Release, tmp_path: Path) -> None:
    """One is registered; the other is refused, and has the manifest that it had before."""
    models = [shutil.copytree(release.model, tmp_path / name) for name in ("one", "other")]
    (models[1] / "config.json").write_text("{}")
    finished = at_once(release.weightmark, [publishing(model, "acme/race") for model in models])
    assert sorted(each.returncode for each in finished) == [0, 1]
    assert versions(release.weightmark, "acme/race") == ["1.0.0"]
    for model, each in zip(models, finished, strict=True):
        verified = release.weightmark("verify", model, "--release", "me/acme/race")
        assert verified.returncode == each.returncode, verified.stdout


def test_trust_from_two_processes(run_weightmark: Weightmark) -> None:
    addresses = [f"0x{number:040x}" for number in range(1, 5)]
    commands: list[list[str | Path]] = [
        ["trust", "add", f"publisher-{number}", f"local:{address}"]
        for number, address in enumerate(addresses)
    ]
    for each in at_once(run_weightmark, commands):
        assert_ends(each, 0)
    listed = document(run_weightmark("trust", "list", "--json"))
    assert {each["address"].lower() for each in listed} == set(addresses)


def test_two_pins_at_once_and_one_that_collects(release: Release, tmp_path: Path) -> None:
    """Both refer to the same leaves; what one has added is not collected before it is pinned."""
    one, other = (shutil.copytree(release.model, tmp_path / name) for name in ("one", "other"))
    (other / "config.json").write_text("{}")
    pins = [[*publishing(one, "acme/one"), "--pin"], [*publishing(other, "acme/other"), "--pin"]]
    *pinned, collected = at_once(release.weightmark, [*pins, ["ipfs", "store", "gc"]])
    for each in pinned:
        assert_ends(each, 0)
    assert collected.returncode == 0 or "adds to the embedded store" in collected.stderr
    assert_ends(release.weightmark("ipfs", "store", "gc"), 0)
    assert_ends(release.weightmark("ipfs", "store", "verify"), 0, "verified: 5 pins")
