"""Where the contracts are deployed: the same addresses, with the same code, on every chain.

The deterministic deployer is Arachnid's "deterministic-deployment-proxy"
(https://github.com/Arachnid/deterministic-deployment-proxy). Its deployment is one transaction
without a chain id, whose signature was made up, so that nobody knows the sender's key and nobody
can deploy anything else from there: sent to any chain, it gives the same contract at the same
address. That contract deploys what it is sent with CREATE2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Self

from weightmark.contracts import CONTRACT_NAMES, ContractName, load
from weightmark.domain.contracts import Contract
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.keccak import keccak256

DEPLOYER_ADDRESS = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
DEPLOYER_SENDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362"

# 100,000 gas at 100 gwei, as the transaction below says.
DEPLOYER_COST = 100_000 * 100 * 10**9

DEPLOYER_TRANSACTION = bytes.fromhex(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b808252"
    "5050506014600cf31ba0222222222222222222222222222222222222222222222222222222222222222"
    "2a02222222222222222222222222222222222222222222222222222222222222222"
)

SALT = bytes(32)
REGISTRY: ContractName = "ModelRegistry"


def create2_address(deployer: str, salt: bytes, init_code: bytes) -> str:
    """Return where CREATE2 puts a contract, as EIP-1014 defines it."""
    parts = b"\xff" + bytes.fromhex(deployer[2:]) + salt + keccak256(init_code)
    return checksum_address("0x" + keccak256(parts)[12:].hex())


@dataclass(frozen=True, slots=True)
class Deployment:
    """A contract, and the creation code that leaves it on a chain."""

    contract: Contract
    init_code: bytes

    @property
    def data(self) -> bytes:
        """What the deterministic deployer has to be sent: the salt, then the creation code."""
        return SALT + self.init_code

    @classmethod
    def of(cls, name: ContractName) -> Self:
        """Return the deployment of a packaged contract."""
        artifact = load(name)
        address = create2_address(DEPLOYER_ADDRESS, SALT, artifact.bytecode)
        return cls(Contract(name, address, artifact.code_hash), artifact.bytecode)


@cache
def deployments() -> tuple[Deployment, ...]:
    """Return the deployment of every packaged contract, in order.

    The registry comes first: it is of use without the others.
    """
    names = sorted(CONTRACT_NAMES, key=lambda name: name != REGISTRY)
    return tuple(map(Deployment.of, names))


@cache
def packaged_registry() -> Contract:
    """Return the registry, without reading what the other contracts are."""
    return Deployment.of(REGISTRY).contract
