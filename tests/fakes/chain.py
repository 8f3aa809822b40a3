"""A chain in memory, with the registry's rules in plain Python, that tests can bend at will."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from tests.fakes.ownership import packed, words_after
from weightmark.adapters.chain.deployment import deployments, packaged_registry
from weightmark.adapters.chain.events import shown_version
from weightmark.domain.actions import (
    Action,
    AddAuthority,
    AddSigningKey,
    EndAuthority,
    EndSigningKey,
    OwnersAction,
    Register,
    Revoke,
)
from weightmark.domain.contracts import Contract
from weightmark.domain.fees import Cost
from weightmark.domain.identifiers import (
    check_name,
    checksum_address,
    model_id_of,
)
from weightmark.domain.keccak import keccak256, uint_word
from weightmark.domain.registry import (
    FOREVER,
    AuthorityWord,
    HeadWord,
    Reason,
    ReleaseWord,
    Role,
    Status,
    authority_slot,
    head_slot,
    release_slots,
)
from weightmark.domain.statements import NO_SUCCESSOR, Registration, ReleaseStatement
from weightmark.domain.statements import RevocationStatement as Revocation
from weightmark.errors import (
    AlreadyRevokedError,
    ChainUnreachableError,
    NotAuthorizedError,
    StatementRefusedError,
    TransactionFailedError,
    ValueFormatError,
    VersionExistsError,
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
        return TransactionReceipt(_transaction_hash(block.number), block, 50_000)

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

    def deploy(self) -> tuple[Contract, ...]:
        return self.chain.deploy()

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
        match action:
            case Register(statement, index):
                return self._register(statement, index)
            case Revoke(revocation, index):
                return self._revoke(revocation, index)
            case AddAuthority() | EndAuthority() | AddSigningKey() | EndSigningKey():
                return self._own(action)
            case _:
                raise TransactionFailedError(f"a fake chain cannot {type(action).__name__}")

    def _bounded(self, action: Action, max_fee: int | None) -> int:
        cost = self.cost(action)
        if max_fee is not None and cost.total > max_fee:
            raise TransactionFailedError(f"it costs {cost.total}, and {max_fee} is allowed")
        return cost.gas_limit

    def _register(self, statement: ReleaseStatement, authority_index: int) -> TransactionReceipt:
        self._check_authority(statement.publisher, authority_index)
        _check_lengths(statement.name, statement.version, statement.manifest_cid)
        first, second = release_slots(statement.release_id)
        self._check_free(statement, self._release(second))
        slot = head_slot(model_id_of(statement.publisher, statement.name))
        head = HeadWord.unpack(self.chain.word(slot))
        following = head.next(statement.release_id, statement.commitment)
        if statement.expected_sequence not in (0, following.sequence):
            raise StatementRefusedError(
                f"number {statement.expected_sequence} was expected, not {following.sequence}"
            )
        time = self.chain.next_block.timestamp
        word = ReleaseWord(
            time, following.sequence, Status.REGISTERED, Reason.NONE, time, authority_index
        )
        words = {
            first: int.from_bytes(statement.commitment, "big"),
            second: _packed(word),
            slot: following.packed,
        }
        return self.chain.transact(words, (self._event(statement, word),))

    def _revoke(self, statement: Revocation, authority_index: int) -> TransactionReceipt:
        self._check_owner(statement.publisher, authority_index)
        _check_lengths(statement.name, statement.version)
        if statement.reason is Reason.NONE:
            raise StatementRefusedError("0 is no reason")
        if statement.successor != NO_SUCCESSOR and statement.reason is not Reason.SUPERSEDED:
            raise StatementRefusedError(f"a successor, 0x{statement.successor.hex()}")
        release = ReleaseStatement(
            statement.publisher, statement.name, statement.version, bytes(32), bytes(32)
        )
        second = release_slots(release.release_id)[1]
        word = self._release(second)
        gives_way = word.reason is Reason.SUPERSEDED and statement.reason is not Reason.SUPERSEDED
        if word.is_revoked and not gives_way:
            raise AlreadyRevokedError(
                f"0x{release.release_id.hex()} is revoked already, as {word.reason.label}"
            )
        time = self.chain.next_block.timestamp
        revoked = replace(word, status=Status.REVOKED, reason=statement.reason, status_at=time)
        receipt = self.chain.transact({second: _packed(revoked)})
        if statement.successor != NO_SUCCESSOR:
            self.chain.blocks[-1].successors[release.release_id] = statement.successor
        return receipt

    def _own(self, action: OwnersAction) -> TransactionReceipt:
        self._check_owner(action.publisher, action.owner_index)
        now = self.chain.next_block.timestamp
        receipt = self.chain.transact(words_after(action, self.chain.word, now))
        if isinstance(action, AddSigningKey):
            told = (action.publisher.lower(), action.fingerprint)
            self.chain.blocks[-1].signing_keys.append(told)
        return receipt

    def _release(self, slot: int) -> ReleaseWord:
        return ReleaseWord.unpack(self.chain.word(slot))

    def _check_free(self, statement: ReleaseStatement, word: ReleaseWord) -> None:
        shown = f"0x{statement.release_id.hex()}"
        if word.is_registered:
            raise VersionExistsError(f"{shown} is registered already")
        if word.is_revoked:
            raise AlreadyRevokedError(f"{shown} is revoked already, as {word.reason.label}")

    def _check_authority(self, publisher: str, index: int) -> AuthorityWord:
        word = self.chain.word(authority_slot(publisher, index))
        authority = AuthorityWord.unpack(word, publisher=publisher, index=index)
        time = self.chain.next_block.timestamp
        if (
            authority is None
            or authority.account.lower() != self.account.lower()
            or not authority.is_valid_at(time)
        ):
            raise self._not_authorized(publisher, index)
        return authority

    def _check_owner(self, publisher: str, index: int) -> None:
        if self._check_authority(publisher, index).role is not Role.OWNER:
            raise self._not_authorized(publisher, index)

    def _not_authorized(self, publisher: str, index: int) -> NotAuthorizedError:
        shown = checksum_address(publisher)
        return NotAuthorizedError(f"{self.account} is not authority {index} of {shown}")

    def _event(self, statement: ReleaseStatement, word: ReleaseWord) -> Registration:
        number = self.chain.next_block.number
        return Registration(
            release_id=statement.release_id,
            publisher=checksum_address(statement.publisher),
            name=statement.name,
            version=shown_version(statement.version.encode()),
            artifact_root=statement.artifact_root,
            manifest_hash=statement.manifest_hash,
            manifest_cid=statement.manifest_cid,
            registered_at=word.registered_at,
            sequence=word.sequence,
            authority_index=word.authority_index,
            block_number=number,
            transaction_hash=_transaction_hash(number),
        )


def owner(account: str, valid_from: int = 0, until: int = FOREVER) -> AuthorityWord:
    """Return an owner, as `FakeChain.set_authority` takes it."""
    return AuthorityWord(account, valid_from, until, Role.OWNER)


def delegate(account: str, valid_from: int = 0, until: int = FOREVER) -> AuthorityWord:
    """Return a delegate, as `FakeChain.set_authority` takes it."""
    return AuthorityWord(account, valid_from, until, Role.DELEGATE)


def _packed(word: ReleaseWord) -> int:
    return (
        word.registered_at
        | word.sequence << 40
        | word.status << 80
        | word.reason << 88
        | word.status_at << 96
        | word.authority_index << 136
    )


def _check_lengths(name: str, version: str, cid: bytes = b"") -> None:
    for value, most in ((name.encode(), 128), (version.encode(), 64)):
        if not 1 <= len(value) <= most:
            raise StatementRefusedError(f"{len(value)} bytes, not 1 to {most}")
    if len(cid) > 64:
        raise StatementRefusedError(f"{len(cid)} bytes, not at most 64")


def _transaction_hash(number: int) -> bytes:
    return keccak256(b"transaction" + uint_word(number))


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
