"""Publishing, while somebody with the same key is faster."""

from __future__ import annotations

import pytest

from tests.fakes.chain import FakeChainWriter
from tests.unit.services.overtaken import ASKED, Overtaken, at_each_moment
from tests.unit.services.world import ALICE, NAME, World, unseen
from weightmark.domain.actions import Action, Register
from weightmark.domain.statements import ReleaseStatement
from weightmark.errors import VersionExistsError
from weightmark.ports.chain import TransactionReceipt
from weightmark.services.evidence import Evidence
from weightmark.services.manifests import create_manifest
from weightmark.services.sidecars import MANIFEST


@at_each_moment
@pytest.mark.parametrize("is_beside", [True, False])
def test_another_release_of_that_version_that_was_faster_wins(
    world: World, is_beside: bool, moment: str
) -> None:
    if is_beside:
        world.publish("0.9")
    before = world.artifact.sidecars.get(MANIFEST)
    theirs = ReleaseStatement(ALICE, NAME, "1.0.0", b"\1" * 32, b"\2" * 32)
    writer = Overtaken(world.chain, ALICE, [Register(theirs)], moment)
    with pytest.raises(VersionExistsError, match="with another manifest or other files"):
        world.publisher(lambda: writer).publish(world.request(), unseen, ASKED)
    if is_beside:
        assert world.artifact.sidecars[MANIFEST] == before
    assert "1.0.0" not in {record.version for record in world.records.releases()}


def _ours(world: World) -> Register:
    made = create_manifest(world.artifact, world.request().draft, unseen)
    return Register(Evidence.of(made).statement)


@at_each_moment
def test_an_earlier_transaction_of_ours_that_was_faster_is_no_failure(
    world: World, moment: str
) -> None:
    writer = Overtaken(world.chain, ALICE, [_ours(world)], moment)
    publication = world.publisher(lambda: writer).publish(world.request(), unseen, ASKED)
    world.settle()
    assert publication.receipt is None
    assert len(world.registrations) == 1
    assert world.verify(f"me/{NAME}").verified


def test_a_draft_that_was_overtaken_is_done(world: World) -> None:
    writer = Overtaken(world.chain, ALICE, [_ours(world)], "cost")
    draft = world.publisher().draft(
        world.request(),
        unseen,
        lambda statement: writer.cost(Register(statement)),
        keep=False,
    )
    assert draft.drafted is None
    assert len(world.registrations) == 1


def test_what_is_refused_as_registered_and_is_not_there_is_no_success(world: World) -> None:
    """The block that carried it went away."""

    class Reorganised(FakeChainWriter):
        def send(self, action: Action, max_fee: int | None = None) -> TransactionReceipt:
            self.chain.mine()
            raise VersionExistsError("it is registered already")

    publisher = world.publisher(lambda: Reorganised(world.chain, ALICE))
    with pytest.raises(VersionExistsError, match="it is registered already"):
        publisher.publish(world.request(), unseen)
    assert world.records.releases() == ()
