"""The packaged `BatchAnchors` and `Attestations` on a real node, by real transactions."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractCustomError
from web3.types import TxReceipt

from weightmark.adapters.chain.reverts import error_of, revert_data
from weightmark.contracts import ContractName, load
from weightmark.domain.keccak import keccak256
from weightmark.domain.times import utc_text
from weightmark.errors import (
    AlreadyExistsError,
    AlreadyWithdrawnError,
    StatementRefusedError,
    WeightmarkError,
)

CID = bytes.fromhex("01551220") + b"\xcc" * 32
AUDIT = 2
FAR = 2**40

# Release id, commitment, kind, statement hash.
Audit = tuple[bytes, bytes, int, bytes]

# What an anchor may cost, whatever the size of the batch; the CID has 36 bytes.
ANCHOR_GAS = 50_000

TYPES = {
    "Attestation": "address attester,bytes32 releaseId,bytes32 commitment,uint8 kind,"
    "bytes32 statementHash,bytes statementCid,uint256 deadline",
    "AttestationWithdrawal": "address attester,bytes32 releaseId,bytes32 commitment,uint8 kind,"
    "bytes32 statementHash,uint256 deadline",
}


class Node:
    """A node with one of the contracts, and an account of it that sends."""

    def __init__(self, url: str, name: ContractName) -> None:
        self.web3 = Web3(HTTPProvider(url))
        self.sender = self.web3.eth.accounts[0]
        artifact = load(name)
        creation = self.web3.eth.send_transaction(
            {"from": self.sender, "data": artifact.bytecode, "gas": 3_000_000}
        )
        address = self.web3.eth.wait_for_transaction_receipt(creation)["contractAddress"]
        assert address is not None
        assert self.web3.eth.get_code(address) == artifact.runtime_code
        self.contract: Contract = self.web3.eth.contract(address=address, abi=list(artifact.abi))

    def send(self, call: ContractFunction) -> TxReceipt:
        """Send the call as a transaction, and return its receipt."""
        return self.web3.eth.wait_for_transaction_receipt(call.transact({"from": self.sender}))

    def time_of(self, receipt: TxReceipt) -> int:
        """Return the time of the block that the transaction is in."""
        return self.web3.eth.get_block(receipt["blockNumber"])["timestamp"]

    def refusal(self, call: ContractFunction) -> WeightmarkError:
        """Return what the node's refusal of the call becomes."""
        with pytest.raises(ContractCustomError) as refused:
            call.call({"from": self.sender})
        return error_of(revert_data(refused.value.data))

    def word(self, key: bytes) -> int:
        """Return the word of that key in the mapping at slot 0."""
        slot = int.from_bytes(keccak256(key + bytes(32)), "big")
        return int.from_bytes(self.web3.eth.get_storage_at(self.contract.address, slot), "big")


@pytest.fixture
def anchors(anvil_url: str) -> Node:
    """Return a node with fresh anchors."""
    return Node(anvil_url, "BatchAnchors")


@pytest.fixture
def attestations(anvil_url: str) -> Node:
    """Return a node with fresh attestations."""
    return Node(anvil_url, "Attestations")


@pytest.fixture
def audit() -> Audit:
    """Return what is attested."""
    return b"\x01" * 32, b"\x02" * 32, AUDIT, b"\x03" * 32


def attestation_id(attester: str, audit: Audit) -> bytes:
    """Return the identifier, from the documentation."""
    return keccak256(encode(["address", "(bytes32,bytes32,uint8,bytes32)"], [attester, audit]))


def signed(node: Node, account: Any, kind: str, values: tuple[object, ...]) -> Any:
    """Return an attester's signature, as a wallet makes it from the documented types."""
    fields = [
        dict(zip(("type", "name"), each.split(), strict=True)) for each in TYPES[kind].split(",")
    ]
    names = [field["name"] for field in fields]
    message = encode_typed_data(
        {
            "name": "Weightmark",
            "version": "1",
            "chainId": node.web3.eth.chain_id,
            "verifyingContract": node.contract.address,
        },
        {kind: fields},
        dict(zip(names, (account.address, *values, FAR), strict=True)),
    )
    return account.address, FAR, account.sign_message(message).signature


def test_an_anchor_costs_no_more_than_the_design_allows(anchors: Node) -> None:
    receipt = anchors.send(anchors.contract.functions.anchor(b"\xff" * 32, CID))

    assert receipt["status"] == 1
    assert receipt["gasUsed"] <= ANCHOR_GAS


