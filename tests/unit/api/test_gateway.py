"""The gateway of blocks: each status, and each header."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from tests.fakes.blocks import Stored
from tests.unit.api.held import FILES, Held, asked, at, client, lead
from tests.unit.api.test_problems import problem_of
from weightmark.api.gateway import MAX_PATH_LENGTH, create_gateway
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.profiles import UNIXFS_V0_2015, UNIXFS_V1_2025
from weightmark.errors import ContentError, ContentGoneError

RAW, CAR = "application/vnd.ipld.raw", "application/vnd.ipld.car"
STREAM = f"{CAR}; version=1; order=dfs; dups=n"
SECRET = "/home/operator/model.bin"


@pytest.mark.parametrize("profile", [UNIXFS_V0_2015, UNIXFS_V1_2025], ids=lambda each: each.name)
def test_every_block_is_served_by_its_cid(profile: Any) -> None:
    stored = Stored()
    stored.root = stored.add_files(FILES, profile)
    gateway = client(stored)
    for cid, block in stored.blocks.items():
        for given in ({"Accept": RAW}, {"Accept": f"text/html, {RAW};q=0.5"}):
            assert gateway.get(at(cid), headers=given).content == block
        assert gateway.get(at(cid, "/", "format=raw"), headers={"Accept": CAR}).content == block


@pytest.mark.parametrize(
    ("form", "content_type", "suffix", "length"),
    [("raw", RAW, "bin", True), ("car", STREAM, "car", False)],
)
def test_the_headers_of_what_never_changes(
    held: Held, form: str, content_type: str, suffix: str, length: bool
) -> None:
    root = held.stored.root
    gateway, url = client(held), at(root, query=f"format={form}")
    answer = gateway.get(url)
    head = gateway.head(url)
    assert head.content == b""
    assert head.status_code == answer.status_code == 200
    assert head.headers == answer.headers
    told = dict(answer.headers)
    assert told.pop("etag").endswith(f'.{form}"')
    assert (told.pop("content-length", None) is not None) is length
    assert (
        told.items()
        >= {
            "content-type": content_type,
            "content-disposition": f'attachment; filename="{cid_text(root)}.{suffix}"',
            "cache-control": "public, max-age=29030400, immutable",
            "accept-ranges": "none",
            "vary": "Accept",
            "x-content-type-options": "nosniff",
            "x-ipfs-path": f"/ipfs/{cid_text(root)}",
        }.items()
    )
    assert "content-location" not in told
    by_header = gateway.get(at(root, query="dag-scope=all"), headers={"Accept": content_type})
    location = f"/ipfs/{cid_text(root)}?format={form}&dag-scope=all"
    assert by_header.headers["content-location"] == location
    assert by_header.content == answer.content


@pytest.mark.parametrize("form", ["raw", "car"])
def test_who_asks_for_headers_gets_no_more(held: Held, form: str) -> None:
    path, app = f"/ipfs/{cid_text(held.stored.root)}", create_gateway(held)
    start, *bodies = asyncio.run(asked(app, path, f"format={form}", "HEAD"))
    assert start["status"] == 200
    assert [body["body"] for body in bodies] == [b""]


@pytest.mark.parametrize("query", ["format=raw", "format=car", "format=car&dag-scope=block"])
def test_what_a_client_has_is_not_sent_again(held: Held, query: str) -> None:
    gateway, url = client(held), at(held.stored.root, query=query)
    etag = gateway.get(url).headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        answer = gateway.get(url, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    assert gateway.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    held.stored.blocks.clear()
    assert gateway.get(url, headers={"If-None-Match": etag}).status_code == 404


def test_what_differs_has_another_tag(held: Held) -> None:
    gateway = client(held)
    queries = [
        "format=raw",
        "format=car",
        "format=car&dag-scope=entity",
        "format=car&dag-scope=block",
    ]
    urls = [at(held.stored.root, query=query) for query in queries]
    urls.append(at(held.stored.root, "/weights", "format=car"))
    urls.append(at(lead(held, "weights")[-1], query="format=car"))
    assert len({gateway.get(url).headers["etag"] for url in urls}) == len(urls)


def test_what_finds_out_whether_it_is_a_gateway() -> None:
    gateway = client(Stored())
    answer = gateway.get("/ipfs/bafkqaaa?format=raw")
    assert (answer.status_code, answer.content) == (200, b"")
    assert gateway.head("/ipfs/bafkqaaa", headers={"Accept": RAW}).status_code == 200
    stream = gateway.get("/ipfs/bafkqaaa?format=car").content
    assert stream == b"\x19\xa2eroots\x81\xd8*E\x00\x01U\x00\x00gversion\x01"


@pytest.mark.parametrize(
    ("accept", "query", "status"),
    [
        ("", "", 400),
        ("*/*", "", 406),
        ("text/html", "", 406),
        (RAW, "format=html", 406),
        (RAW, "format=tar", 406),
        (f"{RAW};q=0", "", 406),
        (f"{RAW};q=much", "", 406),
        (f"{CAR};version=2", "", 406),
        (f"{CAR};order=bfs", "", 406),
        (f"{CAR};dups=y", "", 406),
        ("", "format=car&car-version=2", 406),
        (f"{CAR};dups=n", "car-dups=y", 406),
        (f"{CAR};dups=y", "format=car", 406),
        (f"{CAR};dups=y", "car-dups=n", 200),
        (f'{CAR}; VERSION="1"; order=unk', "", 200),
        (f"{CAR};dups=y, {CAR};dups=n;q=0.5", "", 200),
        ("*/*", "format=car", 200),
        (CAR.upper(), "", 200),
        ("", "format=car&dag-scope=tree", 400),
        ("", "format=car&entity-bytes=0:9", 400),
    ],
)
def test_what_a_client_wants(held: Held, accept: str, query: str, status: int) -> None:
    answer = client(held).get(at(held.stored.root, query=query), headers={"Accept": accept})
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["content-type"] == STREAM
    else:
        problem_of(answer)


def test_what_a_client_likes_better(held: Held) -> None:
    gateway, url = client(held), at(held.stored.root)
    for accept, form in {
        f"{RAW};q=0.4, {CAR};q=0.6": STREAM,
        f"{CAR};q=0.4, {RAW};q=0.6": RAW,
        f"{CAR}, {RAW}": STREAM,
    }.items():
        assert gateway.get(url, headers={"Accept": accept}).headers["content-type"] == form


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ipfs/nonsense", 400),
        ("/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52z", 400),
        ("/ipfs/bafkqabtimvwgy3yk", 400),
        ("/ipfs/..%2F..%2Fetc%2Fpasswd", 400),
        ("/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy/a", 400),
        ("/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", 404),
        ("/ipfs/", 404),
        ("/ipfs", 404),
        ("/", 404),
        ("/ipns/name", 404),
        ("/openapi.json", 404),
        ("/docs", 404),
        ("/" + "a" * MAX_PATH_LENGTH, 414),
    ],
)
def test_what_is_no_block_of_this_store(held: Held, path: str, status: int) -> None:
    answer = client(held).get(path, params={"format": "raw"})
    assert problem_of(answer)["status"] == status
    assert answer.headers["cache-control"] == "no-store"


def test_nothing_can_be_written(held: Held) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert client(held).request(method, at(held.stored.root)).status_code == 405


def test_only_if_it_is_here(held: Held) -> None:
    headers, gateway = {"Cache-Control": "only-if-cached"}, client(held)
    for form in ("raw", "car"):
        url = at(held.stored.root, query=f"format={form}")
        assert gateway.head(url, headers=headers).status_code == 200
        absent = at(Stored().raw(b"absent"), query=f"format={form}")
        assert gateway.head(absent, headers=headers).status_code == 412


@pytest.mark.parametrize("form", ["raw", "car"])
def test_what_has_changed_is_not_served_and_named_to_the_operator_alone(
    held: Held, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    held.errors[held.stored.root] = ContentError(f"{SECRET} has changed", hint="pin it again")
    answer = client(held).get(at(held.stored.root, query=f"format={form}"))
    assert problem_of(answer)["status"] == 500
    assert SECRET not in answer.text
    assert [record.getMessage() for record in caplog.records] == [
        f"{SECRET} has changed; pin it again"
    ]


@pytest.mark.parametrize("form", ["raw", "car"])
def test_a_file_that_is_gone_is_named_to_the_operator_alone(
    held: Held, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    held.errors[held.stored.root] = ContentGoneError(f"{SECRET} is gone", hint="pin it again")
    answer = client(held).get(at(held.stored.root, query=f"format={form}"))
    assert problem_of(answer)["status"] == 404
    assert SECRET not in answer.text
    assert [record.getMessage() for record in caplog.records] == [f"{SECRET} is gone; pin it again"]


def test_a_server_on_loopback_answers_to_loopback(held: Held) -> None:
    url, local = at(held.stored.root, query="format=raw"), client(held, local_only=True)
    assert local.get(url).status_code == 200
    assert local.get(url, headers={"Host": "evil.example"}).status_code == 421


def test_logs_are_for_errors(held: Held, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        client(held).get("/ipfs/nonsense?format=raw")
        client(held).get(at(Stored().raw(b"absent"), query="format=raw"))
    assert caplog.records == []
