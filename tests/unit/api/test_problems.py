"""Every error is a problem document of RFC 9457, from the one tree of errors."""

from __future__ import annotations

import logging
import string
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from tests.unit.api.service import ALICE, DIGEST, UNREADABLE, Service
from weightmark.api.documents import ProblemDocument
from weightmark.api.problems import PROBLEM_MEDIA_TYPE, SECURITY_HEADERS
from weightmark.domain.networks import Network
from weightmark.errors import (
    ConfigurationError,
    LockTimeoutError,
    StorageError,
    WeightmarkError,
    all_errors,
)
from weightmark.ports.chain import Block

PRIVATE = {ConfigurationError, LockTimeoutError, StorageError}
SECRET = "/home/operator/secret"


def raising(service: Service, error: Exception) -> TestClient:
    """Return a client of an API whose health route raises."""

    def fail(network: Network) -> Block:
        raise error

    vars(service.application)["check_network"] = fail
    return service.client


def problem_of(answer: Any) -> ProblemDocument:
    """Return the problem that an answer has to be."""
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
    document: ProblemDocument = answer.json()
    assert list(document) == list(ProblemDocument.__annotations__)
    assert document["status"] == answer.status_code
    assert document["type"] == f"urn:weightmark:error:{document['code']}"
    assert document["title"].lower().replace(" ", "-") == document["code"]
    assert document["code"] in {error.code for error in all_errors()}
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    return document


@pytest.mark.parametrize("error", sorted(set(all_errors()) - PRIVATE, key=str))
def test_each_error_is_told_as_it_is(service: Service, error: type[WeightmarkError]) -> None:
    answer = raising(service, error("what is wrong", hint="what to do")).get("/healthz")
    assert answer.status_code == error.http_status
    document = problem_of(answer)
    assert (document["code"], document["exit_status"]) == (error.code, error.exit_status)
    assert (document["detail"], document["hint"]) == ("what is wrong", "what to do")


@pytest.mark.parametrize("error", sorted(PRIVATE, key=str))
def test_what_the_operator_alone_may_know_goes_to_the_log(
    service: Service, error: type[WeightmarkError], caplog: pytest.LogCaptureFixture
) -> None:
    answer = raising(service, error(f"{SECRET}\x1b[2J", hint=SECRET)).get("/healthz")
    document = problem_of(answer)
    assert answer.status_code == 503
    assert document["code"] == error.code
    assert SECRET not in answer.text
    assert [record.getMessage() for record in caplog.records] == [f"{SECRET}\\x1b[2J; {SECRET}"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_foreign_exception_is_not_told_but_logged(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    answer = raising(service, RuntimeError(SECRET)).get("/healthz")
    assert answer.status_code == 500
    document = problem_of(answer)
    assert (document["code"], document["exit_status"]) == ("error", 3)
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    assert "Traceback" not in answer.text
    (logged,) = caplog.records
    assert logged.exc_info
    assert str(logged.exc_info[1]) == SECRET


def test_a_foreign_http_exception_keeps_its_status_alone(service: Service) -> None:
    answer = raising(service, HTTPException(418, SECRET)).get("/healthz")
    document = problem_of(answer)
    assert (document["status"], document["code"]) == (418, "usage")
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/docs",
        "/redoc",
        "/v1",
        "/v1/releases",
        "/v1/releases/",
        f"/v1/releases/{ALICE}/digits/1/",
        f"/v1/files/{DIGEST}/x",
        "/healthz/",
        "/%1b%5b2J%E2%80%AE",
    ],
)
def test_an_unknown_route_is_not_found(service: Service, path: str) -> None:
    answer = service.client.get(path)
    assert answer.status_code == 404
    document = problem_of(answer)
    assert document["code"] == "missing-path"
    assert document["detail"].isprintable()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    "path", ["/healthz", f"/v1/releases/{ALICE}/digits/1", f"/v1/files/{DIGEST}"]
)
def test_other_methods_are_not_allowed(service: Service, method: str, path: str) -> None:
    answer = service.client.request(method, path, headers={"Origin": "http://other.example"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert not [name for name in answer.headers if name.startswith("access-control")]
    if method != "HEAD":
        assert problem_of(answer)["exit_status"] == 2


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/v1/releases/0x12", "release id"),
        (f"/v1/releases/{'0x' + 'g' * 64}", "release id"),
        ("/v1/releases/0x12/digits/1", "address"),
        ("/v1/releases/0x52908400098527886E0F7030069857D2E4169Ee7/digits/1", "checksum"),
        ("/v1/releases/NOBODY/digits/1", "nickname"),
        ("/v1/releases/nobody/digits/1", "nobody"),
        (f"/v1/releases/{ALICE}/Digits/1", "model name"),
        (f"/v1/releases/{ALICE}/digits//1", "model name"),
        (f"/v1/releases/{ALICE}//1", "model name"),
        (f"/v1/releases/{ALICE}/digits/a@b", "version"),
        (f"/v1/releases/{ALICE}/digits/a%20b", "version"),
        (f"/v1/releases/{ALICE}/digits/1?chain=nowhere", "nowhere"),
        (f"/v1/releases/{ALICE}/digits/1?chain={'9' * 65}", "chain"),
        ("/v1/publishers/0x12", "address"),
        (f"/v1/files/{DIGEST.upper()}", "digest"),
        ("/v1/files/1220", "digest"),
    ],
)
def test_a_value_without_its_form_is_named(service: Service, path: str, named: str) -> None:
    answer = service.client.get(path)
    assert answer.status_code == 422, answer.text
    document = problem_of(answer)
    assert (document["code"], document["exit_status"]) == ("bad-value", 4)
    assert named in document["detail"]


def test_a_chain_without_an_endpoint_is_not_the_clients_fault(service: Service) -> None:
    answer = service.client.get(f"/v1/publishers/{ALICE}?chain={UNREADABLE.name}")
    assert answer.status_code == 503
    assert "/secret/path" not in answer.text


CHAINS = st.text(st.sampled_from(string.printable) | st.characters(codec="utf-8"), max_size=40)
SEGMENTS = st.lists(st.binary(max_size=12), max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prefix=st.sampled_from(["/", "/v1/releases/", f"/v1/releases/{ALICE}/", "/v1/files/"]),
    segments=SEGMENTS,
    chain=CHAINS,
)
def test_whatever_is_asked_the_answer_is_a_problem(
    service: Service, prefix: str, segments: list[bytes], chain: str
) -> None:
    encoded = "/".join("".join(f"%{byte:02x}" for byte in segment) for segment in segments)
    answer = service.client.get(prefix + encoded, params={"chain": chain})
    assert 400 <= answer.status_code < 500, answer.text
    problem_of(answer)


def test_the_framework_is_given_no_page_for_people(service: Service) -> None:
    app = service.client.app
    assert isinstance(app, FastAPI)
    assert (app.docs_url, app.redoc_url) == (None, None)
