"""Finding files among what was published or verified here, and the look-ups of the web API."""

from __future__ import annotations

import pytest

from tests.fakes.artifact import FakeArtifact, digest_of
from tests.unit.services.world import ALICE, BOB, FILES, NAME, SEPOLIA, World
from weightmark.domain.digests import DigestAlgorithm
from weightmark.errors import (
    ArtifactError,
    ChainUnreachableError,
    MissingPathError,
    UnknownReleaseError,
    ValueFormatError,
)
from weightmark.services.catalogue import Catalogue
from weightmark.services.documents import file_record_document
from weightmark.services.find import find_digest, find_file

WEIGHTS = digest_of(FILES["model.bin"], DigestAlgorithm.SHA2_256).hex


def test_a_file_is_found_by_its_digest(published: World) -> None:
    published.verify()
    (found,) = find_digest(WEIGHTS, published.records)
    document = file_record_document(found)
    assert (document["path"], document["size"]) == ("model.bin", 7)
    assert document["reference"] == f"{SEPOLIA.chain_id}:{ALICE}/{NAME}@1.0.0"
    assert document["deed"] == "verified"
    assert document["time"].startswith("20")


@pytest.mark.parametrize("algorithm", DigestAlgorithm)
def test_a_file_is_found_by_its_content(world: World, algorithm: DigestAlgorithm) -> None:
    world.publish(algorithm=algorithm)
    (found,) = find_file(FakeArtifact({"renamed": FILES["model.bin"]}), world.records)
    assert found.path == "model.bin"
    assert find_file(FakeArtifact({"model.bin": b"other"}), world.records) == ()


def test_what_is_neither_a_file_nor_a_digest(world: World) -> None:
    with pytest.raises(MissingPathError, match="is not a digest, and there is no such file"):
        find_digest("model.bin", world.records)


def test_a_file_that_cannot_be_read(world: World) -> None:
    artifact = FakeArtifact({"model.bin": b""}, unreadable={"model.bin"})
    with pytest.raises(ArtifactError, match="cannot be read"):
        find_file(artifact, world.records)


def catalogue(world: World) -> Catalogue:
    return Catalogue(world.chains, world.trust, world.records)


def test_who_else_registered_the_same_bytes_is_told(world: World) -> None:
    world.publish()
    world.account = BOB
    world.publish(publisher=BOB)
    found = catalogue(world).files(WEIGHTS)
    assert len(found) == 2
    for each in found:
        assert [view.registration.publisher for view in each.releases] == [ALICE, BOB]


def test_a_chain_out_of_reach_is_an_error_of_its_files_alone(world: World) -> None:
    world.publish()
    world.chain.unreachable = "no answer"
    (found,) = catalogue(world).files(WEIGHTS)
    assert found.releases == ()
    assert isinstance(found.error, ChainUnreachableError)


def test_a_release_by_reference_and_by_id(world: World) -> None:
    world.publish()
    view = catalogue(world).release("me", NAME, "1.0.0")
    release_id = f"0x{world.evidence.release_id.hex()}"
    assert catalogue(world).release_by_id(release_id) == view
    assert catalogue(world).release_by_id(release_id, "sepolia") == view
    assert catalogue(world).by_publisher(ALICE) == (view,)
    with pytest.raises(UnknownReleaseError, match="was published or verified here"):
        catalogue(world).release_by_id(release_id, "base")
    with pytest.raises(ValueFormatError, match="is not a release id"):
        catalogue(world).release_by_id(release_id[:-1])


def test_an_id_that_is_remembered_on_two_chains_needs_one(world: World) -> None:
    world.publish()
    (record,) = world.records.releases()
    fields = {name: getattr(record, name) for name in record.__slots__}
    other = type(record)(**(fields | {"chain_id": 8453}))
    world.records.remember(other, world.evidence.data)
    release_id = f"0x{world.evidence.release_id.hex()}"
    with pytest.raises(ValueFormatError, match="on several chains: 11155111, 8453"):
        catalogue(world).release_by_id(release_id)
    assert catalogue(world).release_by_id(release_id, "sepolia").chain_id == SEPOLIA.chain_id


@pytest.mark.parametrize(
    ("publisher", "name", "version"),
    [
        ("Me", NAME, "1"),
        ("me", "A", "1"),
        ("me", NAME, "1/0"),
        ("me", NAME, ""),
        ("nobody", NAME, "1"),
    ],
)
def test_values_that_mean_nothing(world: World, publisher: str, name: str, version: str) -> None:
    world.publish()
    with pytest.raises(ValueFormatError):
        catalogue(world).release(publisher, name, version)
