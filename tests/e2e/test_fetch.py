"""Fetching by the real command: who serves it is not trusted, and what is not whole is nowhere."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import gateways
from tests.command import BINARIES, Weightmark
from tests.e2e.pinned import Pinned, Registrar
from tests.e2e.releases import (
    Finished,
    assert_ends,
    document,
    new_weightmark,
    publish,
    write_model,
)
from tests.e2e.test_full_disk import limit_of
from tests.fakes.blocks import Stored
from tests.gateways import Gateway, Request, Respond, gateway
from weightmark.domain.content_address import cid_text, is_raw, parse_cid, raw_block_cid
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.domain.manifest import FileEntry
from weightmark.services.sources import REQUESTS_PER_SOURCE


def noise(size: int) -> bytes:
    """Return bytes of which no two pieces are alike."""
    pieces = (hashlib.sha256(b"%d" % number).digest() for number in range(-(-size // 32)))
    return b"".join(pieces)[:size]


# A file with a node, one that is a leaf, an empty one, names beyond ASCII, and many leaves.
FILES = {
    "config.json": b"{}",
    "empty": b"",
    "weights/重み.bin": noise(3 * 2**20 + 17),
    **{f"shards/{number:02}": b"%d" % number for number in range(60)},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a publisher, who has nothing but a chain."""
    return tmp_path_factory.mktemp("publisher")


@pytest.fixture(scope="module")
def registrar(home: Path) -> Registrar:
    return Registrar(home)


@pytest.fixture(scope="module")
def pinned(registrar: Registrar) -> Pinned:
    return registrar.pinned("1.0.0", FILES)


