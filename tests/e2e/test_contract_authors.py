"""The programs of docs/contract-authors.md: the Solidity is the example's, and the JavaScript runs.

It runs against a node with a model that the real command published. A test that writes to the chain
has it put back afterwards.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from eth_abi.abi import encode

from tests.command import BINARIES, CHECKOUT, PATIENCE
from tests.e2e.nodes import FOREIGN_NETWORK, Node, started_node
from tests.e2e.releases import (
    Finished,
    Release,
    assert_ends,
    document,
    edit_manifest,
    files_of,
)
from tests.e2e.test_readme import FENCE, read
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.keccak import keccak256

PAGE = "docs/contract-authors.md"
SOLIDITY = CHECKOUT / "contracts/examples/InferenceGate.sol"
WEIGHTS = "model.safetensors"
# The second of anvil's accounts, which hold money from its first block on.
OTHER_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"


def blocks(language: str) -> list[str]:
    """Return the page's blocks in a language."""
    return [block for each, block in FENCE.findall(read(PAGE)) if each == language]


@dataclass(frozen=True)
class Reader:
    """Somebody who runs the page's program on a copy of a published model.

    Attributes:
        release: The model, with files of its own.
        folder: Where the program and the file with what is trusted lie.
    """

    release: Release
    folder: Path

    def check(self, path: str = WEIGHTS, **otherwise: object) -> Finished:
        """Run the program; ``otherwise`` replaces members of what is trusted."""
        trusted = json.loads((self.folder / "trusted.json").read_text())
        (self.folder / "given.json").write_text(json.dumps(trusted | otherwise))
        model = str(self.release.model)
        command = [str(BINARIES / "node"), "verify-file.js", "given.json", model, path]
        return subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )

    def refuses(self, named: str, path: str = WEIGHTS, **otherwise: object) -> None:
        """Check that the program refuses, says why, and prints no arguments."""
        finished = self.check(path, **otherwise)
        assert (finished.returncode, finished.stdout) == (1, ""), finished
        assert finished.stderr.startswith(f"refused: {named}"), finished.stderr


@pytest.fixture(scope="module")
def chain() -> Iterator[Node]:
    """A node of this module's own, on which releases are revoked."""
    with started_node() as node:
        yield node


