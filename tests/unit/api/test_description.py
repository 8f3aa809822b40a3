"""The description of the API is whole, and true of what the API answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.unit.api.service import ALICE, DIGEST, Service
from weightmark.api import examples
from weightmark.api.documents import FoundFileDocument, HealthDocument, ProblemDocument
from weightmark.domain.documents import ReleaseDocument, hex_text
from weightmark.domain.identifiers import commitment_of, model_id_of, release_id_of

TOO_LONG = "x" * 1024
BY_ID = "/v1/releases/{release_id}"
BY_NAME = "/v1/releases/{publisher}/{name}/{version}"
PUBLISHER = "/v1/publishers/{publisher}"
FILES = "/v1/files/{digest}"
ID = hex_text(release_id_of(ALICE, "acme/digits", "1.0.0"))
GOOD = {
    "/healthz": "/healthz",
    BY_ID: f"/v1/releases/{ID}",
    BY_NAME: f"/v1/releases/{ALICE}/acme/digits/1.0.0",
    FILES: f"/v1/files/{DIGEST}",
    PUBLISHER: f"/v1/publishers/{ALICE}",
}
BAD = {
    BY_ID: "/v1/releases/0x",
    BY_NAME: f"/v1/releases/{ALICE}/A/1",
    FILES: "/v1/files/x",
    PUBLISHER: "/v1/publishers/0x",
}
UNKNOWN = {
    BY_ID: f"/v1/releases/0x{'00' * 32}",
    BY_NAME: f"/v1/releases/{ALICE}/acme/digits/9",
}
DOCUMENTS: dict[str, Any] = {
    "/healthz": HealthDocument,
    BY_ID: ReleaseDocument,
    BY_NAME: ReleaseDocument,
    FILES: list[FoundFileDocument],
    PUBLISHER: list[ReleaseDocument],
}


def unreachable(service: Service) -> None:
    service.chain.unreachable = "nobody answers"


def look_alike(service: Service) -> None:
    service.chain.code_hashes = dict.fromkeys(service.chain.code_hashes, bytes(32))


def contradicted(service: Service) -> None:
    service.chains.chosen = service.chains.network("second")


def without_records(service: Service) -> None:
    (service.directory / "records.sqlite3").write_bytes(b"not a database, " * 100)


def broken(service: Service) -> None:
    vars(service.application).update(catalogue=None, check_network=None)


def nothing(service: Service) -> None:
    """Leave the service as it is."""


def cause(route: str, status: str) -> tuple[str, Callable[[Service], None]]:
    """Return a path, and what to do before, so that a route answers with a status."""
    good = GOOD[route]
    causes = {
        "200": (good, nothing),
        "400": (f"{good}?chain=first", contradicted),
        "404": (UNKNOWN.get(route, ""), nothing),
        "414": (f"{good}?{TOO_LONG}", nothing),
        "422": (BAD.get(route, ""), nothing),
        "500": (good, broken),
        "502": (good, look_alike),
        "503": (good, without_records if route == FILES else unreachable),
    }
    return causes[status]


def test_all_routes_are_described_and_read_only(service: Service) -> None:
    described = service.get("/openapi.json")["paths"]
    assert set(described) == set(GOOD)
    assert {method for operations in described.values() for method in operations} == {"get"}


@pytest.mark.parametrize("route", GOOD)
def test_each_described_answer_occurs(
    service: Service, route: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    operation = service.get("/openapi.json")["paths"][route]["get"]
    assert operation["description"]
    for status, described in operation["responses"].items():
        fresh = Service(tmp_path_factory.mktemp("service"))
        fresh.publish()
        path, prepare = cause(route, status)
        prepare(fresh)
        answer = fresh.client.get(path)
        assert answer.status_code == int(status), f"{path}: {answer.text}"
        (media_type,) = described["content"]
        assert answer.headers["content-type"] == media_type
        assert described["description"]
        kind = DOCUMENTS[route] if status == "200" else ProblemDocument
        assert msgspec.convert(answer.json(), kind, strict=True) == answer.json()
        example = described["content"][media_type]["example"]
        assert msgspec.convert(example, kind, strict=True) == example


@pytest.mark.parametrize("route", GOOD)
def test_each_status_is_described(service: Service, route: str) -> None:
    responses = service.get("/openapi.json")["paths"][route]["get"]["responses"]
    expected = {200, 414, 500, 503}
    expected |= {400} if route in (BY_ID, BY_NAME, PUBLISHER) else set()
    expected |= {404} if route in UNKNOWN else set()
    expected |= {422} if route in BAD else set()
    expected |= {502} if route != FILES else set()
    assert {int(status) for status in responses} == expected


def test_every_parameter_has_a_description_and_an_example(service: Service) -> None:
    for operations in service.get("/openapi.json")["paths"].values():
        for parameter in operations["get"].get("parameters", []):
            assert parameter["description"]
            assert parameter["schema"]["examples"]


def test_every_reference_in_the_description_leads_somewhere(service: Service) -> None:
    description = service.get("/openapi.json")
    schemas = description["components"]["schemas"]
    text = service.client.get("/openapi.json").text
    references = {part.partition('"')[0] for part in text.split('"$ref":"')[1:]}
    assert references == {f"#/components/schemas/{name}" for name in schemas}
    assert "HTTPValidationError" not in schemas


def test_the_names_of_the_operations_are_unique(service: Service) -> None:
    paths = service.get("/openapi.json")["paths"].values()
    names = [operations["get"]["operationId"] for operations in paths]
    assert sorted(names) == sorted(set(names))


def test_the_example_is_true_of_itself() -> None:
    release = examples.RELEASE
    identity = (release["publisher"], release["name"], release["version"])
    assert release["release_id"] == hex_text(release_id_of(*identity))
    assert release["model_id"] == hex_text(model_id_of(*identity[:2]))
    words = (bytes.fromhex(release[name][2:]) for name in ("artifact_root", "manifest_hash"))
    assert release["commitment"] == hex_text(commitment_of(*words))
