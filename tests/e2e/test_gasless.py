"""Gasless: a publisher signs, and somebody else submits and pays."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from tests.command import Weightmark
from tests.e2e.nodes import FOREIGN_NETWORK, PRIVATE_KEY, Node
from tests.e2e.releases import NAME, Finished, Release, assert_ends, document, write_model
from tests.fakes.registry import HIGHEST_S
from tests.safe import deploy_safe
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.domain.actions import Authorization
from weightmark.domain.signing_requests import SigningRequest, decode, encode

THERE = ("--network", FOREIGN_NETWORK)
REQUEST = f"acme-digits-2.0.0.{FOREIGN_NETWORK}.release.json"
LOCAL_REQUEST = "acme-digits-2.0.0.local.release.json"


@dataclass(frozen=True)
class Publisher:
    """Somebody with a key and without coins, on a machine of their own."""

    weightmark: Weightmark
    node: Node
    model: Path
    key: PrivateKey

    @property
    def request(self) -> Path:
        """What the publisher has signed."""
        return self.weightmark.directory / REQUEST

    def run(self, *arguments: str | Path) -> Finished:
        """Run a command with the publisher's key."""
        key = {"WEIGHTMARK_PRIVATE_KEY": self.key.reveal().hex()}
        return self.weightmark(*arguments, env=key)

    def publish(self, *arguments: str | Path) -> Finished:
        """Run ``publish`` with the publisher's key."""
        named = ("publish", self.model, "--name", NAME, "--version", "2.0.0", *THERE)
        return self.run(*named, *arguments)

    def signed(self) -> SigningRequest:
        """Return what the publisher signs."""
        assert_ends(self.publish("--sign-only"), 0, "signed", "submit")
        return decode(self.request.read_bytes())

    def submit(self, request: SigningRequest | None = None, *arguments: str | Path) -> Finished:
        """Have somebody with coins submit a request."""
        if request is not None:
            self.request.write_bytes(encode(request))
        return self.node.send(self.weightmark, "submit", self.request, *arguments)

    @property
    def blocks(self) -> int:
        """How many blocks the chain has."""
        return int(self.node.call("eth_blockNumber"), 16)


@pytest.fixture
def publisher(
    run_weightmark: Weightmark, first_foreign_release: Release, node: Node, tmp_path: Path
) -> Publisher:
    # There is a release on the chain, and so the registry.
    assert first_foreign_release.reference
    _add_network(run_weightmark, node)
    key = PrivateKey(secrets.token_bytes(32))
    return Publisher(run_weightmark, node, write_model(tmp_path / "model"), key)


def _add_network(weightmark: Weightmark, node: Node) -> None:
    added = ("--chain-id", str(node.chain_id), "--rpc-url", node.url)
    assert_ends(weightmark("network", "add", FOREIGN_NETWORK, *added), 0)


def test_a_publisher_without_coins(publisher: Publisher) -> None:
    request = publisher.signed()
    assert request.authorization.signer == publisher.key.address
    assert publisher.node.call("eth_getBalance", publisher.key.address, "latest") == "0x0"
    before = publisher.blocks
    shown = publisher.submit(None, "--dry-run", "--json")
    assert document(shown)["cost"]["total"] > 0
    assert publisher.blocks == before
    submitted = document(publisher.submit(None, "--json"))
    assert (submitted["deed"], submitted["signer"]) == ("registered", publisher.key.address)
    publisher.node.finalize()
    verified = publisher.weightmark("verify", publisher.model, *THERE)
    assert_ends(verified, 0, f"{publisher.key.address}/{NAME}@2.0.0", "'me'")

    before = publisher.blocks
    assert_ends(publisher.submit(), 0, "registered before")
    assert_ends(publisher.publish("--sign-only"), 0, "nothing to do")
    assert_ends(publisher.publish("--yes"), 0, "published before")
    assert publisher.blocks == before

    revoke = ("revoke", submitted["reference"], "--reason", "withdrawn", *THERE)
    assert_ends(publisher.run(*revoke, "--sign-only", "--request", "revocation.json"), 0, "signed")
    revocation = publisher.weightmark.directory / "revocation.json"
    for said in ("revoked: ", "revoked before"):
        finished = publisher.node.send(publisher.weightmark, "submit", revocation)
        assert_ends(finished, 0, said)
    verified = publisher.weightmark("verify", publisher.model, *THERE)
    assert_ends(verified, 1, "withdrawn")


