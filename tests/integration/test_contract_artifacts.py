"""The packaged artifacts are what the sources give, by every build path."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.architecture.sources import load_script
from weightmark.contracts import CONTRACT_NAMES, ContractName, load
from weightmark.domain.keccak import keccak256

CHECKOUT = Path(__file__).resolve().parents[2]
COMPILER = CHECKOUT / "scripts/solc"
PACKAGE = CHECKOUT / "backend/weightmark/contracts"
SLOTS: dict[ContractName, dict[str, int]] = {
    "Attestations": {"_attestations": 0},
    "BatchAnchors": {"_batches": 0},
    "ModelRegistry": {
        "_releases": 0,
        "_heads": 1,
        "_authorities": 2,
        "_authorityCounts": 3,
        "_signingKeys": 4,
    },
}


every_contract = pytest.mark.parametrize("name", CONTRACT_NAMES)


@pytest.fixture(scope="module", autouse=True)
def node_on_the_path() -> Iterator[None]:
    """Find the node of the environment that runs the tests, as an activated one would be."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        monkeypatch.setenv("PATH", path)
        yield


def build_script() -> ModuleType:
    return load_script("build-contracts")


def packaged(name: ContractName) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PACKAGE / f"{name}.json").read_text())
    return document


def test_every_contract_is_packaged() -> None:
    names = {path.stem for path in (CHECKOUT / "contracts").glob("*.sol")} - {"SignedStatements"}

    assert set(CONTRACT_NAMES) == names
    assert {path.stem for path in PACKAGE.glob("*.json")} == names
    assert build_script().CONTRACTS == CONTRACT_NAMES


@every_contract
def test_the_loader_gives_what_the_file_holds(name: ContractName) -> None:
    artifact, document = load(name), packaged(name)

    assert document["contractName"] == name
    assert list(artifact.abi) == document["abi"]
    assert "0x" + artifact.bytecode.hex() == document["bytecode"]
    assert "0x" + artifact.runtime_code.hex() == document["deployedBytecode"]
    assert "0x" + artifact.code_hash.hex() == document["codeHash"]


@every_contract
def test_the_code_hash_is_that_of_the_runtime_code(name: ContractName) -> None:
    artifact = load(name)

    assert artifact.code_hash == keccak256(artifact.runtime_code)
    assert artifact.bytecode.endswith(artifact.runtime_code)


def test_the_registry_is_the_one_that_is_deployed() -> None:
    assert load("ModelRegistry").code_hash.hex() == (
        "18829aa0ada58fdabbf0869c79c8b1d0019d7ede1d68e1b36abc330b15cf345b"
    )


@every_contract
def test_the_storage_layout_is_the_documented_one(name: ContractName) -> None:
    slots = {entry["label"]: entry["slot"] for entry in packaged(name)["storageLayout"]}

    assert slots == SLOTS[name]


@every_contract
def test_every_error_and_event_is_documented_with_its_signature(name: ContractName) -> None:
    page = (CHECKOUT / "docs/contracts.md").read_text()
    entries = [entry for entry in packaged(name)["abi"] if entry["type"] in {"error", "event"}]
    signatures = [
        f"{entry['name']}({','.join(given['type'] for given in entry['inputs'])})"
        for entry in entries
        if entry["name"] != "EIP712DomainChanged"
    ]

    assert len(signatures) >= 4
    assert [signature for signature in signatures if f"`{signature}`" not in page] == []


@pytest.fixture(scope="module")
def compiled(node_on_the_path: None) -> dict[str, Any]:
    """What py-solc-x makes of the sources, by contract: it takes seconds."""
    import solcx

    output = solcx.compile_standard(build_script().standard_input(), solc_binary=COMPILER)
    return {name: output["contracts"][f"contracts/{name}.sol"][name] for name in CONTRACT_NAMES}


@every_contract
def test_py_solc_x_compiles_the_same_bytes(compiled: dict[str, Any], name: ContractName) -> None:
    code = compiled[name]["evm"]

    assert "0x" + code["bytecode"]["object"] == packaged(name)["bytecode"]
    assert "0x" + code["deployedBytecode"]["object"] == packaged(name)["deployedBytecode"]
    assert compiled[name]["abi"] == packaged(name)["abi"]


@pytest.fixture
def script(compiled: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, which need not compile again: `scripts/check contracts` is a whole run of it."""
    script = build_script()
    monkeypatch.setattr(script, "compile_contracts", lambda: compiled)
    return script


def test_the_check_passes_on_what_is_packaged(script: ModuleType) -> None:
    assert script.main(["--check"]) == 0


def test_the_check_fails_on_another_artifact(
    script: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    package = shutil.copytree(PACKAGE, tmp_path / "package")
    monkeypatch.setattr(script, "PACKAGE", package)
    document = packaged("BatchAnchors") | {"codeHash": "0x" + "00" * 32}
    altered = json.dumps(document, indent=2, sort_keys=True) + "\n"
    (package / "BatchAnchors.json").write_text(altered)

    assert script.main(["--check"]) == 1
    assert ": BatchAnchors.json\n" in capsys.readouterr().err
    assert (package / "BatchAnchors.json").read_text() == altered


def test_the_vectors_are_what_the_npm_package_makes() -> None:
    run = subprocess.run(
        ["scripts/merkle-vectors", "--check"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")
