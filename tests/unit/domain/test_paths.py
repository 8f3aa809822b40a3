"""Which paths an artifact may hold."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.domain.strategies import path_lists, paths
from weightmark.domain.paths import MAX_PATH_LENGTH, check_path, check_paths
from weightmark.errors import ArtifactError


def is_accepted(path: str) -> bool:
    try:
        check_path(path)
    except ArtifactError:
        return False
    return True


@given(st.one_of(st.text(), st.text("./\\ab:C\x00\x7f\x85"), st.text(st.characters())))
def test_what_is_accepted_names_one_place_inside(path: str) -> None:
    assume(is_accepted(path))
    pure = PurePosixPath(path)
    assert not pure.is_absolute()
    assert str(pure) == path
    assert not {"..", ".", ""} & set(path.split("/"))
    assert "\\" not in path
    assert unicodedata.is_normalized("NFC", path)
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in path)
    assert path.encode().decode() == path


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "empty component"),
        ("/", "absolute"),
        ("/etc/passwd", "absolute"),
        ("C:/Windows", "absolute"),
        ("c:/x", "absolute"),
        ("a//b", "empty component"),
        ("a/", "empty component"),
        (".", "'.' or '..'"),
        ("..", "'.' or '..'"),
        ("../a", "'.' or '..'"),
        ("a/../b", "'.' or '..'"),
        ("a/./b", "'.' or '..'"),
        ("a/..", "'.' or '..'"),
        ("a\\b", "backslash"),
        ("..\\a", "backslash"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("\x1b[2J", "control"),
        ("a\x7f", "control"),
        ("a\x9b", "control"),
        ("e\u0301", "normal form C"),
        ("\u212b", "normal form C"),
        ("a\udcff", "not UTF-8"),
        ("a" * (MAX_PATH_LENGTH + 1), "longer than 4096"),
    ],
)
def test_refused_paths_say_why(path: str, reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason) as caught:
        check_path(path)
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "path",
    ["a", "a/b/c", "...", "..a", "a..", ".hidden", "a b", "é", "模型/权重.bin", "a:b", "C:x", "-",
     "a" * MAX_PATH_LENGTH],
)  # fmt: skip
def test_ordinary_paths_are_accepted(path: str) -> None:
    check_path(path)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("a", "a", "collides"),
        ("Model.bin", "model.bin", "collides"),
        ("straße", "STRASSE", "collides"),
        ("\u017f", "s", "collides"),
        ("ﬀ", "ff", "collides"),
        ("\u1fb3", "\u03b1\u03b9", "collides"),
        ("É/a", "é/a", "collides"),
        ("\u03c3", "\u03c2", "collides"),
        ("a", "a/b", "is a file as well"),
        ("A", "a/b", "is a file as well"),
        ("a/b", "A/B/c/d", "is a file as well"),
        ("É", "é/b", "is a file as well"),
    ],
)
def test_collisions_are_refused_in_either_order(one: str, other: str, reason: str) -> None:
    for pair in ((one, other), (other, one)):
        check_path(pair[0])
        with pytest.raises(ArtifactError, match=reason):
            check_paths(pair)


@pytest.mark.parametrize(
    "together",
    [
        ("a", "b"),
        ("a", "ab"),
        ("a", "a-b", "a.b"),
        ("a/b", "a-b", "a0"),
        ("a/b", "a/c"),
        ("i", "\u0131"),
    ],
)
def test_neighbours_are_no_collision(together: tuple[str, ...]) -> None:
    check_paths(together)


@given(path_lists, st.randoms())
def test_order_makes_no_difference(accepted: list[str], random: st.DataObject) -> None:
    random.shuffle(accepted)  # type: ignore[attr-defined]
    check_paths(accepted)


@given(path_lists, st.data())
def test_a_path_below_a_file_is_refused(accepted: list[str], data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(accepted))
    with pytest.raises(ArtifactError, match="is a file as well"):
        check_paths([*accepted, f"{file}/{data.draw(paths)}"])


@given(path_lists, st.data())
def test_a_path_in_other_capitals_is_refused(accepted: list[str], data: st.DataObject) -> None:
    other = unicodedata.normalize("NFC", data.draw(st.sampled_from(accepted)).swapcase())
    assume(is_accepted(other))
    folded = [unicodedata.normalize("NFC", unicodedata.normalize("NFD", each).casefold())
              for each in (*accepted, other)]  # fmt: skip
    assume(len(set(folded)) == len(accepted))
    with pytest.raises(ArtifactError, match="collides"):
        check_paths([*accepted, other])


def test_the_longest_paths_of_a_manifest_are_checked_in_linear_space_and_time() -> None:
    """Every prefix of such a path would be a directory of its own to look for."""
    check_paths(f"{index:06}" + "/a" * 2_000 for index in range(1_000))
