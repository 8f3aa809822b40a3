"""The EVM of the embedded chain: py-evm over one open SQLite transaction.

Importing this module takes more than a second; only a writer does.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from eth.abc import (
    BlockHeaderAPI,
    ComputationAPI,
    DatabaseAPI,
    ReceiptAPI,
    SignedTransactionAPI,
    StateAPI,
)
from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDB
from eth.typing import AccountDetails, HeaderParams
from eth.vm.forks.cancun import CancunVM
from eth.vm.forks.cancun.transactions import CancunTransactionBuilder
from eth.vm.spoof import SpoofTransaction
from eth_keys.datatypes import PrivateKey
from eth_typing import Address, BlockNumber

from weightmark.adapters.chain.deployment import (
    DEPLOYER_ADDRESS,
    DEPLOYER_COST,
    DEPLOYER_SENDER,
    DEPLOYER_TRANSACTION,
    deployments,
)
from weightmark.adapters.chain.embedded.database import Nodes, corrupt, create_schema
from weightmark.adapters.chain.reverts import error_of
from weightmark.domain.contracts import Contract
from weightmark.domain.networks import EMBEDDED_CHAIN_ID
from weightmark.errors import TransactionFailedError, WeightmarkError
from weightmark.ports.chain import Block, TransactionReceipt

BLOCK_GAS_LIMIT = 30_000_000
TRANSACTION_GAS_LIMIT = 10_000_000

# The first block's base fee is 1 gwei, and blocks that are nearly empty only ever lower it.
MAX_FEE = 2 * 10**9

FAUCET_BALANCE = 10**30
# An account that has less than the first amount before it sends is given the second, in wei.
LOW_BALANCE = 2 * TRANSACTION_GAS_LIMIT * MAX_FEE
GIFT = 10**18

# The first block is set back by some seconds, so that those which follow are not ahead of time.
FIRST_BLOCK_AGE = 4


class _EmbeddedChain(MiningChain):
    chain_id = EMBEDDED_CHAIN_ID
    vm_configuration = ((BlockNumber(0), CancunVM),)

    def create_header_from_parent(
        self, parent_header: BlockHeaderAPI, **header_params: HeaderParams
    ) -> BlockHeaderAPI:
        header_params["gas_limit"] = parent_header.gas_limit
        return super().create_header_from_parent(parent_header, **header_params)


class Machine:
    """Executes transactions, and mines each call's transactions as one block.

    A block's time is the clock's, and at least one second after its parent's.

    Args:
        connection: The open transaction, of which everything here is a part.
        path: The chain's file, which errors name.

    Raises:
        StorageError: The file is damaged.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._chain = _EmbeddedChain(_database(connection))
        faucet = connection.execute("SELECT private_key FROM faucet").fetchone()
        if faucet is None:
            raise corrupt(path, "its faucet is missing")
        self._faucet = PrivateKey(faucet[0])

    @classmethod
    def create(cls, connection: sqlite3.Connection, path: Path) -> Machine:
        """Write a new chain's first block, with a faucet whose key was never seen elsewhere."""
        create_schema(connection)
        faucet = PrivateKey(secrets.token_bytes(32))
        connection.execute("INSERT INTO faucet VALUES (?)", (faucet.to_bytes(),))
        account: AccountDetails = {
            "balance": FAUCET_BALANCE,
            "nonce": 0,
            "code": b"",
            "storage": {},
        }
        state = {_address(faucet): account}
        parameters: dict[str, HeaderParams] = {
            "difficulty": 0,
            "gas_limit": BLOCK_GAS_LIMIT,
            "timestamp": int(time.time()) - FIRST_BLOCK_AGE,
        }
        _EmbeddedChain.from_genesis(_database(connection), parameters, state)
        return cls(connection, path)

    def deploy(self) -> tuple[Contract, ...]:
        """Deploy the contracts that are missing, in one block, at the faucet's cost."""
        missing = [each for each in deployments() if not self._has_code(each.contract.address)]
        if missing:
            signed = []
            if not self._has_code(DEPLOYER_ADDRESS):
                signed.append(self._signed(self._faucet, DEPLOYER_SENDER, b"", DEPLOYER_COST))
                signed.append(CancunTransactionBuilder.decode(DEPLOYER_TRANSACTION))
            for ahead, deployment in enumerate(missing, len(signed) // 2):
                data = deployment.data
                signed.append(self._signed(self._faucet, DEPLOYER_ADDRESS, data, ahead=ahead))
            self._mine(signed)
        return tuple(each.contract for each in missing)

    def send(self, key: PrivateKey, to: str, data: bytes) -> TransactionReceipt:
        """Call a contract with an account that the faucet funds where it has to.

        Raises:
            WeightmarkError: The call was reverted, for the reason that the error says.
        """
        transactions = [self._signed(key, to, data)]
        if self._state.get_balance(_address(key)) < LOW_BALANCE:
            account = key.public_key.to_checksum_address()
            transactions.insert(0, self._signed(self._faucet, account, b"", GIFT))
        return self._mine(transactions)

    def estimate(self, account: str, to: str, data: bytes) -> int:
        """Return the gas that a call of a contract takes.

        Raises:
            WeightmarkError: The call would be reverted, for the reason that the error says.
        """
        head = self._chain.get_canonical_head()
        # One without a fee is of the kind that there was before EIP-1559.
        call = SpoofTransaction(
            CancunTransactionBuilder.create_unsigned_transaction(
                nonce=self._state.get_nonce(_bytes(account)),
                gas_price=0,
                gas=TRANSACTION_GAS_LIMIT,
                to=_bytes(to),
                value=0,
                data=data,
            ),
            from_=_bytes(account),
        )
        with self._chain.get_vm(head).in_costless_state() as state:
            computation = state.costless_execute_transaction(cast("SignedTransactionAPI", call))
        if computation.is_error:
            raise _failure(computation)
        intrinsic: int = call.intrinsic_gas
        return intrinsic + computation.get_gas_used()

    def balance(self, account: str) -> int:
        """Return what an account has, in wei."""
        return self._state.get_balance(_bytes(account))

    def _has_code(self, address: str) -> bool:
        return bool(self._state.get_code(_bytes(address)))

    @property
    def _state(self) -> StateAPI:
        return self._chain.get_vm().state

    def _signed(
        self, key: PrivateKey, to: str, data: bytes, amount: int = 0, ahead: int = 0
    ) -> SignedTransactionAPI:
        nonce = self._state.get_nonce(_address(key))
        unsigned = CancunTransactionBuilder.new_unsigned_dynamic_fee_transaction(
            chain_id=EMBEDDED_CHAIN_ID,
            nonce=nonce + ahead,
            max_priority_fee_per_gas=0,
            max_fee_per_gas=MAX_FEE,
            gas=TRANSACTION_GAS_LIMIT,
            to=_bytes(to),
            value=amount,
            data=data,
            access_list=(),
        )
        return unsigned.as_signed_transaction(key)

    def _mine(self, transactions: Sequence[SignedTransactionAPI]) -> TransactionReceipt:
        result, receipts, computations = self._chain.mine_all(transactions)
        for computation in computations:
            if computation.is_error:
                raise _failure(computation)
        header = result.imported_block.header
        self._record_logs(header.block_number, transactions, receipts)
        before = receipts[-2].gas_used if len(receipts) > 1 else 0
        return TransactionReceipt(
            transaction_hash=transactions[-1].hash,
            block=Block(header.block_number, header.hash, header.timestamp),
            gas_used=receipts[-1].gas_used - before,
        )

    def _record_logs(
        self,
        number: int,
        transactions: Sequence[SignedTransactionAPI],
        receipts: Sequence[ReceiptAPI],
    ) -> None:
        logs = [
            (transaction.hash, log)
            for transaction, receipt in zip(transactions, receipts, strict=True)
            for log in receipt.logs
        ]
        for position, (transaction_hash, log) in enumerate(logs):
            topics = [topic.to_bytes(32, "big") for topic in log.topics]
            padded = (*topics, None, None, None, None)[:4]
            row = (number, position, transaction_hash, log.address, *padded, log.data)
            self._connection.execute("INSERT INTO logs VALUES (?,?,?,?,?,?,?,?,?)", row)


def _failure(computation: ComputationAPI) -> WeightmarkError:
    if computation.output:
        return error_of(computation.output)
    return TransactionFailedError(f"the transaction failed: {computation.error!r}")


def _database(connection: sqlite3.Connection) -> AtomicDB:
    return AtomicDB(cast("DatabaseAPI", Nodes(connection)))


def _bytes(address: str) -> Address:
    return Address(bytes.fromhex(address[2:]))


def _address(key: PrivateKey) -> Address:
    return Address(key.public_key.to_canonical_address())
