"""Who is sent models and tokens is said by the user, and not by the files of a directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answering import answering
from tests.command import Weightmark
from tests.e2e.releases import assert_ends, document

TOKEN = "planted-access-token"
TOKEN_VARIABLE = "WEIGHTMARK_IPFS_PINNING_SERVICE_TOKEN"


@pytest.fixture
def theirs() -> Iterator[tuple[str, list[str]]]:
    """Return the URL of somebody's server, and what it was asked."""
    asked: list[str] = []

    def answer(path: str, _: bytes) -> tuple[int, bytes]:
        asked.append(path)
        return 200, b"{}"

    with answering(answer) as url:
        yield url, asked


@pytest.mark.parametrize("table", ["kubo", "pinning-service"])
def test_the_files_of_a_directory_name_no_service(
    run_weightmark: Weightmark, tmp_path: Path, theirs: tuple[str, list[str]], table: str
) -> None:
    url, asked = theirs
    configured = tmp_path / "weightmark.toml"
    configured.write_text(f'[ipfs.{table}]\nurl = "{url}"\n')
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights").write_bytes(b"weights")
    publish = ("publish", tmp_path / "model", "--name", "acme/digits", "--version", "1.0.0")
    finished = run_weightmark(*publish, "--json", cwd=tmp_path, env={TOKEN_VARIABLE: TOKEN})
    assert_ends(finished, 4, f"names a URL of ipfs.{table}", str(configured))
    assert document(finished)["error"]["code"] == "bad-configuration"
    assert TOKEN not in finished.stdout + finished.stderr
    assert asked == []
    # In the user's own file it may be, and nobody is asked who is not needed.
    configured.rename(run_weightmark.home / configured.name)
    finished = run_weightmark("network", "list", cwd=tmp_path, env={TOKEN_VARIABLE: TOKEN})
    assert_ends(finished, 0)
    assert asked == []
