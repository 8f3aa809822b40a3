"""A real Safe, from npm's prebuilt contracts, on a node whose accounts are unlocked: anvil."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from eth_utils.crypto import keccak
from web3 import HTTPProvider, Web3

_BUILT = Path(__file__).parent.parent / "node_modules/@safe-global/safe-smart-account/build"
_NOBODY = f"0x{0:040x}"
_CALL = 0

# Of Safe 1.5.0, `CompatibilityFallbackHandler` and `Safe`.
_DOMAIN_TYPE = keccak(text="EIP712Domain(uint256 chainId,address verifyingContract)")
_MESSAGE_TYPE = keccak(text="SafeMessage(bytes message)")


@dataclass(frozen=True)
class Safe:
    """A contract wallet.

    Attributes:
        web3: The node.
        address: The wallet's address.
        signers: The owners that sign: as many as it needs, in the order of their addresses.
    """

    web3: Web3
    address: str
    signers: tuple[LocalAccount, ...]

    def execute(self, to: str, data: bytes) -> bool:
        """Have the wallet call a contract, and return whether the call succeeded."""
        safe = _contract(self.web3, "Safe", self.address)
        call = (Web3.to_checksum_address(to), 0, data, _CALL, 0, 0, 0, _NOBODY, _NOBODY)
        nonce = safe.functions.nonce().call()
        digest = safe.functions.getTransactionHash(*call, nonce).call()
        payer = self.web3.eth.accounts[0]
        # Without an estimate, a call that fails would be refused before it is sent.
        given = {"from": payer, "gas": 2_000_000}
        sent = safe.functions.execTransaction(*call, self._signed(digest)).transact(given)
        return bool(self.web3.eth.wait_for_transaction_receipt(sent)["status"])

    def sign(self, digest: bytes) -> bytes:
        """Return what the wallet answers for in ERC-1271: its owners' signatures of a message."""
        chain_id = self.web3.eth.chain_id
        domain = encode(["bytes32", "uint256", "address"], [_DOMAIN_TYPE, chain_id, self.address])
        message = encode(
            ["bytes32", "bytes32"], [_MESSAGE_TYPE, keccak(encode(["bytes32"], [digest]))]
        )
        return self._signed(keccak(b"\x19\x01" + keccak(domain) + keccak(message)))

    def _signed(self, digest: bytes) -> bytes:
        # In Python's name it is unsafe, as it signs what nobody can read; a wallet shows it first.
        return b"".join(
            bytes(each.unsafe_sign_hash(Hash32(digest)).signature) for each in self.signers
        )


def deploy_safe(url: str, *, owners: int = 3, threshold: int = 2) -> Safe:
    """Deploy a wallet with new owners on the node at a URL."""
    web3 = Web3(HTTPProvider(url))
    accounts = [Account.from_key(secrets.token_bytes(32)) for _ in range(owners)]
    handler = _deploy(web3, "CompatibilityFallbackHandler")
    singleton = _contract(web3, "Safe", _deploy(web3, "Safe"))
    factory = _contract(web3, "SafeProxyFactory", _deploy(web3, "SafeProxyFactory"))
    addresses = [each.address for each in accounts]
    setup = singleton.encode_abi(
        "setup", [addresses, threshold, _NOBODY, b"", handler, _NOBODY, 0, _NOBODY]
    )
    made = factory.functions.createProxyWithNonce(singleton.address, setup, 0)
    payer = {"from": web3.eth.accounts[0]}
    address = made.call(payer)
    web3.eth.wait_for_transaction_receipt(made.transact(payer))
    signers = sorted(accounts[:threshold], key=lambda each: int(each.address, 16))
    return Safe(web3, address, tuple(signers))


def _deploy(web3: Web3, name: str) -> str:
    artifact = _artifact(name)
    contract = web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"])
    sent = contract.constructor().transact({"from": web3.eth.accounts[0]})
    return str(web3.eth.wait_for_transaction_receipt(sent)["contractAddress"])


def _contract(web3: Web3, name: str, address: str) -> Any:
    return web3.eth.contract(Web3.to_checksum_address(address), abi=_artifact(name)["abi"])


def _artifact(name: str) -> dict[str, Any]:
    (path,) = (_BUILT / "artifacts").rglob(f"{name}.sol/{name}.json")
    artifact: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return artifact
