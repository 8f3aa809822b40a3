"""What every implementation of `ChainReader` tells of registrations."""

from __future__ import annotations

import secrets
from dataclasses import replace

from tests.ports.chain_backends import ChainBackend
from tests.ports.chain_steps import a_release, list_registrations
from weightmark.domain.actions import Register
from weightmark.domain.identifiers import model_id_of
from weightmark.domain.statements import Registration
from weightmark.ports.chain import BlockTag, ChainReader, ChainWriter, RegistrationFilter


def test_the_longest_statement_is_accepted(reader: ChainReader, publisher: ChainWriter) -> None:
    release = replace(
        a_release(publisher, "v" * 64, "n" * 128), manifest_cid=secrets.token_bytes(64)
    )
    publisher.send(Register(release, 0))
    (found,) = list_registrations(reader, RegistrationFilter(publisher=publisher.account))
    assert (found.name, found.version) == (release.name, release.version)
    assert found.manifest_cid == release.manifest_cid


def test_a_registration_tells_everything(reader: ChainReader, publisher: ChainWriter) -> None:
    release = a_release(publisher)
    receipt = publisher.send(Register(release, 0))
    assert list_registrations(reader, RegistrationFilter(publisher=publisher.account)) == (
        Registration(
            release_id=release.release_id,
            publisher=publisher.account,
            name=release.name,
            version=release.version,
            artifact_root=release.artifact_root,
            manifest_hash=release.manifest_hash,
            manifest_cid=release.manifest_cid,
            registered_at=receipt.block.timestamp,
            sequence=1,
            authority_index=0,
            block_number=receipt.block.number,
            transaction_hash=receipt.transaction_hash,
        ),
    )


def test_a_version_that_no_client_accepts_is_a_link_of_its_model(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    release = a_release(publisher, "not a version")
    publisher.send(Register(release, 0))
    (found,) = list_registrations(reader, RegistrationFilter(publisher=publisher.account))
    assert found.release_id == release.release_id
    assert found.version == "not a version (no version)"


def test_registrations_are_filtered(
    backend: ChainBackend, reader: ChainReader, publisher: ChainWriter
) -> None:
    other = backend.writer()
    first, second = a_release(publisher, "1"), a_release(publisher, "2")
    third = a_release(publisher, "1", "acme/other")
    copy = replace(a_release(other), artifact_root=first.artifact_root)
    for writer, release in ((publisher, first), (publisher, second), (publisher, third)):
        writer.send(Register(release, 0))
    other.send(Register(copy, 0))

    def found(wanted: RegistrationFilter) -> list[bytes]:
        return [each.release_id for each in list_registrations(reader, wanted)]

    model_id = model_id_of(publisher.account, "acme/digits")
    root = first.artifact_root
    mine = [each.release_id for each in (first, second, third)]
    assert found(RegistrationFilter(publisher=publisher.account)) == mine
    assert found(RegistrationFilter(publisher=publisher.account.lower())) == mine
    assert found(RegistrationFilter(model_id=model_id)) == mine[:2]
    assert found(RegistrationFilter(artifact_root=root)) == [mine[0], copy.release_id]
    assert found(RegistrationFilter(other.account, artifact_root=root)) == [copy.release_id]
    assert found(RegistrationFilter(other.account, model_id=model_id)) == []
    assert set(mine) < set(found(RegistrationFilter()))


def test_registrations_end_at_the_block(reader: ChainReader, publisher: ChainWriter) -> None:
    wanted = RegistrationFilter(publisher=publisher.account)
    before = reader.block(BlockTag.LATEST)
    first, second = a_release(publisher, "1"), a_release(publisher, "2")
    middle = publisher.send(Register(first, 0)).block
    publisher.send(Register(second, 0))
    assert list_registrations(reader, wanted, before) == ()
    assert [each.version for each in list_registrations(reader, wanted, middle)] == ["1"]


def test_an_event_that_no_client_can_ask_for_spoils_no_list(
    reader: ChainReader, publisher: ChainWriter
) -> None:
    good = a_release(publisher, "1")
    publisher.send(Register(replace(good, name="Not A Name"), 0))
    publisher.send(Register(good, 0))
    wanted = RegistrationFilter(publisher=publisher.account)
    assert [each.name for each in list_registrations(reader, wanted)] == [good.name]