def test_an_account_that_has_delegated_to_code(publisher: Publisher) -> None:
    node, payer = publisher.node, Account.from_key(PRIVATE_KEY)
    registry = publisher.signed().contract
    delegation = Account.sign_authorization(
        {"chainId": node.chain_id, "address": registry, "nonce": 0}, publisher.key.reveal()
    )
    transaction = {
        "type": 4,
        "chainId": node.chain_id,
        "nonce": int(node.call("eth_getTransactionCount", payer.address, "latest"), 16),
        "to": payer.address,
        "value": 0,
        "data": b"",
        "gas": 200_000,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 1,
        "authorizationList": [delegation],
    }
    raw = payer.sign_transaction(transaction).raw_transaction
    node.call("eth_sendRawTransaction", f"0x{raw.hex()}")
    code = node.call("eth_getCode", publisher.key.address, "latest")
    assert code == f"0xef0100{registry[2:].lower()}"
    assert_ends(publisher.submit(publisher.signed()), 0, "registered: ")
    node.finalize()
    assert_ends(publisher.weightmark("verify", publisher.model, *THERE), 0, "verified")


def test_a_safe(publisher: Publisher) -> None:
    safe = deploy_safe(publisher.node.url)
    weightmark = publisher.weightmark
    named = ("--name", NAME, "--version", "2.0.0", "--publisher", safe.address, *THERE)
    publish = ("publish", publisher.model, *named)
    assert_ends(weightmark(*publish, "--sign-only"), 0, f"have {safe.address} sign", "--signature")
    request = decode(publisher.request.read_bytes())
    assert not request.is_signed

    before = publisher.blocks
    assert_ends(publisher.submit(), 4, "not signed", safe.address)
    one = replace(safe, signers=safe.signers[:1]).sign(request.digest)
    assert_ends(publisher.submit(None, "--signature", f"0x{one.hex()}"), 1, "did not sign")
    assert publisher.blocks == before

    signature = weightmark.directory / "signature"
    signature.write_text(f"0x{safe.sign(request.digest).hex()}\n")
    assert_ends(publisher.submit(None, "--signature", signature), 0, "registered: ")
    publisher.node.finalize()
    release = f"{safe.address}/{NAME}@2.0.0"
    assert_ends(weightmark("verify", publisher.model, "--release", release, *THERE), 0, "verified")

    revoke = weightmark("revoke", release, "--reason", "vulnerable", *THERE, "--unsigned-tx")
    transaction = document(revoke)["transaction"]
    assert int(transaction["chainId"], 16) == publisher.node.chain_id
    assert transaction["from"] == safe.address
    assert safe.execute(transaction["to"], bytes.fromhex(transaction["data"][2:]))
    assert_ends(weightmark("verify", publisher.model, "--release", release, *THERE), 1, "vulnerab")


def _with_twin_signature(_: PrivateKey, request: SigningRequest) -> SigningRequest:
    good = request.authorization.signature
    s = 2 * HIGHEST_S + 1 - int.from_bytes(good[32:64], "big")
    return request.signed(good[:32] + s.to_bytes(32, "big") + bytes([55 - good[64]]))


def _resigned(key: PrivateKey, request: SigningRequest, **changes: Any) -> SigningRequest:
    altered = replace(request, **changes)
    return altered.signed(key.sign(altered.digest))


Attack = Callable[[PrivateKey, SigningRequest], SigningRequest]


def _late(key: PrivateKey, request: SigningRequest) -> SigningRequest:
    return _resigned(key, request, authorization=replace(request.authorization, deadline=1))


def _by_a_stranger(_: PrivateKey, request: SigningRequest) -> SigningRequest:
    return request.signed(PrivateKey(secrets.token_bytes(32)).sign(request.digest))


