"""A chain in memory, with the registry's rules in plain Python, that tests can bend at will."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field

from tests.fakes.ownership import packed
from tests.fakes.registry import FakeRegistry, transaction_hash
from weightmark.adapters.chain.deployment import deployments, packaged_registry
from weightmark.domain.actions import (
    Action,
)
from weightmark.domain.contracts import Contract
from weightmark.domain.fees import Cost
from weightmark.domain.identifiers import (
    check_name,
    checksum_address,
)
from weightmark.domain.keccak import keccak256, uint_word
from weightmark.domain.registry import (
    FOREVER,
    AuthorityWord,
    Role,
    authority_slot,
)
from weightmark.domain.statements import Registration
from weightmark.errors import (
    ChainUnreachableError,
    TransactionFailedError,
    ValueFormatError,
)
from weightmark.ports.chain import (
    Block,
    BlockTag,
    RegistrationFilter,
    TransactionReceipt,
    UnsignedTransaction,
)

Slot = tuple[str, int]

GAS_PRICE, MAX_GAS_PRICE = 10**9, 2 * 10**9
BALANCE = 10**18
DEPLOYMENT_GAS = 2_000_000

FIRST_BLOCK_TIME = 1_700_000_000


@dataclass(frozen=True)
class FakeBlock:
    """A block with the whole state after it."""

    block: Block
    words: dict[Slot, int]
    events: tuple[Registration, ...] = ()
    successors: dict[bytes, bytes] = field(default_factory=dict)
    signing_keys: list[tuple[str, bytes]] = field(default_factory=list)


@dataclass
class FakeChain:
    """A chain that is read, and that gives writers.

    Every transaction is a block of its own. Blocks become final only by `finalize`, unless the
    chain is local.

    Attributes:
        id: The chain's id.
        is_local: Whether the newest block counts as final.
        now: The time of the next block, unless its parent is as late.
        code_hashes: The hash of the code at each address that has some.
        unreachable: Why the chain does not answer, or empty when it does.
    """

    id: int = 31337
    is_local: bool = False
    now: int = FIRST_BLOCK_TIME
    code_hashes: dict[str, bytes] = field(default_factory=dict)
    unreachable: str = ""

    def __post_init__(self) -> None:
        first = Block(0, keccak256(f"genesis of {self.id}".encode()), FIRST_BLOCK_TIME)
        self.blocks = [FakeBlock(first, {})]
        self._final = 0
        self._fork = 0
        self._dropping = 0

    # What tests do to it.

    def writer(self, account: str) -> FakeChainWriter:
        """Return a writer for an account, which can always pay."""
        return FakeChainWriter(self, checksum_address(account))

    def deploy(self) -> tuple[Contract, ...]:
        """Put the packaged contracts where they belong."""
        contracts = [each.contract for each in deployments()]
        missing = tuple(each for each in contracts if each.address not in self.code_hashes)
        self.code_hashes.update({each.address: each.code_hash for each in missing})
        return missing

    def mine(self, count: int = 1) -> Block:
        """Add empty blocks, and return the newest."""
        for _ in range(count):
            self._add({}, ())
        return self.blocks[-1].block

    def finalize(self, number: int) -> None:
        """Make a block, and all before it, final."""
        self._final = number

    def drop(self, count: int = 1) -> None:
        """Lose the next transactions."""
        self._dropping = count

    def reorganise(self, depth: int) -> None:
        """Replace the newest blocks by empty ones with other hashes."""
        del self.blocks[-depth:]
        self._fork += 1
        self.mine(depth)

    def set_words(self, words: dict[int, int], address: str = "") -> None:
        """Write any words into the state, by a block of their own."""
        where = address or packaged_registry().address
        self._add({(where, slot): word for slot, word in words.items()}, ())

    def set_authority(self, publisher: str, index: int, authority: AuthorityWord) -> None:
        """Write an authority of a publisher, by a block of its own."""
        account, since, end = int(authority.account, 16), authority.valid_from, authority.until
        self.set_words(
            {authority_slot(publisher, index): packed(account, since, end, authority.role)}
        )

    # What a `ChainReader` does.

    def chain_id(self) -> int:
        self._answer()
        return self.id

    def genesis_hash(self) -> bytes:
        self._answer()
        return self.blocks[0].block.hash

    def block(self, tag: BlockTag) -> Block:
        self._answer()
        newest = tag is BlockTag.LATEST or self.is_local
        return self.blocks[-1 if newest else self._final].block

    def code_hash(self, address: str, block: Block) -> bytes:
        self._at(block)
        return self.code_hashes.get(address, b"")

    def words(self, address: str, slots: Sequence[int], block: Block) -> tuple[int, ...]:
        state = self._at(block).words
        return tuple(state.get((address, slot), 0) for slot in slots)

    def registrations(
        self, registry: str, wanted: RegistrationFilter, block: Block
    ) -> tuple[Registration, ...]:
        self._at(block)
        events = (event for each in self.blocks[: block.number + 1] for event in each.events)
        return tuple(event for event in events if _matches(event, wanted))

    def successors(
        self, registry: str, release_ids: Sequence[bytes], block: Block
    ) -> Mapping[bytes, bytes]:
        self._at(block)
        told = [
            pair for each in self.blocks[: block.number + 1] for pair in each.successors.items()
        ]
        return {old: new for old, new in told if old in release_ids}

    def signing_keys(self, registry: str, publisher: str, block: Block) -> tuple[bytes, ...]:
        self._at(block)
        told = [pair for each in self.blocks[: block.number + 1] for pair in each.signing_keys]
        return tuple(fingerprint for who, fingerprint in told if who == publisher.lower())

    # What its writers use.

    def word(self, slot: int) -> int:
        """Return a word of the registry at the newest block."""
        return self.blocks[-1].words.get((packaged_registry().address, slot), 0)

    def transact(
        self, words: dict[int, int], events: tuple[Registration, ...] = ()
    ) -> TransactionReceipt:
        """Mine a block that changes words of the registry."""
        self._answer()
        if self._dropping:
            self._dropping -= 1
            raise TransactionFailedError("no block carries the transaction")
        address = packaged_registry().address
        block = self._add({(address, slot): word for slot, word in words.items()}, events)
        return TransactionReceipt(transaction_hash(block.number), block, 50_000)

    @property
    def next_block(self) -> Block:
        """Number and time of the next block; its hash is made of them and of its parent."""
        parent = self.blocks[-1].block
        number, timestamp = parent.number + 1, max(parent.timestamp + 1, self.now)
        seed = parent.hash + uint_word(number) + uint_word(timestamp) + uint_word(self._fork)
        return Block(number, keccak256(seed), timestamp)

    def _add(self, changes: dict[Slot, int], events: tuple[Registration, ...]) -> Block:
        block = self.next_block
        self.blocks.append(FakeBlock(block, {**self.blocks[-1].words, **changes}, events))
        return block

    def _at(self, block: Block) -> FakeBlock:
        self._answer()
        for each in self.blocks:
            if each.block.hash == block.hash:
                return each
        raise ChainUnreachableError(f"there is no block 0x{block.hash.hex()}")

    def _answer(self) -> None:
        if self.unreachable:
            raise ChainUnreachableError(self.unreachable)


@dataclass(frozen=True)
class FakeChainWriter:
    """An account on a `FakeChain`."""

    chain: FakeChain
    account: str

    def deploy(self, max_fee: int | None = None) -> tuple[Contract, ...]:
        cost = self.deployment_cost()
        if max_fee is not None and cost.total > max_fee:
            raise TransactionFailedError(f"it costs {cost.total}, and {max_fee} is allowed")
        return self.chain.deploy()

    def deployment_cost(self) -> Cost:
        missing = [
            each for each in deployments() if each.contract.address not in self.chain.code_hashes
        ]
        gas = DEPLOYMENT_GAS * len(missing)
        return Cost(gas, gas, GAS_PRICE, MAX_GAS_PRICE, BALANCE)

    def cost(self, action: Action) -> Cost:
        tried = copy(self.chain)
        tried.blocks = [*self.chain.blocks]
        gas = FakeChainWriter(tried, self.account).send(action).gas_used
        return Cost(gas, gas, GAS_PRICE, MAX_GAS_PRICE, BALANCE)

    def unsigned(self, action: Action, max_fee: int | None = None) -> UnsignedTransaction:
        gas = self._bounded(action, max_fee)
        data = keccak256(repr(action).encode())
        registry = packaged_registry().address
        return UnsignedTransaction(
            self.chain.id, self.account, registry, data, 0, gas, MAX_GAS_PRICE, GAS_PRICE
        )

    def send(self, action: Action, max_fee: int | None = None) -> TransactionReceipt:
        if max_fee is not None:
            self._bounded(action, max_fee)
        return FakeRegistry(self.chain, self.account).carry_out(action)

    def _bounded(self, action: Action, max_fee: int | None) -> int:
        cost = self.cost(action)
        if max_fee is not None and cost.total > max_fee:
            raise TransactionFailedError(f"it costs {cost.total}, and {max_fee} is allowed")
        return cost.gas_limit


def owner(account: str, valid_from: int = 0, until: int = FOREVER) -> AuthorityWord:
    """Return an owner, as `FakeChain.set_authority` takes it."""
    return AuthorityWord(account, valid_from, until, Role.OWNER)


def delegate(account: str, valid_from: int = 0, until: int = FOREVER) -> AuthorityWord:
    """Return a delegate, as `FakeChain.set_authority` takes it."""
    return AuthorityWord(account, valid_from, until, Role.DELEGATE)


def _matches(event: Registration, wanted: RegistrationFilter) -> bool:
    try:
        check_name(event.name)
    except ValueFormatError:
        return False
    return (
        wanted.publisher.lower() in ("", event.publisher.lower())
        and wanted.model_id in (b"", event.model_id)
        and wanted.artifact_root in (b"", event.artifact_root)
    )
