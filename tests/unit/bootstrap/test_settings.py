"""The configuration: a flag, a variable, ./weightmark.toml, the user's file, then the default."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from weightmark.adapters.state.atomic import MAX_SMALL_FILE
from weightmark.bootstrap.settings import (
    FILE_NAME,
    OPTIONS,
    Settings,
    load_settings,
    working_environment,
)
from weightmark.errors import ConfigurationError


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Return the working directory; the user's is beside it."""
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.fixture
def load(work: Path) -> Callable[..., Settings]:
    def call(environment: dict[str, str] | None = None, **options: str | None) -> Settings:
        home = {"WEIGHTMARK_HOME": str(work.parent / "home")}
        return load_settings(options, home | (environment or {}), work)

    return call


Load = Callable[..., Settings]


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_decided_by_the_first_source_that_has_it(
    work: Path, load: Load, option: str
) -> None:
    sources = ["flag", "variable", "here", "user"]
    for present in product([True, False], repeat=4):
        has = {source for source, is_there in zip(sources, present, strict=True) if is_there}
        for source, folder in (("here", work), ("user", work.parent / "home")):
            text = f"{option} = '{source}'" if source in has else ""
            (folder / FILE_NAME).write_text(text)
        environment = {f"WEIGHTMARK_{option.upper()}": "variable"} if "variable" in has else {}
        flag = {option: "flag"} if "flag" in has else {}
        expected = next((source for source in sources if source in has), "")
        folders = {"here": work, "user": work.parent / "home"}
        if option in ("trust", "policy") and expected in folders:
            # A path in a file is relative to the file, not to where one stands.
            expected = str(folders[expected] / expected)
        assert getattr(load(environment, **flag), option) == expected


def test_what_is_empty_counts_as_absent(work: Path, load: Load) -> None:
    (work / FILE_NAME).write_text("network = 'base'")
    assert load({"WEIGHTMARK_NETWORK": ""}, network="").network == "base"
    assert load({}, network=None).network == "base"


def test_options_may_come_from_different_sources(work: Path, load: Load) -> None:
    (work / FILE_NAME).write_text("network = 'base'\nkey = 'here'")
    (work.parent / "home" / FILE_NAME).write_text("key = 'user'\ndigest = 'blake3'")
    found = load({"WEIGHTMARK_POLICY": "p.toml"}, trust="t.toml")
    assert (found.network, found.key, found.digest) == ("base", "here", "blake3")
    assert (found.policy, found.trust) == ("p.toml", "t.toml")
    configured = (work / FILE_NAME, work.parent / "home" / FILE_NAME)
    # The policy judges, and nobody named it in the call; the trust file was named.
    assert found.files == (*configured, work / "p.toml")


def test_only_a_flag_chooses_the_network(work: Path, load: Load) -> None:
    (work / FILE_NAME).write_text("network = 'base'")
    assert load().chosen_network == ""
    assert load({"WEIGHTMARK_NETWORK": "base"}).chosen_network == ""
    assert load(network="sepolia").chosen_network == "sepolia"


def test_one_directory_holds_all_state(work: Path, load: Load, tmp_path: Path) -> None:
    home = work.parent / "home"
    assert (load().data_dir, load().config_dir) == (home, home)
    assert load(data_dir=str(tmp_path / "other")).config_dir == tmp_path / "other"
    assert load(data_dir="relative").data_dir.is_absolute()


def test_without_it_state_is_in_the_users_directories(work: Path, user_home: Path) -> None:
    found = load_settings({}, {}, work)
    assert found.data_dir.is_relative_to(user_home)
    assert found.config_dir.is_relative_to(user_home)
    assert found.data_dir != found.config_dir


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"netwrok = 'base'", "netwrok"),
        (b"network = 1", "network"),
        (b"network = ", "malformed"),
        (b"\xff", "malformed"),
        (b"network = " + b"[" * 100_000, "malformed"),
        (b"private_key = 'x'", "private_key"),
        (b"#" * (MAX_SMALL_FILE + 1), "larger than"),
        (rb'trust = "a\u0000b"', "trust"),
    ],
    ids=range(8),
)
@pytest.mark.parametrize("folder", ["work", "home"])
def test_a_malformed_file_is_refused_though_a_flag_decides(
    work: Path, load: Load, folder: str, data: bytes, reason: str
) -> None:
    path = work.parent / folder / FILE_NAME
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        load(network="base")
    assert str(path) in caught.value.message


def test_a_configuration_inside_the_artifact_is_refused(work: Path, load: Load) -> None:
    (work / "model").mkdir()
    (work / FILE_NAME).write_text("")
    found = load()
    for artifact in (work, work.parent, work / FILE_NAME):
        with pytest.raises(ConfigurationError, match="lies inside the artifact"):
            found.refuse_files_inside(artifact)
    found.refuse_files_inside(work / "model")


@pytest.mark.parametrize("option", ["trust", "policy"])
def test_a_file_that_judges_may_not_come_with_the_artifact(
    work: Path, load: Load, option: str
) -> None:
    (work / "model").mkdir(exist_ok=True)
    inside = str(work / "model" / "theirs.toml")
    named = load({f"WEIGHTMARK_{option.upper()}": inside})
    with pytest.raises(ConfigurationError, match="lies inside the artifact"):
        named.refuse_files_inside(work / "model")
    # Whoever names it in the call has decided.
    load(**{option: inside}).refuse_files_inside(work / "model")


def test_a_configuration_that_is_a_link_to_elsewhere_is_inside(work: Path, load: Load) -> None:
    (work.parent / "blob").write_text("network = 'base'")
    (work / FILE_NAME).unlink(missing_ok=True)
    (work / FILE_NAME).symlink_to(work.parent / "blob")
    with pytest.raises(ConfigurationError, match="lies inside the artifact"):
        load().refuse_files_inside(work)


def test_a_link_does_not_hide_that_it_is_inside(work: Path, load: Load) -> None:
    (work / FILE_NAME).write_text("")
    link = work.parent / "link"
    link.symlink_to(work)
    with pytest.raises(ConfigurationError, match="lies inside the artifact"):
        load().refuse_files_inside(link)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (os.mkfifo, "is not a regular file"),
        (Path.mkdir, "cannot be read: Is a directory"),
        (lambda path: path.symlink_to(path.name), "cannot be read: Too many levels"),
    ],
    ids=["FIFO", "folder", "loop"],
)
def test_what_is_no_file_is_refused_and_not_waited_for(
    work: Path, load: Load, make: Callable[[Path], None], reason: str
) -> None:
    make(work / FILE_NAME)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        load()
    assert str(work / FILE_NAME) in caught.value.message


def test_links_that_go_round_are_no_place_of_a_configuration(work: Path, load: Load) -> None:
    (work / FILE_NAME).write_text("")
    (work / "loop").symlink_to("loop")
    load().refuse_files_inside(work / "loop")


def test_the_process_gives_variables_and_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEIGHTMARK_NETWORK", "base")
    environment, directory = working_environment()
    assert (environment["WEIGHTMARK_NETWORK"], directory) == ("base", tmp_path)
