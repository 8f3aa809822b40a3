"""A release that a Kubo node keeps and gives, by the real command; one node serves all tests."""

from __future__ import annotations

import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from tests.command import Weightmark
from tests.e2e.fetching import assert_fetched, files_in, noise
from tests.e2e.releases import Release, assert_ends, document, new_weightmark, publish, write_model
from tests.kubo import KuboNode
from weightmark.domain.ipfs.car import header, read_section

URL = "WEIGHTMARK_IPFS_KUBO_URL"
NAMED = ("--name", "acme/digits", "--version")
LEAVES = 6


@pytest.fixture(scope="module")
def published(kubo: KuboNode, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release on the embedded chain; the node that keeps it is the publisher's configuration."""
    folder = tmp_path_factory.mktemp("published")
    weightmark = new_weightmark(folder)
    (weightmark.home / "weightmark.toml").write_text(f'[ipfs.kubo]\nurl = "{kubo.url}"\n')
    return publish(weightmark, write_model(folder / "model"), "1.0.0", "--pin")


@pytest.fixture
def reader(published: Release, tmp_path: Path) -> Weightmark:
    """The command of somebody who has the chain, and nothing else."""
    weightmark = new_weightmark(tmp_path)
    shutil.copytree(published.home / "chain", weightmark.home / "chain")
    return weightmark


def model_files(release: Release) -> dict[str, bytes]:
    files = files_in(release.model)
    del files["weightmark.json"]
    return files


def names_of_pins(kubo: KuboNode) -> Counter[str]:
    listed = json.loads(kubo.ipfs("pin", "ls", "--type=recursive", "--names", "--enc=json"))
    return Counter(each["Name"] for each in listed["Keys"].values())


def test_files_and_manifest_are_kept_by_the_reference_and_once(
    kubo: KuboNode, published: Release
) -> None:
    again = published.weightmark("publish", published.model, *NAMED, "1.0.0", "--pin", "--json")
    told = document(again)
    assert told["pinned_at"] == ["embedded", f"the Kubo node {kubo.url}"]
    assert names_of_pins(kubo)[published.reference] == 2
    assert kubo.ipfs("cat", f"{told['artifact_cid']}/config.json") == '{"classes": 10}'
    assert kubo.ipfs("cat", told["manifest_cid"]) == published.manifest.read_text()
    assert_ends(published.weightmark("doctor"), 0, f"Kubo            the Kubo node {kubo.url}")


def test_it_is_fetched_from_the_node_and_from_its_gateway(
    kubo: KuboNode, published: Release, reader: Weightmark, out: Path
) -> None:
    expected = f"verified: {out} is {published.reference}"
    command = ("fetch", published.reference, "--out", out)
    for options, environment in (((), {URL: kubo.url}), (("--gateway", kubo.gateway), {})):
        fetched = reader(*command, *options, env=environment)
        assert_ends(fetched, 0, expected)
        assert fetched.stderr == ""
        assert_fetched(out, model_files(published))
        shutil.rmtree(out)


def test_a_node_that_is_not_there(published: Release, tmp_path: Path) -> None:
    model, nowhere = write_model(tmp_path / "model"), {URL: "http://127.0.0.1:1"}
    finished = published.weightmark(
        "publish", model, *NAMED, "1.1.0", "--ipfs", "kubo", env=nowhere
    )
    named = "the Kubo node http://127.0.0.1:1 cannot be used", "ipfs daemon"
    assert_ends(finished, 3, *named)
    assert_ends(published.weightmark("show", "me/acme/digits@1.1.0"), 1, "no release 1.1.0")
    assert_ends(published.weightmark("doctor", env=nowhere), 3, "failing", *named)


class Relay(ThreadingHTTPServer):
    """Hands everything to a node, counts the blocks that it is sent, and stops at one of them."""

    def __init__(self, url: str, stop: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.client = httpx2.Client(base_url=url, trust_env=False, timeout=60)
        self.sent: Counter[bytes] = Counter()
        self.stop = stop
        self.stopped, self.released = threading.Event(), threading.Event()


class Handler(BaseHTTPRequestHandler):
    """A request to the relay."""

    protocol_version = "HTTP/1.1"
    server: Relay

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", "0")))
        kind = self.headers.get("content-type", "")
        if "dag/import" in self.path:
            self.server.sent.update(cids_in(content))
            if self.server.sent.total() >= self.server.stop:
                self.server.stopped.set()
                self.server.released.wait()
        headers = {"content-type": kind}
        answer = self.server.client.post(self.path, content=content, headers=headers)
        self.send_response(answer.status_code)
        self.send_header("content-type", answer.headers["content-type"])
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def cids_in(form: bytes) -> Iterator[bytes]:
    """Give the CIDs of a CAR file's blocks, which a form carries."""
    start = form.index(b"\r\n\r\n") + 4 + len(header(bytes(36)))
    while not form[start:].startswith(b"\r\n--"):
        section = read_section(form[start:])
        yield section.cid
        start += section.head + section.length


@contextmanager
def relay(url: str, stop: int) -> Iterator[Relay]:
    with Relay(url, stop) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()
            server.client.close()


def test_a_pin_that_was_killed_goes_on_and_sends_one_chunk_twice_at_most(
    kubo: KuboNode, published: Release, tmp_path: Path
) -> None:
    release = published.copy(tmp_path)
    (release.model / "large.bin").write_bytes(noise(LEAVES * 2**20))
    command = ("publish", release.model, *NAMED, "2.0.0", "--ipfs", "kubo")
    release.manifest.unlink()
    with relay(kubo.url, stop=LEAVES) as first:
        url = f"http://127.0.0.1:{first.server_port}"
        with release.weightmark.started(*command, env={URL: url}) as running:
            assert first.stopped.wait(60)
            running.kill()
    with relay(kubo.url, stop=10**6) as second:
        url = f"http://127.0.0.1:{second.server_port}"
        finished = release.weightmark(*command, "--json", env={URL: url})
    assert_ends(finished, 0)
    assert sum((first.sent & second.sent).values()) <= 1
    assert names_of_pins(kubo)[document(finished)["reference"]] == 2
