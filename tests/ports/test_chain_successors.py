"""What every implementation of `ChainReader` tells of the successors of superseded releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.ports.chain_steps import REGISTRY, a_release, a_revocation
from weightmark.domain.actions import Register, Revoke
from weightmark.domain.registry import Reason
from weightmark.domain.statements import ReleaseStatement
from weightmark.ports.chain import Block, BlockTag, ChainReader, ChainWriter


def successors(
    reader: ChainReader, *releases: ReleaseStatement, block: Block | None = None
) -> Mapping[bytes, bytes]:
    upto = block or reader.block(BlockTag.LATEST)
    return reader.successors(REGISTRY.address, [each.release_id for each in releases], upto)


def test_successors_are_those_of_the_releases_that_are_asked_for(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    first, second, third = (a_release(publisher, version) for version in "123")
    for release in (first, second, third):
        publisher.send(Register(release, 0))
    for old, new in ((first, second), (second, third)):
        revocation = a_revocation(old, Reason.SUPERSEDED)
        publisher.send(Revoke(replace(revocation, successor=new.release_id), 0))
    told = {first.release_id: second.release_id, second.release_id: third.release_id}
    assert successors(reader, first, second, third) == told
    assert successors(reader, second) == {second.release_id: third.release_id}
    assert successors(reader, third) == {}
    assert successors(reader) == {}


def test_a_successor_is_told_since_its_block(reader: ChainReader, publisher: ChainWriter) -> None:
    first, second = a_release(publisher, "1"), a_release(publisher, "2")
    publisher.send(Register(first, 0))
    before = publisher.send(Register(second, 0)).block
    revocation = replace(a_revocation(first, Reason.SUPERSEDED), successor=second.release_id)
    publisher.send(Revoke(revocation, 0))
    assert successors(reader, first, block=before) == {}
    assert successors(reader, first) == {first.release_id: second.release_id}


def test_without_a_successor_none_is_told(reader: ChainReader, publisher: ChainWriter) -> None:
    for version, reason in (("1", Reason.SUPERSEDED), ("2", Reason.COMPROMISED)):
        release = a_release(publisher, version)
        publisher.send(Register(release, 0))
        publisher.send(Revoke(a_revocation(release, reason), 0))
        assert successors(reader, release) == {}
