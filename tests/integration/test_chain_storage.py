"""The words that the real contract stores, and `domain.registry`, which reads them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
from eth_account import Account
from eth_utils.address import to_checksum_address
from web3 import Web3
from web3.contract import Contract

from tests.eth_tester_transport import CHAIN_ID, EthTesterTransport
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.adapters.chain.rpc_writer import RpcChainWriter
from weightmark.adapters.chain.sending.patience import Patience
from weightmark.contracts import load
from weightmark.domain import registry
from weightmark.domain.actions import Register, Revoke
from weightmark.domain.identifiers import model_id_of
from weightmark.domain.registry import (
    FOREVER,
    AuthorityWord,
    HeadWord,
    Reason,
    ReleaseWord,
    Role,
    Status,
)
from weightmark.domain.statements import ReleaseStatement, RevocationStatement
from weightmark.errors import NotAuthorizedError
from weightmark.ports.chain import BlockTag

REGISTRY = packaged_registry()
# eth-tester's first two accounts have the keys 1 and 2.
OWNER_KEY, DELEGATE_KEY = bytes(31) + b"\x01", bytes(31) + b"\x02"
WriterOf = Callable[[EthTesterTransport, bytes], RpcChainWriter]
FINGERPRINT = b"\xfe" * 32


@pytest.fixture(scope="module")
def transport(writer_of: WriterOf) -> EthTesterTransport:
    """Return a chain with the registry."""
    transport = EthTesterTransport()
    writer_of(transport, OWNER_KEY).deploy()
    return transport


@pytest.fixture(scope="module")
def writer_of(tmp_path_factory: pytest.TempPathFactory) -> WriterOf:
    """Return what opens a chain for the account of a key."""
    journals = tmp_path_factory.mktemp("transactions")
    return lambda transport, key: RpcChainWriter(
        transport, key, chain_id=CHAIN_ID, journals=journals, patience=Patience(poll=0.01)
    )


def contract_of(transport: EthTesterTransport) -> Contract:
    abi = list(load("ModelRegistry").abi)
    contract: Contract = Web3(transport.provider).eth.contract(
        address=to_checksum_address(REGISTRY.address), abi=abi
    )
    return contract


def word(transport: EthTesterTransport, slot: int) -> int:
    reader = RpcChainReader(transport, is_local=True)
    (found,) = reader.words(REGISTRY.address, [slot], reader.block(BlockTag.LATEST))
    return found


def send(transport: EthTesterTransport, name: str, *arguments: Any) -> int:
    """Call a function as the owner, and return the time of the block."""
    contract = contract_of(transport)
    owner = Account.from_key(OWNER_KEY).address
    sent = contract.functions[name](*arguments).transact({"from": owner})
    block = contract.w3.eth.get_transaction_receipt(sent)["blockNumber"]
    return contract.w3.eth.get_block(block)["timestamp"]


def test_the_slots_are_those_of_the_compiler() -> None:
    text = resources.files("weightmark.contracts").joinpath("ModelRegistry.json").read_text()
    layout = {each["label"]: each["slot"] for each in json.loads(text)["storageLayout"]}
    assert layout == {
        "_releases": registry.RELEASES_SLOT,
        "_heads": registry.HEADS_SLOT,
        "_authorities": registry.AUTHORITIES_SLOT,
        "_authorityCounts": registry.AUTHORITY_COUNTS_SLOT,
        "_signingKeys": registry.SIGNING_KEYS_SLOT,
    }


def test_release_and_head_lie_where_the_contract_reads_them(
    transport: EthTesterTransport, writer_of: WriterOf
) -> None:
    writer, contract = writer_of(transport, OWNER_KEY), contract_of(transport)
    release = ReleaseStatement(
        writer.account, "acme/words", "1", secrets.token_bytes(32), secrets.token_bytes(32)
    )
    writer.send(Register(release, 0))
    writer.send(
        Revoke(RevocationStatement(writer.account, "acme/words", "1", Reason.SUPERSEDED), 0)
    )
    first, second = registry.release_slots(release.release_id)
    commitment, packed = contract.functions.release(release.release_id).call()
    assert commitment == release.commitment
    assert word(transport, first) == int.from_bytes(commitment, "big")
    assert word(transport, second) == packed
    model_id = model_id_of(writer.account, "acme/words")
    head = contract.functions.head(model_id).call()
    assert word(transport, registry.head_slot(model_id)) == head == HeadWord.unpack(head).packed


def test_authorities_lie_where_the_contract_reads_them(
    transport: EthTesterTransport, writer_of: WriterOf
) -> None:
    owner, delegate = (writer_of(transport, key) for key in (OWNER_KEY, DELEGATE_KEY))
    contract = contract_of(transport)
    assert word(transport, registry.authority_count_slot(owner.account)) == 0
    until = FOREVER - 5
    arguments = (owner.account, 0, delegate.account, int(Role.DELEGATE), until)
    added = send(transport, "addAuthority", *arguments)
    assert word(transport, registry.authority_count_slot(owner.account)) == 1
    packed = word(transport, registry.authority_slot(owner.account, 1))
    assert packed == contract.functions.authority(owner.account, 1).call()
    assert AuthorityWord.unpack(packed, publisher=owner.account, index=1) == AuthorityWord(
        delegate.account.lower(), added, until, Role.DELEGATE
    )
    send(transport, "endAuthority", owner.account, 0, 1, added + 1)
    ended = AuthorityWord.unpack(
        word(transport, registry.authority_slot(owner.account, 1)), publisher=owner.account, index=1
    )
    assert ended is not None
    assert (ended.valid_from, ended.until) == (added, added + 1)


def test_a_delegate_registers_under_its_index_and_does_not_revoke(
    transport: EthTesterTransport, writer_of: WriterOf
) -> None:
    owner, delegate = (writer_of(transport, key) for key in (OWNER_KEY, DELEGATE_KEY))
    arguments = (owner.account, 0, delegate.account, int(Role.DELEGATE), FOREVER)
    send(transport, "addAuthority", *arguments)
    index = contract_of(transport).functions.authorityCount(owner.account).call()
    release = ReleaseStatement(owner.account, "acme/delegated", "1", bytes(32), bytes(32))
    time = delegate.send(Register(release, index)).block.timestamp
    found = ReleaseWord.unpack(word(transport, registry.release_slots(release.release_id)[1]))
    assert found == ReleaseWord(time, 1, Status.REGISTERED, Reason.NONE, time, index)
    revocation = RevocationStatement(owner.account, "acme/delegated", "1", Reason.WITHDRAWN)
    with pytest.raises(NotAuthorizedError):
        delegate.send(Revoke(revocation, index))


def test_the_identity_is_written_when_it_ends(
    transport: EthTesterTransport, writer_of: WriterOf
) -> None:
    # Another identity, as this one cannot act afterwards.
    transport_of_its_own = EthTesterTransport()
    owner = writer_of(transport_of_its_own, OWNER_KEY)
    owner.deploy()
    slot = registry.authority_slot(owner.account, 0)
    assert word(transport_of_its_own, slot) == 0
    implied = AuthorityWord.unpack(0, publisher=owner.account, index=0)
    assert implied is not None
    end = send(transport_of_its_own, "endAuthority", owner.account, 0, 0, FOREVER - 1)
    written = AuthorityWord.unpack(
        word(transport_of_its_own, slot), publisher=owner.account, index=0
    )
    assert written == AuthorityWord(
        owner.account.lower(), implied.valid_from, FOREVER - 1, Role.OWNER
    )
    assert end > 0


def test_signing_keys_lie_where_the_contract_reads_them(
    transport: EthTesterTransport, writer_of: WriterOf
) -> None:
    owner = writer_of(transport, OWNER_KEY).account
    added = send(transport, "addSigningKey", owner, 0, FINGERPRINT, 4, FOREVER)
    packed = word(transport, registry.signing_key_slot(owner, FINGERPRINT))
    assert packed == contract_of(transport).functions.signingKey(owner, FINGERPRINT).call()
    assert packed == added << 160 | FOREVER << 200 | 4 << 240