def _of_somebody_else(_: PrivateKey, request: SigningRequest) -> SigningRequest:
    stranger = PrivateKey(secrets.token_bytes(32))
    signer = Authorization(stranger.address, 0, request.authorization.deadline, b"")
    return _resigned(stranger, request, authorization=signer)


def _for_another_contract(key: PrivateKey, request: SigningRequest) -> SigningRequest:
    return _resigned(key, request, contract=key.address)


def _for_another_chain(key: PrivateKey, request: SigningRequest) -> SigningRequest:
    return _resigned(key, request, chain_id=11155111)


def _moved_here(_: PrivateKey, request: SigningRequest) -> SigningRequest:
    signature = request.authorization.signature
    return replace(request, statement=replace(request.statement, version="3")).signed(signature)


ATTACKS: tuple[tuple[Attack, int, str], ...] = (
    (_late, 1, "good until 1970"),
    (_by_a_stranger, 1, "did not sign"),
    (_of_somebody_else, 1, "may not do this"),
    (_with_twin_signature, 1, "did not sign"),
    (_for_another_contract, 1, "for the contract"),
    (_for_another_chain, 2, "contradicts"),
    (_moved_here, 1, "did not sign"),
)


def test_a_request_that_is_not_good_costs_nothing(publisher: Publisher) -> None:
    request, before = publisher.signed(), publisher.blocks
    for attack, status, said in ATTACKS:
        assert_ends(publisher.submit(attack(publisher.key, request), *THERE), status, said)
    assert publisher.blocks == before
    assert_ends(publisher.submit(request), 0, "registered: ")


def test_an_altered_request_is_refused_as_it_is_read(publisher: Publisher) -> None:
    publisher.signed()
    data = json.loads(publisher.request.read_text())
    data["typed_data"]["message"]["version"] = "3"
    publisher.request.write_text(json.dumps(data))
    assert_ends(publisher.submit(), 4, "altered", "digest")
    publisher.request.write_text("{}")
    refused = publisher.submit(None, "--json")
    assert document(refused)["error"]["code"] == "bad-signing-request"


# Answers every call with 32 bytes that are not ERC-1271's word; or never ends.
YES_SAYER, GAS_BURNER = "0x60016000526020" + "6000f3", "0x5b600056"


@pytest.mark.parametrize("code", [YES_SAYER, GAS_BURNER], ids=["yes-sayer", "gas-burner"])
def test_a_wallet_that_answers_anything(publisher: Publisher, code: str) -> None:
    wallet = PrivateKey(secrets.token_bytes(32)).address
    publisher.node.call("anvil_setCode", wallet, code)
    publish = ("--sign-only", "--publisher", wallet)
    assert_ends(publisher.publish(*publish), 0, "to be signed")
    before = publisher.blocks
    assert_ends(publisher.submit(None, "--signature", "0x1234"), 1, "did not sign")
    assert publisher.blocks == before


def test_two_submitters_at_once_register_once(publisher: Publisher, tmp_path: Path) -> None:
    publisher.signed()
    other = replace(publisher, weightmark=replace(publisher.weightmark, home=tmp_path / "other"))
    _add_network(other.weightmark, publisher.node)
    payer = Account.from_key("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
    submit = ("submit", publisher.request, "--yes", "--json")
    keys = (PRIVATE_KEY, f"0x{payer.key.hex()}")
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(each.weightmark, *submit, env={"WEIGHTMARK_PRIVATE_KEY": key})
            for each, key in zip((publisher, other), keys, strict=True)
        ]
    both = [each.result() for each in running]
    for finished in both:
        assert_ends(finished, 0)
    sent = [document(each)["transaction_hash"] for each in both]
    assert len(set(sent) - {""}) == 1, both


