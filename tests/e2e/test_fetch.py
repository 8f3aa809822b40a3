"""Fetching by the real command: who serves it is not trusted, and what is not whole is nowhere."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import weightmark
from tests import gateways
from tests.command import Weightmark
from tests.e2e.fetching import (
    FILES,
    assert_fetched,
    assert_nowhere,
    fetch,
    files_in,
    noise,
)
from tests.e2e.pinned import Pinned, Registrar
from tests.e2e.releases import (
    assert_ends,
    document,
    new_weightmark,
    publish,
    write_model,
)
from tests.fakes.blocks import Stored
from tests.gateways import Request, Respond, gateway
from weightmark.domain.content_address import cid_text, is_raw, parse_cid, raw_block_cid
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025
from weightmark.domain.manifest import FileEntry


def leaves_wait(serve: Respond, until: Callable[[], object]) -> Respond:
    """Serve nodes at once, and raw blocks once something has come about."""

    def respond(request: Request) -> None:
        if is_raw(parse_cid(request.cid)) and request.number:
            until()
        serve(request)

    return respond


@pytest.mark.covered
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


@pytest.mark.covered
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


def test_a_single_file_is_in_the_directory(
    registrar: Registrar, owner: Weightmark, out: Path
) -> None:
    weights = noise(2**20 + 1)
    stored = Stored()
    cid = cid_text(stored.add_file(weights, UNIXFS_V1_2025).cid)
    files = {"model.onnx": weights}
    single = registrar.registered(registrar.manifest("1.1.0", files, cid), files, stored)
    with gateway(gateways.serving(single.blocks)) as server:
        assert_ends(fetch(owner, single.reference, out, server), 0)
    found = files_in(out)
    assert found.pop("model.onnx.weightmark.json")
    assert found == files
    assert_ends(owner("verify", out / "model.onnx", "--release", single.reference), 0)


def test_a_manifest_larger_than_a_block_is_a_file(
    registrar: Registrar, owner: Weightmark, out: Path
) -> None:
    folders = "/".join(12 * ["long" * 60])
    files = {f"{folders}/{number}": b"" for number in range(400)}
    many = registrar.pinned("1.2.0", files)
    assert not is_raw(many.manifest)
    with gateway(gateways.serving(many.blocks)) as server:
        assert_ends(fetch(owner, many.reference, out, server), 0)
        assert server.requests[cid_text(many.manifest)] == 1
    assert_fetched(out, files)


def test_an_address_that_is_none_is_not_asked_for(
    registrar: Registrar, owner: Weightmark, out: Path
) -> None:
    """The manifest's hash is its address as well, whatever is registered beside it."""
    files = {"config.json": b"{}"}
    stored = Stored()
    cid = cid_text(stored.add_files(files, UNIXFS_V1_2025))
    manifest = registrar.manifest("1.3.0", files, cid)
    odd = registrar.registered(manifest, files, stored, b"../../nonsense")
    with gateway(gateways.serving(odd.blocks)) as server:
        assert_ends(fetch(owner, odd.reference, out, server), 0)
    assert_fetched(out, files)


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


def other_manifest(registrar: Registrar) -> Pinned:
    """A release whose registered address leads to another manifest."""
    stored = Stored()
    other = stored.add_file(bytes(2**21), UNIXFS_V1_2025).cid
    return registrar.registered(registrar.manifest("2.5.0", FILES, ""), FILES, stored, other)


def not_a_manifest(registrar: Registrar) -> Pinned:
    """A release whose registered address leads to a directory."""
    stored = Stored()
    other = stored.add_files({"a": b"a"}, UNIXFS_V1_2025)
    return registrar.registered(registrar.manifest("2.6.0", FILES, ""), FILES, stored, other)


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


ASKED_LAST = (b"{ }", b"!", b"planted", b"a")


@pytest.mark.parametrize(
    ("made", "status", "message"),
    [
        (other_files, 1, "leads to others than the manifest lists"),
        (other_manifest, 1, "is not its manifest"),
        (not_a_manifest, 4, "and so no manifest"),
        (not_pinned, 3, "was published without --pin"),
        (outside, 4, "has a component '.' or '..'"),
        (linked_outside, 4, "has a component '.' or '..'"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
@pytest.mark.covered
def test_what_contradicts_itself_is_not_fetched(
    registrar: Registrar,
    owner: Weightmark,
    out: Path,
    made: Callable[[Registrar], Pinned],
    status: int,
    message: str,
) -> None:
    release = made(registrar)
    with gateway(gateways.serving(release.blocks)) as server:
        finished = fetch(owner, release.reference, out, server)
        assert_ends(finished, status, message)
        asked = set(map(parse_cid, server.requests))
        assert not asked & {raw_block_cid(hashlib.sha256(each).digest()) for each in ASKED_LAST}
    assert not out.exists()
    assert not list(out.parent.rglob("planted"))


def test_what_is_not_verified_is_kept_and_nowhere_else(
    registrar: Registrar, owner: Weightmark, out: Path
) -> None:
    release = other_bytes(registrar)
    with gateway(gateways.serving(release.blocks)) as server:
        finished = fetch(owner, release.reference, out, server)
        assert_ends(finished, 1, "NOT VERIFIED", "1 file is altered", "what was fetched is kept in")
        found = document(fetch(owner, release.reference, out, server, "--json"))
    assert found["verified"] is False
    assert found["out"] == ""
    assert not out.exists()
    assert list(out.parent.iterdir()) == [Path(found["kept"])]


def test_what_is_revoked_is_refused_before_anything_is_asked(
    registrar: Registrar, owner: Weightmark, out: Path
) -> None:
    revoked = registrar.pinned("3.0.0", {"config.json": b"{}"})
    reason = ("--reason", "compromised", "--yes")
    assert_ends(owner("revoke", revoked.reference, *reason), 0)
    with gateway(gateways.serving(revoked.blocks)) as server:
        finished = fetch(owner, revoked.reference, out, server)
        assert_ends(finished, 1, "is revoked, and is not fetched")
        assert not server.requests
    assert_nowhere(out)


@pytest.mark.covered
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


def test_another_program_fetches(pinned: Pinned, publisher_home: Path, out: Path) -> None:
    faults: list[weightmark.Fault] = []
    totals: list[int] = []
    read: list[int] = []

    def progress(total: int) -> Callable[[int], None]:
        totals.append(total)
        return read.append

    with (
        gateway(gateways.serving(pinned.blocks)) as server,
        gateway(gateways.html) as html,
    ):
        fetched = weightmark.fetch(
            pinned.reference,
            out,
            gateways=[html.url, server.url],
            progress=progress,
            on_fault=faults.append,
            data_dir=publisher_home,
        )
        with pytest.raises(weightmark.WeightmarkError, match="exists, and is left"):
            weightmark.fetch(pinned.reference, out, data_dir=publisher_home)
    assert fetched.verdict.verified
    assert fetched.kept == ""
    assert fetched.faults == tuple(faults)
    assert {each.source for each in faults} <= {f"the gateway {html.url}"}
    size = sum(map(len, FILES.values()))
    assert (totals, sum(read)) == ([size, size], 2 * size)
    assert_fetched(out, FILES)
