"""Where the registry is deployed."""

from __future__ import annotations

import subprocess
import sys

import pytest
import rlp
from eth_account import Account

from weightmark.adapters.chain.deployment import (
    DEPLOYER_ADDRESS,
    DEPLOYER_COST,
    DEPLOYER_SENDER,
    DEPLOYER_TRANSACTION,
    create2_address,
    deployments,
    packaged_registry,
)
from weightmark.contracts import CONTRACT_NAMES, ContractName, load
from weightmark.domain.keccak import keccak256


def test_the_sender_of_the_deployers_transaction_is_the_one_it_recovers_to() -> None:
    assert Account.recover_transaction(DEPLOYER_TRANSACTION) == DEPLOYER_SENDER


def test_the_deployers_transaction_costs_what_it_says() -> None:
    _, gas_price, gas, *_ = rlp.decode(DEPLOYER_TRANSACTION)
    assert int.from_bytes(gas_price, "big") * int.from_bytes(gas, "big") == DEPLOYER_COST


def test_the_deployer_is_what_its_sender_creates_first() -> None:
    created = keccak256(rlp.encode([bytes.fromhex(DEPLOYER_SENDER[2:]), b""]))[12:]
    assert DEPLOYER_ADDRESS.lower() == f"0x{created.hex()}"


def test_create2_addresses_are_those_of_eip_1014() -> None:
    # The third and the last example of EIP-1014.
    deployer = "0xdeadbeef00000000000000000000000000000000"
    salt = bytes.fromhex("000000000000000000000000feed000000000000000000000000000000000000")
    assert create2_address(deployer, salt, b"\x00") == "0xD04116cDd17beBE565EB2422F2497E06cC1C9833"
    zero = "0x" + "00" * 20
    assert create2_address(zero, bytes(32), b"") == "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0"


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_every_packaged_contract_is_deployed_with_its_code(name: ContractName) -> None:
    (deployment,) = [each for each in deployments() if each.contract.name == name]
    artifact = load(name)
    assert deployment.contract.code_hash == keccak256(artifact.runtime_code)
    assert deployment.data == bytes(32) + artifact.bytecode
    address = create2_address(DEPLOYER_ADDRESS, bytes(32), artifact.bytecode)
    assert deployment.contract.address == address


def test_the_registry_is_deployed_first() -> None:
    assert deployments()[0].contract == packaged_registry()
    assert packaged_registry().name == "ModelRegistry"


def test_knowing_the_registry_needs_no_heavy_package() -> None:
    heavy = "set(sys.modules) & {'eth', 'web3', 'eth_account', 'eth_abi', 'rlp', 'httpx2'}"
    script = (
        "import sys; from weightmark.adapters.chain.deployment import packaged_registry; "
        f"packaged_registry(); assert not {heavy}, {heavy}"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