@pytest.fixture(scope="module")
def published(chain: Node, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release that the real command published on that node, and final."""
    return chain.first_release(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def trusted(chain: Node, published: Release) -> dict[str, object]:
    """What a reader would fill in."""
    registry = packaged_registry()
    return {
        "rpcUrl": chain.url,
        "chainId": chain.chain_id,
        "registry": registry.address,
        "codeHash": f"0x{registry.code_hash.hex()}",
        "publisher": published.publisher,
    }


@pytest.fixture
def reader(
    chain: Node, published: Release, trusted: dict[str, object], tmp_path: Path
) -> Iterator[Reader]:
    """The page's program on a copy of the release; afterwards the chain is as before."""
    before = chain.call("evm_snapshot")
    [shown], [program] = blocks("json"), blocks("js")
    assert list(json.loads(shown)) == list(trusted)
    (tmp_path / "trusted.json").write_text(json.dumps(trusted))
    (tmp_path / "package.json").write_text('{"type": "module"}\n')
    (tmp_path / "verify-file.js").write_text(program)
    (tmp_path / "node_modules").symlink_to(CHECKOUT / "node_modules")
    yield Reader(published.copy(tmp_path), tmp_path)
    assert chain.call("evm_revert", before)


def test_the_solidity_is_the_examples() -> None:
    shown = blocks("solidity")
    assert len(shown) == 2
    assert [block for block in shown if block not in SOLIDITY.read_text()] == []


def test_the_page_shows_the_command_that_is_run() -> None:
    assert blocks("console") == [f"$ node verify-file.js trusted.json ./model {WEIGHTS}\n"]


@pytest.mark.parametrize("path", [WEIGHTS, "tokenizer/vocabulary.txt"])
def test_every_file_of_a_release(reader: Reader, path: str) -> None:
    finished = reader.check(path)
    assert (finished.returncode, finished.stderr) == (0, "")
    publisher, name, version, manifest_hash, shown, size, digest, proof = json.loads(
        finished.stdout
    )
    [entry] = [each for each in files_of(reader.release.manifest) if each["path"] == path]
    assert (publisher, name, version) == (reader.release.publisher, "acme/digits", "1.0.0")
    manifest = reader.release.manifest.read_bytes()
    assert manifest_hash == "0x" + hashlib.sha256(manifest).hexdigest()
    assert (shown, size, digest) == (path, str(entry["size"]), "0x" + entry["digest"])
    assert len(proof) in (1, 2)


def test_a_flipped_byte(reader: Reader) -> None:
    weights = reader.release.model / WEIGHTS
    weights.write_bytes(b"\x01" + weights.read_bytes()[1:])
    reader.refuses("altered: ")
    assert reader.check("config.json").returncode == 0


def test_a_flipped_byte_with_a_manifest_to_match(reader: Reader) -> None:
    weights = reader.release.model / WEIGHTS
    weights.write_bytes(b"\x01" + weights.read_bytes()[1:])
    entries = files_of(reader.release.manifest)
    digest = "1220" + hashlib.sha256(weights.read_bytes()).hexdigest()
    forged = [each | {"digest": digest} if each["path"] == WEIGHTS else each for each in entries]
    edit_manifest(reader.release.manifest, files=forged)
    reader.refuses(f"not registered by {reader.release.publisher}")


def test_another_text_of_the_manifest(reader: Reader) -> None:
    edit_manifest(reader.release.manifest, created_by="somebody else")
    reader.refuses(f"not registered by {reader.release.publisher}")


def test_a_file_that_is_not_in_the_manifest(reader: Reader) -> None:
    shutil.copy(reader.release.model / WEIGHTS, reader.release.model / "more.safetensors")
    reader.refuses("not in the manifest: more.safetensors", "more.safetensors")


def test_a_revoked_release_though_its_revocation_is_not_final(reader: Reader, chain: Node) -> None:
    revocation = ("revoke", reader.release.reference, "--reason", "superseded")
    named = ("--network", FOREIGN_NETWORK)
    assert_ends(chain.send(reader.release.weightmark, *revocation, *named), 0)
    reader.refuses("revoked: acme/digits@1.0.0")


def test_a_release_that_is_not_final(reader: Reader, chain: Node) -> None:
    reader.release.manifest.unlink()
    chain.publish(reader.release.weightmark, reader.release.model, "2.0.0")
    reader.refuses(f"not registered by {reader.release.publisher} (finalized block)")
    chain.finalize()
    assert reader.check().returncode == 0


@pytest.mark.parametrize("earlier", [0, 1])
def test_an_authority_that_is_distrusted(
    reader: Reader, trusted: dict[str, object], chain: Node, earlier: int
) -> None:
    """It counts if its end is after the registration, by one second or for ever."""
    publisher, registry = trusted["publisher"], trusted["registry"]
    shown = document(reader.release.weightmark("show", reader.release.reference, "--json"))
    registered_at = int(datetime.fromisoformat(shown["registered_at"]).timestamp())
    end = registered_at + 1 - earlier
    call = keccak256(b"endAuthority(address,uint32,uint32,uint40)")[:4] + encode(
        ["address", "uint32", "uint32", "uint40"], [publisher, 0, 0, end]
    )
    transaction = {"from": publisher, "to": registry, "data": "0x" + call.hex()}
    sent = chain.call("eth_sendTransaction", transaction)
    chain.call("evm_mine")
    assert chain.call("eth_getTransactionReceipt", sent)["status"] == "0x1"
    if earlier:
        reader.refuses("registered by an authority that does not count: 0")
    else:
        assert reader.check().returncode == 0


def test_a_foreign_publishers_copy(reader: Reader, chain: Node) -> None:
    reader.release.manifest.unlink()
    named = ("--name", "acme/digits", "--version", "1.0.0", "--network", FOREIGN_NETWORK, "--yes")
    finished = reader.release.weightmark(
        "publish", reader.release.model, *named, env={"WEIGHTMARK_PRIVATE_KEY": OTHER_KEY}
    )
    assert_ends(finished, 0)
    chain.finalize()
    reader.refuses("somebody else's: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
    edit_manifest(reader.release.manifest, publisher=reader.release.publisher)
    reader.refuses(f"not registered by {reader.release.publisher}")


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        ("chainId", 11155111, "not chain 11155111"),
        ("codeHash", "0x" + "00" * 32, "not the registry: "),
        ("registry", "0x" + "11" * 20, "not the registry: 0x1111"),
        ("rpcUrl", "http://127.0.0.1:1", "HTTP request failed."),
    ],
)
def test_another_chain_contract_or_endpoint(
    reader: Reader, member: str, value: object, named: str
) -> None:
    reader.refuses(named, WEIGHTS, **{member: value})
