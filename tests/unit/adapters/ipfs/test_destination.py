"""Nothing that is there is ever replaced, whoever puts it there and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightmark.adapters.ipfs.destination import LocalDestination
from weightmark.errors import AlreadyExistsError, StorageError


@pytest.mark.parametrize("path", ["", "a"])
def test_what_appears_meanwhile_is_left_as_it_is(tmp_path: Path, path: str) -> None:
    out = tmp_path / "out"

    def overtaken() -> None:
        with LocalDestination(out).staged() as staging:
            staging.write(path, [b"ours"])
            out.write_bytes(b"theirs")

    with pytest.raises(AlreadyExistsError):
        overtaken()
    assert out.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [out]


def test_a_link_that_leads_nowhere_is_there(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AlreadyExistsError), LocalDestination(tmp_path / "out").staged():
        pass


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    out = LocalDestination(tmp_path / "none/out")
    with pytest.raises(StorageError, match="No such file"), out.staged():
        pass
    with LocalDestination(tmp_path / "out").staged() as staging:
        staging.write("a", [b""])
        with pytest.raises(StorageError, match="cannot be written: "):
            staging.write("a/b", [b""])