@pytest.fixture
def reader(run_weightmark: Weightmark, pinned: Pinned, home: Path) -> Weightmark:
    """The command of somebody who has the chain, and nothing else."""
    shutil.copytree(home / "chain", run_weightmark.home / "chain")
    return run_weightmark


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where nothing is yet, in a folder of its own."""
    (tmp_path / "downloads").mkdir()
    return tmp_path / "downloads" / "model"


def fetch(reader: Weightmark, reference: str, out: Path, *servers: Gateway | str) -> Finished:
    options = [each if isinstance(each, str) else f"--gateway={each.url}" for each in servers]
    return reader("fetch", reference, "--out", out, *options)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def assert_fetched(out: Path, files: Mapping[str, bytes]) -> None:
    """Check that the files are there, with their manifest, and nothing else is beside them."""
    found = files_in(out)
    assert found.pop("weightmark.json")
    assert found == files
    assert list(out.parent.iterdir()) == [out]


def assert_nowhere(out: Path) -> None:
    """Check that nothing is at the place, nor is anything kept."""
    assert list(out.parent.iterdir()) == []


def leaves_wait(serve: Respond, until: Callable[[], object]) -> Respond:
    """Serve nodes at once, and raw blocks once something has come about."""

    def respond(request: Request) -> None:
        if is_raw(parse_cid(request.cid)) and request.number:
            until()
        serve(request)

    return respond


@pytest.mark.measured
def test_a_release_is_fetched_and_verified(reader: Weightmark, pinned: Pinned, out: Path) -> None:
    with gateway(gateways.serving(pinned.blocks)) as server:
        finished = fetch(reader, pinned.reference, out, server)
        assert_ends(finished, 0, f"verified: {out} is {pinned.reference}")
        # Each block once; nobody has to be asked for the one of an empty file.
        nothing = raw_block_cid(hashlib.sha256(b"").digest())
        wanted = Counter(cid_text(cid) for cid in pinned.blocks if cid != nothing)
        assert server.requests == wanted
    assert finished.stderr == ""
    assert_fetched(out, FILES)
    assert {path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()} == {0o644}
    assert out.stat().st_mode & 0o777 == 0o755
    assert_ends(reader("verify", out, "--release", pinned.reference), 0)


@pytest.mark.measured
def test_bad_gateways_among_good_ones_are_named(
    reader: Weightmark, pinned: Pinned, out: Path
) -> None:
    """One serves other bytes, one never ends, one stalls, one answers with a page."""
    with (
        gateway(gateways.lying(pinned.blocks)) as lying,
        gateway(gateways.endless) as endless,
        gateway(gateways.stalling) as stalling,
        gateway(gateways.html) as html,
    ):
        bad = {lying: "not what its CID says", endless: "more than", stalling: "owed", html: "html"}

        def until() -> None:
            for each in bad:
                assert each.was_asked.wait(60)

        with gateway(leaves_wait(gateways.serving(pinned.blocks), until)) as good:
            finished = fetch(reader, pinned.reference, out, *bad, good, "--json")
        found = document(finished)
        assert_ends(finished, 0)
        assert found["verified"] is True
        assert (found["out"], found["kept"]) == (str(out), "")
        assert {each["source"] for each in found["faults"]} == {
            f"the gateway {each.url}" for each in bad
        }
        for each, what in bad.items():
            (line,) = (line for line in finished.stderr.splitlines() if each.url in line)
            assert line.startswith("warning: ")
            assert what in line or "it owed the block" in line
    assert_fetched(out, FILES)


def test_with_bad_gateways_alone_nothing_is_there(
    reader: Weightmark, pinned: Pinned, out: Path
) -> None:
    with (
        gateway(gateways.lying(pinned.blocks)) as lying,
        gateway(gateways.serving({})) as empty,
        gateway(gateways.html) as html,
    ):
        finished = fetch(reader, pinned.reference, out, lying, empty, html)
        assert_ends(finished, 3, lying.url, empty.url, html.url, "not what its CID says")
    assert_nowhere(out)
    finished = fetch(reader, pinned.reference, out)
    assert_ends(finished, 3, "the embedded store", "--gateway URL")
    assert_nowhere(out)


def test_what_is_there_stays(reader: Weightmark, pinned: Pinned, out: Path) -> None:
    out.mkdir()
    with gateway(gateways.serving(pinned.blocks)) as server:
        assert_ends(fetch(reader, pinned.reference, out, server), 1, "exists, and is left as it is")
        assert not server.requests
    assert list(out.parent.iterdir()) == [out]
    assert list(out.iterdir()) == []


class Held:
    """Serves blocks, and after some of them nothing until it is let go."""

    def __init__(self, pinned: Pinned, count: int) -> None:
        self.reached, self.released = threading.Event(), threading.Event()
        self._serve = gateways.serving(pinned.blocks)
        self._count = count

    def __call__(self, request: Request) -> None:
        if request.number >= self._count:
            self.reached.set()
            self.released.wait()
        self._serve(request)


@contextmanager
def fetching(reader: Weightmark, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [BINARIES / "weightmark", "fetch", *arguments],
        env=reader.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_a_killed_fetch_has_got_is_not_got_again(
    reader: Weightmark, pinned: Pinned, out: Path
) -> None:
    held = Held(pinned, len(pinned.blocks) // 2)
    with gateway(held) as server:
        arguments = (pinned.reference, "--out", out, "--gateway", server.url)
        with fetching(reader, *arguments) as process:
            assert held.reached.wait(60)
            process.kill()
        held.released.set()
        assert not out.exists()
        (kept,) = out.parent.iterdir()
        assert kept.stat().st_mode & 0o777 == 0o700
        assert_ends(reader("fetch", *arguments), 0)
        # No more than one block for each request that was under way.
        assert server.requests.total() - len(pinned.blocks) <= REQUESTS_PER_SOURCE
    assert_fetched(out, FILES)


def test_what_was_damaged_meanwhile_is_got_again(
    reader: Weightmark, pinned: Pinned, out: Path
) -> None:
    """Nothing that is found on the disk is believed: neither nodes nor files."""
    held = Held(pinned, len(pinned.blocks) - 2)
    with gateway(held) as server:
        arguments = (pinned.reference, "--out", out, "--gateway", server.url)
        with fetching(reader, *arguments) as process:
            assert held.reached.wait(60)
            process.kill()
        held.released.set()
        for path in out.parent.rglob("*"):
            if path.is_file():
                path.write_bytes(b"damaged")
        assert_ends(reader("fetch", *arguments), 0)
    assert_fetched(out, FILES)


def test_two_at_once_do_not_meet(reader: Weightmark, pinned: Pinned, out: Path) -> None:
    held = Held(pinned, 5)
    with gateway(held) as server:
        arguments = (pinned.reference, "--out", out, "--gateway", server.url)
        with fetching(reader, *arguments) as first:
            assert held.reached.wait(60)
            second = reader("fetch", *arguments)
            assert_ends(second, 3, "another process fetches the same release")
            held.released.set()
            printed, _ = first.communicate(timeout=60)
            assert first.returncode == 0, printed
    assert_fetched(out, FILES)


def test_a_full_disk_is_told_and_gone_on_with(
    reader: Weightmark, pinned: Pinned, out: Path
) -> None:
    with gateway(gateways.serving(pinned.blocks)) as server:
        arguments = ("fetch", pinned.reference, "--out", out, "--gateway", server.url)
        finished = subprocess.run(
            [BINARIES / "weightmark", *arguments],
            env=reader.environment(),
            capture_output=True,
            encoding="utf-8",
            preexec_fn=limit_of(2048),
            check=False,
        )
        assert_ends(finished, 3, "cannot be written", "goes on where it stopped")
        assert not out.exists()
        assert_ends(reader(*arguments), 0)
        assert server.requests.total() <= len(pinned.blocks) + REQUESTS_PER_SOURCE
    assert_fetched(out, FILES)


def test_a_single_file_is_in_the_directory(registrar: Registrar, home: Path, out: Path) -> None:
    weights = noise(2**20 + 1)
    stored = Stored()
    cid = cid_text(stored.add_file(weights, UNIXFS_V1_2025).cid)
    files = {"model.onnx": weights}
    single = registrar.registered(registrar.manifest("1.1.0", files, cid), files, stored)
    reader = Weightmark(home, home, home)
    with gateway(gateways.serving(single.blocks)) as server:
        assert_ends(fetch(reader, single.reference, out, server), 0)
    found = files_in(out)
    assert found.pop("model.onnx.weightmark.json")
    assert found == files
    assert_ends(reader("verify", out / "model.onnx", "--release", single.reference), 0)


def other_files(registrar: Registrar) -> Pinned:
    """A release whose address leads to other files than its manifest lists."""
    stored = Stored()
    cid = cid_text(stored.add_files({"config.json": b"{ }", "added": b"!"}, UNIXFS_V1_2025))
    return registrar.registered(registrar.manifest("2.0.0", FILES, cid), FILES, stored)


def other_bytes(registrar: Registrar) -> Pinned:
    """A release whose address leads to files of the same length with other bytes."""
    stored = Stored()
    files = {"config.json": b"{}"}
    cid = cid_text(stored.add_files({"config.json": b"[]"}, UNIXFS_V1_2025))
    return registrar.registered(registrar.manifest("2.1.0", files, cid), files, stored)


def not_pinned(registrar: Registrar) -> Pinned:
    manifest = registrar.manifest("2.2.0", FILES, "")
    return registrar.registered(manifest, FILES, Stored())


def outside(registrar: Registrar) -> Pinned:
    """A release whose manifest and directory name a file beside the place where it goes."""
    stored = Stored()
    data = b"planted"
    cid = cid_text(stored.directory({"..": stored.directory({"planted": stored.raw(data)})}))
    manifest = registrar.manifest("2.3.0", {"planted": data}, cid)
    (entry,) = manifest.files
    escaped = FileEntry("../planted", entry.size, entry.digest)
    return registrar.registered(registrar.with_files(manifest, escaped), {}, stored)


def linked_outside(registrar: Registrar) -> Pinned:
    """The same, with a manifest that says nothing of it."""
    stored = Stored()
    data = b"planted"
    cid = cid_text(stored.directory({"..": stored.directory({"planted": stored.raw(data)})}))
    return registrar.registered(registrar.manifest("2.4.0", {"planted": data}, cid), {}, stored)


@pytest.mark.parametrize(
    ("made", "status", "message"),
    [
        (other_files, 1, "leads to others than the manifest lists"),
        (not_pinned, 3, "was published without --pin"),
        (outside, 4, "has a component '.' or '..'"),
        (linked_outside, 4, "has a component '.' or '..'"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_what_contradicts_itself_is_not_fetched(
    registrar: Registrar,
    home: Path,
    out: Path,
    made: Callable[[Registrar], Pinned],
    status: int,
    message: str,
) -> None:
    release = made(registrar)
    with gateway(gateways.serving(release.blocks)) as server:
        finished = fetch(Weightmark(home, home, home), release.reference, out, server)
        assert_ends(finished, status, message)
        leaves = {cid for cid in map(parse_cid, server.requests) if is_raw(cid)}
        assert leaves <= {release.manifest}
    assert not out.exists()
    assert not list(out.parent.rglob("planted"))


def test_what_is_not_verified_is_kept_and_nowhere_else(
    registrar: Registrar, home: Path, out: Path
) -> None:
    release = other_bytes(registrar)
    with gateway(gateways.serving(release.blocks)) as server:
        reader = Weightmark(home, home, home)
        finished = fetch(reader, release.reference, out, server)
        assert_ends(finished, 1, "NOT VERIFIED", "1 file is altered", "what was fetched is kept in")
        found = document(fetch(reader, release.reference, out, server, "--json"))
    assert found["verified"] is False
    assert found["out"] == ""
    assert not out.exists()
    assert list(out.parent.iterdir()) == [Path(found["kept"])]


def test_what_is_revoked_is_refused_before_anything_is_asked(
    registrar: Registrar, home: Path, out: Path
) -> None:
    revoked = registrar.pinned("3.0.0", {"config.json": b"{}"})
    reader = Weightmark(home, home, home)
    reason = ("--reason", "compromised", "--yes")
    assert_ends(reader("revoke", revoked.reference, *reason), 0)
    with gateway(gateways.serving(revoked.blocks)) as server:
        finished = fetch(reader, revoked.reference, out, server)
        assert_ends(finished, 1, "is revoked, and is not fetched")
        assert not server.requests
    assert_nowhere(out)


@pytest.mark.measured
def test_signatures_are_got_elsewhere(tmp_path: Path, out: Path) -> None:
    weightmark = new_weightmark(tmp_path)
    password = {"WEIGHTMARK_KEY_PASSWORD": "correct horse"}
    model = write_model(tmp_path / "model")
    made = weightmark(
        "keys", "generate", "release", "--algorithm", "ecdsa-p256-sha256", env=password
    )
    assert_ends(made, 0)
    named = ("--name", "acme/digits", "--version", "1.0.0", "--json")
    signed = weightmark("publish", model, *named, "--pin", "--sign-key", "release", env=password)
    assert_ends(signed, 0)
    reference = document(signed)["reference"]
    finished = fetch(weightmark, reference, out)
    assert finished.returncode != 0
    assert_ends(finished, finished.returncode, "--signatures", "NOT VERIFIED")
    assert not out.exists()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(model / "model.sig", elsewhere)
    wrong = fetch(weightmark, reference, out, f"--signatures={model}/config.json")
    assert_ends(wrong, 4, "is no file of signatures")
    finished = fetch(weightmark, reference, out, f"--signatures={elsewhere}")
    assert_ends(finished, 0, "the key that the manifest names signed it")
    assert files_in(out) == files_in(model)
    assert list(out.parent.iterdir()) == [out]


def test_the_newest_release_is_fetched_from_the_store(tmp_path: Path, out: Path) -> None:
    weightmark = new_weightmark(tmp_path)
    model = write_model(tmp_path / "model")
    published = publish(weightmark, model, "1.0.0", "--pin")
    assert_ends(fetch(weightmark, "me/acme/digits", out), 0, published.reference)
    assert files_in(out) == files_in(model)
