"""Fetches that are killed, run twice at once, or have no room: they go on where they stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests import gateways
from tests.command import BINARIES, Weightmark
from tests.e2e.fetching import FILES, Held, assert_fetched, fetch, fetching
from tests.e2e.pinned import Pinned, Registrar
from tests.e2e.releases import assert_ends
from tests.e2e.test_full_disk import limit_of
from tests.gateways import gateway
from weightmark.services.sources import REQUESTS_PER_SOURCE
from weightmark.services.transfer import MIN_STREAMED

# Fetches, and is killed once it has so many blocks of a stream.
KILLED_IN_A_STREAM = """
import os, signal, sys
import weightmark
from weightmark.adapters.ipfs.gateway import Gateway

release, out, url, count = sys.argv[1:]
stream = Gateway.stream

def cut(*arguments):
    for number, block in enumerate(stream(*arguments)):
        if number == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        yield block

Gateway.stream = cut
weightmark.fetch(release, out, gateways=[url])
"""


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
        # What a process leaves that is killed while it writes the manifest beside the files.
        (kept,) = out.parent.iterdir()
        (kept / "files/.weightmark-0badcafe.partial").write_bytes(b"half")
        assert_ends(reader("fetch", *arguments), 0)
    assert_fetched(out, FILES)


def test_what_came_in_a_stream_of_a_killed_fetch_is_not_got_again(
    registrar: Registrar, owner: Weightmark, out: Path
) -> None:
    count = 10
    files = {str(number): b"%d" % number for number in range(MIN_STREAMED + 2 * count)}
    many = registrar.pinned("4.0.0", files)
    with gateway(gateways.serving(many.blocks)) as server:
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_IN_A_STREAM, many.reference, out, server.url, str(count)],
            env=owner.environment(),
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        before = server.requests.copy()
        assert_ends(fetch(owner, many.reference, out, server), 0)
        asked = server.requests - before
        # The directory came first, and is there since the files were listed.
        assert (asked.total(), set(asked.values())) == (len(files) - (count - 1), {1})
        assert not asked.keys() & before.keys()
    assert_fetched(out, files)


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
            # A module that changed since would be compiled, and written in part.
            env=reader.environment(env={"PYTHONDONTWRITEBYTECODE": "1"}),
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
