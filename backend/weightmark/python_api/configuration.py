"""What every function of the Python API takes beside its own arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, TypeVar

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.settings import working_environment
from weightmark.errors import UsageError

PathLike = str | Path

_Item = TypeVar("_Item")


class Configuration(TypedDict, total=False):
    """What is configured in a call; each outranks its variable and the configuration files.

    None stands for what a variable, a file or the default says.

    Attributes:
        network: A network's name or chain id.
        rpc_url: The network's JSON-RPC endpoint.
        key: A key's name or a keystore file; it outranks ``WEIGHTMARK_PRIVATE_KEY``.
        digest: ``sha2-256`` (the default) or ``blake3``, for a new release.
        trust: Another trust file.
        policy: A policy file.
        data_dir: Where all state is kept.
    """

    network: str | None
    rpc_url: str | None
    key: str | None
    digest: str | None
    trust: PathLike | None
    policy: PathLike | None
    data_dir: PathLike | None


def application_of(configuration: Configuration) -> Application:
    """Return what is configured, here and elsewhere.

    Raises:
        TypeError: An argument has a name that `Configuration` does not have.
        ConfigurationError: A configuration file is malformed or cannot be read.
    """
    refuse_unknown_names(configuration)
    environment, directory = working_environment()
    given = {name: str(value) for name, value in configuration.items() if value is not None}
    return Application.load(given, environment, directory)


def refuse_unknown_names(configuration: Configuration) -> None:
    """Answer as Python itself does to a keyword argument that a function does not have.

    Raises:
        TypeError: There is one.
    """
    for name in configuration:
        if name not in Configuration.__optional_keys__:
            raise TypeError(f"got an unexpected keyword argument {name!r}")


def sequence_of(argument: str, given: Sequence[_Item]) -> tuple[_Item, ...]:
    """Return several things, of which one alone is easily given by mistake.

    Raises:
        UsageError: What is given is a text.
    """
    if isinstance(given, str):
        raise UsageError(
            f"{argument} is a sequence, not the text {given!r}",
            hint=f"write {argument}=[{given!r}]",
        )
    return tuple(given)


def path_of(path: PathLike | None) -> Path | None:
    """Return a path, where one is given."""
    return None if path is None else Path(path)
