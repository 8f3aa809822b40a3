"""Releases by identity: by publisher, name and version, and by id."""

from __future__ import annotations

import pytest

from tests.unit.api.service import ALICE, BOB, FIRST, SECOND, Service, manifest_of
from weightmark.domain.actions import Revoke
from weightmark.domain.documents import hex_text, release_document
from weightmark.domain.identifiers import release_id_of
from weightmark.domain.registry import Reason
from weightmark.domain.statements import RevocationStatement

NAMED = f"/v1/releases/{ALICE}/acme/digits/1.0.0"
ID = hex_text(release_id_of(ALICE, "acme/digits", "1.0.0"))


def revoke(service: Service, reason: Reason) -> None:
    statement = RevocationStatement(ALICE, "acme/digits", "1.0.0", reason)
    service.chain.writer(ALICE).send(Revoke(statement, 0))


def test_a_release_is_the_document_of_the_command_line(service: Service) -> None:
    service.publish()
    view = service.application.lookup(FIRST).release(ALICE, "acme/digits", "1.0.0")
    document = release_document(view)
    assert service.get(NAMED) == document
    assert list(service.get(NAMED)) == list(document)


def test_a_release_is_found_by_its_id(service: Service) -> None:
    service.publish()
    assert service.get(f"/v1/releases/{ID}") == service.get(NAMED)
    assert service.get(f"/v1/releases/0x{ID[2:].upper()}") == service.get(NAMED)


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/releases/{ALICE}/acme%2Fdigits/1.0.0",
        f"/v1/releases/{ALICE.lower()}/acme/digits/1.0.0",
        "/v1/releases/acme/acme/digits/1.0.0",
        "/v1/releases/ac%6De/acme/digits/1%2E0.0",
        f"{NAMED}?chain=first",
        f"{NAMED}?chain=1001",
        f"{NAMED}?chain=",
    ],
)
def test_the_same_release_is_asked_for_in_many_ways(service: Service, path: str) -> None:
    service.publish()
    service.trust("acme", ALICE)
    assert service.get(path)["release_id"] == ID


@pytest.mark.parametrize(
    ("encoded", "version"), [("1.0+build%231", "1.0+build#1"), ("%25", "%"), ("a%3Fb", "a?b")]
)
def test_a_version_is_decoded_once(service: Service, encoded: str, version: str) -> None:
    service.publish("digits", version)
    assert service.get(f"/v1/releases/{ALICE}/digits/{encoded}")["version"] == version


@pytest.mark.parametrize("path", [NAMED, f"/v1/releases/{ID}"])
def test_a_revocation_is_told_at_once(service: Service, path: str) -> None:
    service.publish()
    client = service.client
    assert client.get(path).json()["status"] == "pending"
    revoke(service, Reason.COMPROMISED)
    document = client.get(path).json()
    assert (document["status"], document["revocation_reason"]) == ("revoked", "compromised")
    assert document["revoked_at"]


def test_a_release_that_nobody_registered_is_unknown(service: Service) -> None:
    service.publish(version="2.0.0")
    problem = service.get(NAMED, 404)
    assert problem["code"] == "unknown-release"
    assert "1.0.0" in problem["detail"]


def test_an_id_that_is_not_remembered_is_unknown(service: Service) -> None:
    service.publish(remembered=False)
    problem = service.get(f"/v1/releases/{ID}", 404)
    assert problem["code"] == "unknown-release"
    assert "publisher, name and version" in problem["hint"]


def test_an_id_that_is_remembered_but_not_registered_is_unknown(service: Service) -> None:
    service.remember(manifest_of(ALICE, "acme/digits", "1.0.0", {"a": b""}), FIRST)
    assert service.get(f"/v1/releases/{ID}", 404)["code"] == "unknown-release"


def test_the_same_id_on_two_chains_needs_the_chain(service: Service) -> None:
    service.publish()
    service.publish(network=SECOND)
    problem = service.get(f"/v1/releases/{ID}", 422)
    assert "1001, 1002" in problem["detail"]
    assert service.get(f"/v1/releases/{ID}?chain=second")["chain_id"] == SECOND.chain_id
    service.chains.chosen = FIRST
    assert service.get(f"/v1/releases/{ID}")["chain_id"] == FIRST.chain_id


def test_the_address_decides_on_its_chain_alone(service: Service) -> None:
    service.publish(network=SECOND)
    assert service.get(NAMED, 404)["code"] == "unknown-release"
    assert service.get(f"{NAMED}?chain=second")["chain_id"] == SECOND.chain_id


def test_a_trusted_address_brings_its_chain(service: Service) -> None:
    service.publish(network=SECOND)
    service.trust("acme", ALICE, SECOND)
    assert service.get(NAMED)["chain_id"] == SECOND.chain_id


def test_a_chain_that_contradicts_the_chosen_one_is_refused(service: Service) -> None:
    service.publish()
    service.chains.chosen = FIRST
    assert service.get(f"{NAMED}?chain=first")["chain_id"] == FIRST.chain_id
    for path in (NAMED, f"/v1/releases/{ID}", f"/v1/publishers/{ALICE}"):
        problem = service.get(f"{path}?chain=second", 400)
        assert (problem["code"], problem["exit_status"]) == ("usage", 2)


def test_releases_of_a_publisher_are_listed_the_oldest_first(service: Service) -> None:
    service.publish(version="1.0.0", remembered=False)
    service.publish(version="1.1.0", publisher=BOB)
    service.publish("other", "0.1", remembered=False)
    service.trust("acme", ALICE)
    listed = service.get(f"/v1/publishers/{ALICE}")
    assert [(each["name"], each["version"]) for each in listed] == [
        ("acme/digits", "1.0.0"),
        ("other", "0.1"),
    ]
    assert listed[0] == service.get(NAMED)
    assert service.get("/v1/publishers/acme") == listed
    assert service.get(f"/v1/publishers/{ALICE}?chain=second") == []
