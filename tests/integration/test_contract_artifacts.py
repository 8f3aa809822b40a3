"""The packaged artifacts are what the sources give, by every build path."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from weightmark.contracts import load
from weightmark.domain.keccak import keccak256

CHECKOUT = Path(__file__).resolve().parents[2]
COMPILER = CHECKOUT / "scripts/solc"
PACKAGED = CHECKOUT / "backend/weightmark/contracts/ModelRegistry.json"


@pytest.fixture(autouse=True)
def node_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find the node of the environment that runs the tests, as an activated one would be."""
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )


def build_script() -> ModuleType:
    path = str(CHECKOUT / "scripts/build-contracts")
    spec = spec_from_loader("build_contracts", SourceFileLoader("build_contracts", path))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packaged() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(PACKAGED.read_text())
    return document


def test_the_loader_gives_what_the_file_holds() -> None:
    artifact, document = load("ModelRegistry"), packaged()

    assert list(artifact.abi) == document["abi"]
    assert "0x" + artifact.bytecode.hex() == document["bytecode"]
    assert "0x" + artifact.runtime_code.hex() == document["deployedBytecode"]
    assert "0x" + artifact.code_hash.hex() == document["codeHash"]


def test_the_code_hash_is_that_of_the_runtime_code() -> None:
    artifact = load("ModelRegistry")

    assert artifact.code_hash == keccak256(artifact.runtime_code)
    assert artifact.bytecode.endswith(artifact.runtime_code)


def test_the_storage_layout_is_the_documented_one() -> None:
    slots = {entry["label"]: entry["slot"] for entry in packaged()["storageLayout"]}

    assert slots == {
        "_releases": 0,
        "_heads": 1,
        "_authorities": 2,
        "_authorityCounts": 3,
        "_signingKeys": 4,
    }


def test_every_error_and_event_is_documented_with_its_signature() -> None:
    page = (CHECKOUT / "docs/contracts.md").read_text()
    entries = [entry for entry in packaged()["abi"] if entry["type"] in {"error", "event"}]
    signatures = [
        f"{entry['name']}({','.join(given['type'] for given in entry['inputs'])})"
        for entry in entries
        if entry["name"] != "EIP712DomainChanged"
    ]

    assert len(signatures) > 20
    assert [signature for signature in signatures if f"`{signature}`" not in page] == []


def test_py_solc_x_compiles_the_same_bytes() -> None:
    import solcx

    output = solcx.compile_standard(build_script().standard_input(), solc_binary=COMPILER)
    compiled = output["contracts"]["contracts/ModelRegistry.sol"]["ModelRegistry"]

    assert "0x" + compiled["evm"]["bytecode"]["object"] == packaged()["bytecode"]
    assert "0x" + compiled["evm"]["deployedBytecode"]["object"] == packaged()["deployedBytecode"]
    assert compiled["abi"] == packaged()["abi"]


def test_hardhat_compiles_the_same_bytes(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(CHECKOUT / "contracts", checkout / "contracts")
    for name in ("hardhat.config.js", "package.json"):
        shutil.copy(CHECKOUT / name, checkout)
    (checkout / "node_modules").symlink_to(CHECKOUT / "node_modules")
    run = subprocess.run(
        ["node", "node_modules/hardhat/dist/src/cli.js", "build"],
        cwd=checkout,
        env=os.environ | {"HARDHAT_DISABLE_TELEMETRY_PROMPT": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr

    built = checkout / "artifacts/contracts/ModelRegistry.sol/ModelRegistry.json"
    compiled = json.loads(built.read_text())
    assert compiled["bytecode"] == packaged()["bytecode"]
    assert compiled["deployedBytecode"] == packaged()["deployedBytecode"]


def test_the_check_passes_on_what_is_packaged() -> None:
    assert build_script().main(["--check"]) == 0


def test_the_check_fails_on_another_artifact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = build_script()
    monkeypatch.setattr(script, "PACKAGE", tmp_path)
    document = packaged() | {"codeHash": "0x" + "00" * 32}
    altered = json.dumps(document, indent=2, sort_keys=True) + "\n"
    (tmp_path / "ModelRegistry.json").write_text(altered)

    assert script.main(["--check"]) == 1
    assert "ModelRegistry.json" in capsys.readouterr().err
    assert (tmp_path / "ModelRegistry.json").read_text() == altered


def test_the_vectors_are_what_the_npm_package_makes() -> None:
    run = subprocess.run(
        ["scripts/merkle-vectors", "--check"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")