def test_an_anchor_is_a_time_at_slot_0_and_an_event_with_the_cid(anchors: Node) -> None:
    root = b"\xaa" * 32
    receipt = anchors.send(anchors.contract.functions.anchor(root, CID))
    time = anchors.time_of(receipt)

    assert anchors.word(root) == time
    assert anchors.contract.functions.batch(root).call() == time
    (event,) = anchors.contract.events.BatchAnchored().process_receipt(receipt)
    assert event["args"] == {"root": root, "word": time, "cid": CID}


def test_what_the_anchors_refuse_is_named(anchors: Node) -> None:
    root, anchor = b"\xaa" * 32, anchors.contract.functions.anchor
    time = anchors.time_of(anchors.send(anchor(root, CID)))

    again = anchors.refusal(anchor(root, b""))
    assert isinstance(again, AlreadyExistsError)
    assert f"0xaaaaaaaa…aaaaaaaa is anchored already, since {utc_text(time)}" in again.message
    assert isinstance(anchors.refusal(anchor(bytes(32), CID)), StatementRefusedError)
    assert "this one has 65" in anchors.refusal(anchor(b"\xbb" * 32, bytes(65))).message
    assert anchors.word(b"\xbb" * 32) == 0


def test_an_attestation_is_two_times_at_slot_0_and_events(attestations: Node, audit: Audit) -> None:
    functions, events = attestations.contract.functions, attestations.contract.events
    key = attestation_id(attestations.sender, audit)
    made = attestations.send(functions.attest(audit, CID))
    attested_at = attestations.time_of(made)

    assert attestations.word(key) == attested_at
    (event,) = events.Attested().process_receipt(made)
    assert event["args"] == {
        "attestationId": key,
        "attester": attestations.sender,
        "releaseId": audit[0],
        "commitment": audit[1],
        "kind": AUDIT,
        "statementHash": audit[3],
        "word": attested_at,
        "statementCid": CID,
    }

    ended = attestations.send(functions.withdraw(audit))
    word = attested_at | attestations.time_of(ended) << 40
    assert attestations.word(key) == word
    assert functions.attestation(key).call() == word
    (event,) = events.AttestationWithdrawn().process_receipt(ended)
    assert event["args"]["word"] == word


def test_what_the_attestations_refuse_is_named(attestations: Node, audit: Audit) -> None:
    functions = attestations.contract.functions
    key = attestation_id(attestations.sender, audit).hex()
    shown = f"0x{key[:8]}…{key[-8:]}"

    unknown = attestations.refusal(functions.withdraw(audit))
    assert isinstance(unknown, StatementRefusedError)
    assert f"has made no attestation {shown}" in unknown.message
    kindless = attestations.refusal(functions.attest((*audit[:2], 6, audit[3]), CID))
    assert "no kind 6" in kindless.message

    attestations.send(functions.attest(audit, CID))
    again = attestations.refusal(functions.attest(audit, CID))
    assert isinstance(again, AlreadyExistsError)
    assert f"the attestation {shown} is there already" in again.message

    time = attestations.time_of(attestations.send(functions.withdraw(audit)))
    withdrawn = attestations.refusal(functions.withdraw(audit))
    assert isinstance(withdrawn, AlreadyWithdrawnError)
    assert f"{shown} is withdrawn already, since {utc_text(time)}" in withdrawn.message


def test_a_wallets_signatures_of_the_documented_types_count(
    attestations: Node, audit: Audit
) -> None:
    functions, attester = attestations.contract.functions, Account.create()
    key = attestation_id(attester.address, audit)

    attestation = signed(attestations, attester, "Attestation", (*audit, CID))
    made = attestations.send(functions.attestFor(audit, CID, attestation))
    assert attestations.word(key) == attestations.time_of(made)

    withdrawal = signed(attestations, attester, "AttestationWithdrawal", audit)
    ended = attestations.send(functions.withdrawFor(audit, withdrawal))
    assert attestations.word(key) >> 40 == attestations.time_of(ended)


def test_a_strangers_signature_does_not_count(attestations: Node, audit: Audit) -> None:
    attester = Account.create().address
    _, deadline, signature = signed(attestations, Account.create(), "Attestation", (*audit, CID))
    forged = attestations.contract.functions.attestFor(audit, CID, (attester, deadline, signature))

    refused = attestations.refusal(forged)
    assert isinstance(refused, StatementRefusedError)
    assert f"{attester} did not sign" in refused.message


def test_a_late_signature_does_not_count(attestations: Node, audit: Audit) -> None:
    late = attestations.contract.functions.attestFor(
        audit, CID, (Account.create().address, 1, bytes(65))
    )

    assert "good until 1970-01-01T00:00:01Z" in attestations.refusal(late).message
