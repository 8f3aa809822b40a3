"""What the contract tests of chains do in many places."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.domain.identifiers import model_id_of
from weightmark.domain.registry import (
    HeadWord,
    Reason,
    ReleaseState,
    ReleaseWord,
    head_slot,
    release_slots,
)
from weightmark.domain.statements import Registration, ReleaseStatement, RevocationStatement
from weightmark.errors import WeightmarkError
from weightmark.ports.chain import Block, BlockTag, ChainReader, ChainWriter, RegistrationFilter

REGISTRY = packaged_registry()


def a_release(
    publisher: ChainWriter, version: str = "1.0.0", name: str = "acme/digits"
) -> ReleaseStatement:
    return ReleaseStatement(
        publisher=publisher.account,
        name=name,
        version=version,
        artifact_root=secrets.token_bytes(32),
        manifest_hash=secrets.token_bytes(32),
        manifest_cid=b"\x01\x55\x12\x20" + secrets.token_bytes(32),
    )


def a_revocation(release: ReleaseStatement, reason: Reason) -> RevocationStatement:
    return RevocationStatement(release.publisher, release.name, release.version, reason)


def release_at(reader: ChainReader, release: ReleaseStatement, block: Block) -> ReleaseState:
    slots = release_slots(release.release_id)
    commitment, word = reader.words(REGISTRY.address, slots, block)
    return ReleaseState(commitment.to_bytes(32, "big"), ReleaseWord.unpack(word))


def release_now(reader: ChainReader, release: ReleaseStatement) -> ReleaseState:
    return release_at(reader, release, reader.block(BlockTag.LATEST))


def head_now(reader: ChainReader, release: ReleaseStatement) -> HeadWord:
    slot = head_slot(model_id_of(release.publisher, release.name))
    (word,) = reader.words(REGISTRY.address, [slot], reader.block(BlockTag.LATEST))
    return HeadWord.unpack(word)


def list_registrations(
    reader: ChainReader, wanted: RegistrationFilter, block: Block | None = None
) -> tuple[Registration, ...]:
    upto = block or reader.block(BlockTag.LATEST)
    return reader.registrations(REGISTRY.address, wanted, upto)


def refused(
    error: type[WeightmarkError], reader: ChainReader, action: Callable[[], object]
) -> WeightmarkError:
    """Carry out what must be refused, and make sure that it left no block."""
    before = reader.block(BlockTag.LATEST)
    with pytest.raises(error) as caught:
        action()
    assert reader.block(BlockTag.LATEST) == before
    return caught.value
