"""What calls of the contracts cost, by real transactions; the figures are exact, and committed.

A figure that changes on purpose: correct ``tests/contracts/snapshots/gas.json`` and the table of
``docs/contracts.md`` as the failed comparison says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction

from tests.anvil import running_anvil
from tests.architecture.sources import CHECKOUT
from weightmark.contracts import ContractName, load
from weightmark.domain.keccak import keccak256

SNAPSHOT = CHECKOUT / "tests/contracts/snapshots/gas.json"

# The design's limits, for a name of 24 characters and a CID of 36 bytes.
LIMITS = {
    "register, the first release of a model": 106_000,
    "register, a further release": 89_000,
    "registerFor, the first release of a model": 114_000,
    "registerFor, a further release": 97_000,
    "revoke of a release": 36_000,
    "revoke where nothing was registered": 53_000,
    "verifyFile with 8 siblings, above intrinsic gas": 14_000,
    "anchor, a batch of any size": 50_000,
}
CALLS = (*LIMITS, "attest", "attestFor", "withdraw", "withdrawFor")

NAME = "acme/sentiment-small-en1"
CID = bytes.fromhex("01551220") + b"\xcc" * 32
MANIFEST_HASH = b"\xaa" * 32
DEADLINE = 2**40
WITHDRAWN = 1
AUDIT = (b"\x11" * 32, b"\x22" * 32, 2, b"\x33" * 32)
FILE = ("model.safetensors", 300_000, bytes.fromhex("1220") + b"\xdd" * 32)
SIBLINGS = [bytes([number]) * 32 for number in range(1, 9)]
# Gas of a transaction that does nothing, and of a byte of its calldata: EIP-2028.
TRANSACTION, ZERO_BYTE, OTHER_BYTE = 21_000, 4, 16


class Meter:
    """A node where every call is measured."""

    def __init__(self, url: str) -> None:
        self.web3 = Web3(HTTPProvider(url))
        self.sender = self.web3.eth.accounts[0]
        self.registry = self._deployed("ModelRegistry")
        self.anchors = self._deployed("BatchAnchors")
        self.attestations = self._deployed("Attestations")
        # Signs for others to submit; it holds nothing, here or anywhere.
        self.signer = Account.from_key(b"\x01" * 32)

    def _deployed(self, name: ContractName) -> Contract:
        artifact = load(name)
        sent = self.web3.eth.send_transaction({"from": self.sender, "data": artifact.bytecode})
        address = self.web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
        assert address is not None
        contract: Contract = self.web3.eth.contract(address=address, abi=list(artifact.abi))
        return contract

    def gas(self, call: ContractFunction) -> int:
        """Send a call, and return the gas that it used."""
        receipt = self.web3.eth.wait_for_transaction_receipt(call.transact({"from": self.sender}))
        assert receipt["status"] == 1
        return receipt["gasUsed"]

    def register(self, version: str, root: bytes) -> int:
        statement = (self.sender, NAME, version, root, MANIFEST_HASH, CID, 0)
        return self.gas(self.registry.functions.register(statement, 0))

    def register_for(self, version: str) -> int:
        statement = (self.signer.address, NAME, version, b"\xbb" * 32, MANIFEST_HASH, CID, 0)
        signature = self._sign(self.registry.functions.releaseDigest(statement, DEADLINE))
        authorization = (self.signer.address, 0, DEADLINE, signature)
        return self.gas(self.registry.functions.registerFor(statement, authorization))

    def _sign(self, digest: ContractFunction) -> bytes:
        return bytes(self.signer.unsafe_sign_hash(digest.call()).signature)

    def attest_for(self) -> int:
        functions, signer = self.attestations.functions, self.signer.address
        signature = self._sign(functions.attestationDigest(signer, AUDIT, CID, DEADLINE))
        return self.gas(functions.attestFor(AUDIT, CID, (signer, DEADLINE, signature)))

    def withdraw_for(self) -> int:
        functions, signer = self.attestations.functions, self.signer.address
        signature = self._sign(functions.withdrawalDigest(signer, AUDIT, DEADLINE))
        return self.gas(functions.withdrawFor(AUDIT, (signer, DEADLINE, signature)))

    def revoke(self, version: str) -> int:
        statement = (self.sender, NAME, version, WITHDRAWN, bytes(32))
        return self.gas(self.registry.functions.revoke(statement, 0))

    def verify_file(self, version: str) -> int:
        arguments: tuple[Any, ...] = (self.sender, NAME, version, MANIFEST_HASH, *FILE, SIBLINGS)
        call = self.registry.functions.verifyFile(*arguments)
        assert call.call() is True
        data = bytes.fromhex(str(call.build_transaction({"gas": 1})["data"])[2:])
        zeros = data.count(0)
        intrinsic = TRANSACTION + ZERO_BYTE * zeros + OTHER_BYTE * (len(data) - zeros)
        return self.gas(call) - intrinsic


def root_of(meter: Meter) -> bytes:
    """Return the artifact root to which the siblings lead the file: pairs are hashed in order."""
    node = keccak256(keccak256(meter.web3.codec.encode(["string", "uint64", "bytes"], FILE)))
    for sibling in SIBLINGS:
        node = keccak256(b"".join(sorted((node, sibling))))
    return node


@pytest.fixture(scope="module")
def figures() -> Iterator[dict[str, int]]:
    """Return what each call costs, on a chain of its own."""
    with running_anvil("--hardfork", "cancun") as url:
        meter = Meter(url)
        root = root_of(meter)
        costs = [
            meter.register("1.0.0", root),
            meter.register("1.0.1", root),
            meter.register_for("1.0.0"),
            meter.register_for("1.0.1"),
            meter.revoke("1.0.1"),
            meter.revoke("1.0.2"),
            meter.verify_file("1.0.0"),
            meter.gas(meter.anchors.functions.anchor(root, CID)),
            meter.gas(meter.attestations.functions.attest(AUDIT, CID)),
            meter.attest_for(),
            meter.gas(meter.attestations.functions.withdraw(AUDIT)),
            meter.withdraw_for(),
        ]
        yield dict(zip(CALLS, costs, strict=True))


def test_the_names_and_cids_are_those_of_the_design() -> None:
    assert (len(NAME), len(CID), len(SIBLINGS)) == (24, 36, 8)


def test_every_call_costs_what_the_snapshot_says(figures: dict[str, int]) -> None:
    assert figures == json.loads(SNAPSHOT.read_text())


def test_no_call_costs_more_than_its_limit(figures: dict[str, int]) -> None:
    assert [call for call, limit in LIMITS.items() if figures[call] > limit] == []


def test_the_documented_figures_are_those_of_the_snapshot() -> None:
    page = (CHECKOUT / "docs/contracts.md").read_text()
    snapshot = json.loads(SNAPSHOT.read_text())
    rows = [f"| {call} | {cost:,} |" for call, cost in snapshot.items()]
    assert [row for row in rows if row not in page.replace("`", "")] == []
