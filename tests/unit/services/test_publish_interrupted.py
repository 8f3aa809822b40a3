"""Publishing, cut off at every step: the next run completes it, with one registration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.services.signed import ED25519, P256
from tests.unit.services.world import ALICE, NAME, SEPOLIA, FakeChains, World, no_lock, unseen
from weightmark.domain.networks import LOCAL, Network
from weightmark.errors import TransactionFailedError
from weightmark.ports.signing import Signer
from weightmark.services.publish import Publisher

LATER = datetime(2027, 1, 1, tzinfo=UTC)


class Interrupted(BaseException):
    """Stands for a kill: nothing may catch it."""


@dataclass
class Fuse:
    """Interrupts before or after the n-th call of any port."""

    remaining: int
    after: bool
    last: str = ""

    def guard(self, port: object) -> Any:
        """Return ``port`` with every call counted."""
        return _Guarded(port, self)


class _Guarded:
    def __init__(self, port: object, fuse: Fuse) -> None:
        self._port = port
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            fuse = self._fuse
            fuse.remaining -= 1
            fuse.last = name
            if fuse.remaining == 0 and not fuse.after:
                raise Interrupted
            try:
                return found(*arguments, **options)
            finally:
                if fuse.remaining == 0:
                    raise Interrupted

        return call


def interrupted(world: World, count: int, signers: Sequence[Signer], *, after: bool) -> str:
    """Publish, interrupted at a call; return the call's name, or nothing if it was not reached."""
    fuse = Fuse(count, after)
    publisher = Publisher(
        FakeChains({world.network.chain_id: fuse.guard(world.chain)}, default=world.network),
        lambda: fuse.guard(world.chain.writer(ALICE)),
        fuse.guard(world.trust),
        fuse.guard(world.records),
        world.clock,
        no_lock,
        fuse.guard(world.store),
    )
    request = replace(world.request(signers=signers), artifact=fuse.guard(world.artifact))
    try:
        publisher.publish(request, unseen)
    except Interrupted:
        return fuse.last
    return ""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("network", "signers"),
    [(SEPOLIA, ()), (LOCAL, ()), (SEPOLIA, (P256, ED25519))],
    ids=["public", "local", "signed"],
)
def test_a_publish_that_is_cut_off_anywhere_is_completed_by_the_next(
    tmp_path: Path, network: Network, signers: Sequence[Signer], after: bool
) -> None:
    names = []
    for count in range(1, 100):
        world = World(tmp_path / str(count), network)
        world.chain.code_hashes = {} if network is LOCAL else world.chain.code_hashes
        names.append(interrupted(world, count, signers, after=after))
        publication = world.publish(created=LATER, signers=signers)
        assert len(world.registrations) == 1, names[-1]
        assert world.verify(f"me/{NAME}").verified, names[-1]
        assert world.evidence.manifest == publication.manifest
        assert len(world.records.releases(publisher=ALICE)) == 2, names[-1]
        if not names[-1]:
            break
    steps = {"list", "hash_together", "adding", "manifests", "read_sidecar", "code_hash"}
    steps |= {"write_sidecar", "send"}
    asked = {"deploy"} if network is LOCAL else {"words"}
    assert steps | asked | {"remember", "load", "add", ""} <= set(names)


def test_a_transaction_that_is_lost_is_sent_by_the_next_run(world: World) -> None:
    world.chain.drop()
    with pytest.raises(TransactionFailedError, match="no block carries the transaction"):
        world.publish()
    assert world.records.releases() == ()
    assert world.publish(created=LATER).manifest.created == "2026-11-21T09:00:00Z"
    assert len(world.registrations) == 1


def test_a_registration_that_a_reorganisation_took_away_is_made_again(world: World) -> None:
    world.publisher().publish(world.request(), unseen)
    world.chain.reorganise(1)
    assert world.registrations == []
    assert world.publish().receipt is not None
    assert world.verify(f"me/{NAME}").verified