@pytest.mark.covered
def test_on_the_chain_of_this_machine(run_weightmark: Weightmark, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model")
    publish = ("publish", model, "--name", NAME, "--version", "2.0.0", "--sign-only")
    assert_ends(run_weightmark("network", "deploy", "local"), 0)
    assert_ends(run_weightmark(*publish), 0, "signed")
    assert_ends(run_weightmark("verify", model), 1, "nobody registered")
    assert_ends(run_weightmark("submit", LOCAL_REQUEST, "--dry-run"), 0, "nothing was sent")
    submitted = document(run_weightmark("submit", LOCAL_REQUEST, "--json"))
    assert submitted["deed"] == "registered"
    assert_ends(run_weightmark("verify", model), 0, "verified")
    assert_ends(run_weightmark("submit", LOCAL_REQUEST), 0, "registered before")
    unsent = run_weightmark("revoke", submitted["reference"], "--reason", "withdrawn", "--dry-run")
    assert_ends(unsent, 0, "nothing was sent")


def test_what_sends_nothing_deploys_nothing(run_weightmark: Weightmark, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model")
    publish = ("publish", model, "--name", NAME, "--version", "2.0.0")
    for unsent in ("--dry-run", "--sign-only", "--unsigned-tx"):
        assert_ends(run_weightmark(*publish, unsent), 3, "weightmark network deploy local")
    assert not (run_weightmark.home / "chain").exists()
    assert not (model / "weightmark.json").exists()


def test_a_request_does_not_take_the_place_of_anything_else(
    run_weightmark: Weightmark, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "model")
    publish = ("publish", model, "--name", NAME, "--version", "2.0.0", "--sign-only")
    (run_weightmark.directory / LOCAL_REQUEST).write_text("mine")
    assert_ends(run_weightmark(*publish), 1, "no signing request")
    inside = run_weightmark(*publish, "--request", model / "request.json")
    assert_ends(inside, 4, "inside the artifact")
    assert (run_weightmark.directory / LOCAL_REQUEST).read_text() == "mine"
    assert_ends(run_weightmark(*publish, "--dry-run"), 2, "exclude each other")
    alone = run_weightmark(*publish[:-1], "--deadline", "7d")
    assert_ends(alone, 2, "--sign-only")
    assert_ends(run_weightmark(*publish, "--max-fee", "1"), 2, "spends nothing", "submit")
    revoke = ("revoke", "me/acme/digits@1", "--reason", "withdrawn", "--sign-only", "--yes")
    assert_ends(run_weightmark(*revoke), 2, "spends nothing", "submit")


def test_what_is_refused_leaves_the_manifest_that_is_signed_already(publisher: Publisher) -> None:
    publisher.signed()
    manifest = publisher.model / "weightmark.json"
    before = manifest.read_bytes()
    named = ("--request", publisher.request, "--sign-only")
    assert_ends(publisher.publish("--version", "2.0.1", *named), 1, "for something else")
    (publisher.model / "config.json").write_text("other\n")
    wallet = ("publish", publisher.model, "--name", NAME, "--version", "2.0.0", *THERE)
    unsigned = (*wallet, "--publisher", publisher.key.address, "--sign-only")
    assert_ends(publisher.weightmark(*unsigned), 1, "is signed, and the new request is not")
    assert manifest.read_bytes() == before


def test_a_key_that_is_named_has_to_be_an_authority(publisher: Publisher) -> None:
    weightmark, wallet = publisher.weightmark, PrivateKey(secrets.token_bytes(32)).address
    keystore = {"WEIGHTMARK_KEY_PASSWORD": "a password that is long enough"}
    assert_ends(weightmark("keys", "generate", "mine", env=keystore), 0)
    publish = ("publish", publisher.model, "--name", NAME, "--version", "2.0.0")
    add = ("publisher", "add", publisher.key.address, "--role", "delegate", "--unsigned-tx")
    for command in ((*publish, "--sign-only"), (*publish, "--unsigned-tx"), add):
        asked = (*command, "--publisher", wallet, *THERE)
        refused = weightmark(*asked, "--key", "mine", env=keystore)
        assert_ends(refused, 1, "may not do this", wallet)
        assert not publisher.request.exists()
        assert_ends(weightmark(*asked), 0, wallet)
        publisher.request.unlink(missing_ok=True)
