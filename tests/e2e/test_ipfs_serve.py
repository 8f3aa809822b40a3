"""The real ``weightmark ipfs serve``, asked over HTTP for what was published with ``--pin``."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.command import Weightmark
from tests.e2e.releases import Release, assert_ends, document, new_weightmark, publish
from tests.e2e.servers import GATEWAY, assert_a_signal_ends, serving
from tests.earlier import write_files
from weightmark.domain.content_address import cid_text, raw_block_cid

# More than sockets and servers hold of a stream that nobody reads, and no two blocks the same.
LARGE = b"".join(bytes((number,)) * 2**20 for number in range(24))
FILES = {"config.json": b"{}", "weights/large.bin": LARGE}
ABSENT = cid_text(raw_block_cid(bytes(32)))
RAW = {"Accept": "application/vnd.ipld.raw"}


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release whose files are pinned where they are."""
    folder = tmp_path_factory.mktemp("pinned")
    model = write_files(folder / "model", FILES)
    return publish(new_weightmark(folder), model, "1.0.0", "--pin")


@pytest.fixture(scope="module")
def gateway(pinned: Release) -> Iterator[httpx2.Client]:
    """A client of a gateway of that release's publisher."""
    with serving(pinned.weightmark, *GATEWAY) as client:
        yield client


def cid_of(release: Release) -> str:
    """Return the CID of a release's files."""
    cid: str = json.loads(release.manifest.read_bytes())["artifact_cid"]
    return cid


def test_a_stream_is_a_car_file_of_the_model(
    pinned: Release, gateway: httpx2.Client, tmp_path: Path
) -> None:
    cid = cid_of(pinned)
    answer = gateway.get(f"/ipfs/{cid}?format=car")
    assert answer.status_code == 200
    car, back = tmp_path / "model.car", tmp_path / "back"
    car.write_bytes(answer.content)
    assert_ends(pinned.weightmark("ipfs", "car", "import", car, "--out", back), 0)
    assert {path: (back / path).read_bytes() for path in FILES} == FILES
    assert document(pinned.weightmark("ipfs", "cid", back, "--json"))["cid"] == cid


def test_another_machine_fetches_from_it(
    pinned: Release, gateway: httpx2.Client, tmp_path: Path
) -> None:
    other = new_weightmark(tmp_path)
    # The chain is in a file, which is all that the two machines share.
    blocks = shutil.ignore_patterns("ipfs")
    shutil.copytree(pinned.home, other.home, ignore=blocks, dirs_exist_ok=True)
    given = ("--gateway", str(gateway.base_url), "--out", tmp_path / "out", "--json")
    fetched = other("fetch", pinned.reference, *given)
    assert_ends(fetched, 0)
    assert {path: (tmp_path / "out" / path).read_bytes() for path in FILES} == FILES


def test_the_manifest_is_a_block(pinned: Release, gateway: httpx2.Client) -> None:
    manifest = pinned.manifest.read_bytes()
    url = f"/ipfs/{cid_text(raw_block_cid(hashlib.sha256(manifest).digest()))}"
    answer = gateway.get(url, headers=RAW)
    assert answer.content == manifest
    head = gateway.head(url, headers=RAW)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(manifest))


def test_a_client_that_does_not_read_stops_nobody(pinned: Release, gateway: httpx2.Client) -> None:
    cid = cid_of(pinned)
    with gateway.stream("GET", f"/ipfs/{cid}?format=car") as unread:
        assert unread.status_code == 200
        with ThreadPoolExecutor(2) as threads:
            read = threads.map(gateway.get, [f"/ipfs/{cid}?format=car"] * 2)
            sizes = {len(answer.content) for answer in read}
        assert len(sizes) == 1
        rest = sum(map(len, unread.iter_raw()))
        assert {rest} == sizes


def test_what_is_not_served(pinned: Release, gateway: httpx2.Client) -> None:
    for url, headers, status in (
        (f"/ipfs/{ABSENT}", RAW, 404),
        (f"/ipfs/{cid_of(pinned)}", {"Accept": "text/html"}, 406),
        (f"/ipfs/{cid_of(pinned)}", {**RAW, "Host": "evil.example"}, 421),
        ("/ipfs/nonsense", RAW, 400),
    ):
        answer = gateway.get(url, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_what_has_changed_since_is_never_served(pinned: Release) -> None:
    large = pinned.model / "weights/large.bin"
    with serving(pinned.weightmark, *GATEWAY, complaint=str(large)) as client:
        os.truncate(large, len(LARGE) - 1)
        try:
            with pytest.raises(httpx2.RemoteProtocolError):
                client.get(f"/ipfs/{cid_of(pinned)}?format=car")
            leaf = cid_text(raw_block_cid(hashlib.sha256(LARGE[-(2**20) :]).digest()))
            answer = client.get(f"/ipfs/{leaf}?format=raw")
        finally:
            large.write_bytes(LARGE)
    assert answer.status_code == 500
    assert str(large) not in answer.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(run_weightmark: Weightmark, number: signal.Signals) -> None:
    statuses = {"/ipfs/bafkqaaa?format=raw": 200, f"/ipfs/{ABSENT}?format=raw": 404}
    assert_a_signal_ends(number, run_weightmark, *GATEWAY, statuses=statuses)


def test_a_port_that_is_taken_is_named(run_weightmark: Weightmark) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        finished = run_weightmark(*GATEWAY, "--port", port)
        assert_ends(finished, 3, f"cannot listen on port {port} of '127.0.0.1': ", "in use")
