"""Files by content: what is remembered, and everybody who registered the same bytes."""

from __future__ import annotations

from tests.unit.api.service import (
    ALICE,
    BOB,
    CONTENT,
    DIGEST,
    FIRST,
    SECOND,
    UNREADABLE,
    Service,
    manifest_of,
)
from weightmark.ports.records import ReleaseDeed
from weightmark.services.documents import file_record_document

PATH = f"/v1/files/{DIGEST}"


def test_a_file_is_the_document_of_the_command_line_with_its_releases(service: Service) -> None:
    service.publish()
    (found,) = service.get(PATH)
    (record,) = service.application.find(DIGEST)
    assert found == {
        **file_record_document(record),
        "releases": [service.get(f"/v1/releases/{ALICE}/acme/digits/1.0.0")],
        "error": None,
    }


def test_every_publisher_of_the_same_bytes_is_listed_with_its_time(service: Service) -> None:
    service.publish(publisher=BOB, name="copied", remembered=False)
    service.publish()
    (found,) = service.get(PATH)
    assert [each["publisher"] for each in found["releases"]] == [BOB, ALICE]
    assert all(each["registered_at"] for each in found["releases"])
    assert '"author"' not in service.client.get(PATH).text


def test_releases_of_other_bytes_are_not_listed(service: Service) -> None:
    service.publish(version="2.0.0", files={"vocabulary.txt": CONTENT, "more": b""})
    service.publish(version="3.0.0", files={"other": b""})
    (found,) = service.get(PATH)
    assert [each["version"] for each in found["releases"]] == ["2.0.0"]


def test_a_file_that_is_in_several_releases_is_found_in_each(service: Service) -> None:
    service.publish()
    service.publish(version="2.0.0", files={"a/b": CONTENT, "c": CONTENT})
    found = service.get(PATH)
    assert [each["path"] for each in found] == ["vocabulary.txt", "a/b", "c"]
    assert [len(each["releases"]) for each in found] == [1, 1, 1]


def test_an_unknown_digest_is_an_empty_list(service: Service) -> None:
    service.publish()
    assert service.get(f"/v1/files/1e20{DIGEST[4:]}") == []


def test_what_is_remembered_and_not_registered_has_no_release(service: Service) -> None:
    manifest = manifest_of(ALICE, "acme/digits", "1.0.0", {"a": CONTENT})
    service.remember(manifest, FIRST, ReleaseDeed.VERIFIED)
    (found,) = service.get(PATH)
    assert (found["deed"], found["releases"], found["error"]) == ("verified", [], None)


def test_a_chain_out_of_reach_spoils_only_its_own_files(service: Service) -> None:
    service.publish()
    service.publish(network=SECOND)
    service.chains.chains[SECOND.chain_id].unreachable = "nobody answers"
    first, second = service.get(PATH)
    assert len(first["releases"]) == 1
    assert first["error"] is None
    assert second["releases"] == []
    assert second["error"]["code"] == "chain-unreachable"
    assert second["error"]["message"] == "nobody answers"


def test_what_the_operator_alone_may_know_is_not_told(service: Service) -> None:
    service.remember(manifest_of(ALICE, "acme/digits", "1.0.0", {"a": CONTENT}), UNREADABLE)
    (found,) = service.get(PATH)
    assert found["error"]["code"] == "bad-configuration"
    assert "/secret/path" not in str(found)
