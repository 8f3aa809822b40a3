"""What every `PinTarget` does, whoever keeps the content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from tests.fakes.blocks import Stored
from tests.fakes.pinning_service import TOKEN, pinning_service
from tests.kubo import KuboNode
from weightmark.adapters.ipfs.kubo import Kubo
from weightmark.adapters.ipfs.kubo_rpc import KuboRpc
from weightmark.adapters.ipfs.pinning_api import PinningApi
from weightmark.adapters.ipfs.pinning_service import Patience, PinningService
from weightmark.domain.content_address import cid_text
from weightmark.ports.blocks import PinTarget


@dataclass(frozen=True)
class Keeping:
    """A target, and how to look at what it keeps: its pins, as the texts of CIDs."""

    target: PinTarget
    pins: Callable[[], list[str]]


@contextmanager
def at_a_service() -> Iterator[Keeping]:
    with pinning_service() as service:
        patience = Patience(60, clock=lambda: 0.0, sleep=lambda _: None)
        target = PinningService(PinningApi(service.url, TOKEN), patience)

        def pins() -> list[str]:
            return [entry.pin.cid for entry in service.pins.values() if entry.status == "pinned"]

        yield Keeping(target, pins)


@contextmanager
def at_a_kubo_node(node: KuboNode) -> Iterator[Keeping]:
    before = node.pins()

    def pins() -> list[str]:
        return sorted(node.pins() - before)

    yield Keeping(Kubo(KuboRpc(node.url)), pins)
    for cid in pins():
        node.ipfs("pin", "rm", cid)


TARGETS: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[Keeping]]] = {
    "pinning service": lambda _: at_a_service(),
    "kubo": lambda request: at_a_kubo_node(request.getfixturevalue("kubo")),
}


@pytest.fixture(params=TARGETS.keys())
def keeping(request: pytest.FixtureRequest) -> Iterator[Keeping]:
    with TARGETS[request.param](request) as running:
        yield running


@pytest.fixture
def stored() -> Stored:
    return Stored()


def pin(keeping: Keeping, stored: Stored, root: bytes, label: str = "acme/digits@1.0.0") -> None:
    keeping.target.pin(root, label, stored, lambda _: None)


def test_what_is_pinned_is_kept(keeping: Keeping, stored: Stored) -> None:
    leaf = stored.raw(b"leaf")
    root = stored.directory({"leaf": leaf})
    assert keeping.pins() == []
    pin(keeping, stored, root)
    assert keeping.pins() == [cid_text(root)]


def test_what_is_kept_is_not_pinned_twice(keeping: Keeping, stored: Stored) -> None:
    first, second = stored.raw(b"first"), stored.raw(b"second")
    for root in (first, second, first):
        pin(keeping, stored, root)
    assert sorted(keeping.pins()) == sorted(map(cid_text, (first, second)))


@pytest.mark.parametrize("label", ["", "модель / 1", "x" * 1000], ids=["empty", "text", "long"])
def test_any_text_is_a_label(keeping: Keeping, stored: Stored, label: str) -> None:
    root = stored.raw(b"root")
    pin(keeping, stored, root, label)
    assert keeping.pins() == [cid_text(root)]


def test_a_target_has_a_name_that_can_be_shown(keeping: Keeping) -> None:
    assert keeping.target.name.isprintable()
    assert keeping.target.name
    assert TOKEN not in keeping.target.name
