"""The configuration: an option decides, then a variable, then a file, then the default.

Files are ``weightmark.toml`` in the working directory, then in the configuration directory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from os.path import realpath
from pathlib import Path

import msgspec
from msgspec import Struct

from weightmark.adapters.signing.token_uri import URI_PREFIX
from weightmark.adapters.state.atomic import read_small
from weightmark.bootstrap.ipfs_settings import GATEWAYS_VARIABLE, IpfsSettings, IpfsTable, Text
from weightmark.errors import ConfigurationError

FILE_NAME = "weightmark.toml"


class _Options(Struct, frozen=True, forbid_unknown_fields=True):
    network: Text = ""
    rpc_url: Text = ""
    key: Text = ""
    digest: Text = ""
    trust: Text = ""
    policy: Text = ""


class _File(_Options, frozen=True, forbid_unknown_fields=True):
    ipfs: IpfsTable = IpfsTable()


OPTIONS = _Options.__struct_fields__

# The settings that name files which judge artifacts.
_JUDGES = ("trust", "policy")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is configured; an empty text stands for the default.

    Attributes:
        data_dir: Where keys, records and the embedded chain are.
        config_dir: Where the trust file and the networks are.
        network: A network's name or chain id, if the configuration names one.
        chosen_network: The same, if the caller named one.
        rpc_url: A JSON-RPC endpoint that takes the place of the network's own.
        key: A key's name or the path of a keystore file.
        chosen_key: The same, if the caller named one.
        digest: The digest of new releases.
        trust: Another trust file.
        policy: A policy file.
        ipfs: Where content is pinned, and got from.
        files: The configuration files that were read, and the trust and policy files that they or
            variables name: all that nobody named in the call.
    """

    data_dir: Path
    config_dir: Path
    network: str = ""
    chosen_network: str = ""
    rpc_url: str = ""
    key: str = ""
    chosen_key: str = ""
    digest: str = ""
    trust: str = ""
    policy: str = ""
    ipfs: IpfsSettings = field(default_factory=IpfsSettings)
    files: tuple[Path, ...] = ()

    def refuse_files_inside(self, folder: Path) -> None:
        """Refuse a configuration that comes with the artifact that it would judge.

        Raises:
            ConfigurationError: A file of `files` lies inside ``folder``, or is a link that does.
        """
        # Not Path.resolve, which raises where links go round in a circle.
        inside = realpath(folder)
        for path in self.files:
            places = (Path(realpath(path)), Path(realpath(path.parent)) / path.name)
            if any(place.is_relative_to(inside) for place in places):
                raise ConfigurationError(
                    f"the configuration {path} lies inside the artifact that it would judge",
                    hint="run the command from another directory",
                )


def load_settings(
    options: Mapping[str, str | None],
    environment: Mapping[str, str],
    working_directory: Path,
) -> Settings:
    """Join options, variables, files and defaults.

    Args:
        options: What the caller gave, by the names of `OPTIONS` and ``data_dir``.
        environment: The variables of the process.
        working_directory: Where the first configuration file may be.

    Raises:
        ConfigurationError: A configuration file is malformed or cannot be read.
    """
    given = {name: text for name, text in options.items() if text}
    home = given.pop("data_dir", "") or environment.get("WEIGHTMARK_HOME", "")
    data_dir, config_dir = (Path(home), Path(home)) if home else _user_directories()
    files = _files(working_directory / FILE_NAME, config_dir / FILE_NAME)
    anchored = [_anchored(file, path) for path, file in files.items()]
    variables = {name: environment.get(f"WEIGHTMARK_{name.upper()}", "") for name in OPTIONS}
    configured = _joined(*reversed(anchored), variables, given)
    unnamed = (configured[name] for name in _JUDGES if name not in given)
    return Settings(
        data_dir=data_dir.absolute(),
        config_dir=config_dir.absolute(),
        chosen_network=given.get("network", ""),
        chosen_key=given.get("key", ""),
        ipfs=IpfsSettings.joined(environment, [file.ipfs for file in files.values()]),
        files=(*files, *(working_directory / text for text in unnamed if text)),
        **configured,
    )


def working_environment() -> tuple[Mapping[str, str], Path]:
    """Return the variables and the working directory of this process.

    Raises:
        ConfigurationError: The working directory is gone.
    """
    try:
        return os.environ, Path.cwd()
    except OSError as error:
        raise ConfigurationError(
            f"the working directory cannot be used: {error.strerror}",
            hint="change to a directory that exists",
        ) from None


def _user_directories() -> tuple[Path, Path]:
    import platformdirs

    directories = platformdirs.PlatformDirs("weightmark", appauthor=False)
    return directories.user_data_path, directories.user_config_path


def _files(here: Path, own: Path) -> dict[Path, _File]:
    """Read the file of the working directory and the user's own, where they are."""
    files = {path: found for path in (here, own) if (found := _read(path)) is not None}
    if here in files:
        _refuse_what_is_not_theirs(here, files[here])
    return files


def _joined(*sources: Mapping[str, str]) -> dict[str, str]:
    """Return the options, each as the last one has it that says something of it."""
    joined = dict.fromkeys(OPTIONS, "")
    for source in sources:
        joined.update({name: text for name, text in source.items() if text})
    return joined


def _refuse_what_is_not_theirs(path: Path, file: _File) -> None:
    """Refuse what whoever wrote the working directory's files is not to choose.

    A key on a token names a library to load. To an own IPFS node models are sent, and to a pinning
    service a token, which its variable holds whoever names the URL. A gateway gets what everybody
    may know, but on whatever path of whatever machine, also of a network that is nobody else's:
    those have no certificates that everybody trusts.
    """
    if file.key.startswith(URI_PREFIX):
        raise ConfigurationError(
            f"the configuration {path} names a key on a token, and so a library to load",
            hint="name it with --key or WEIGHTMARK_KEY, or in the configuration directory",
        )
    if not all(url.startswith("https://") for url in file.ipfs.gateways):
        raise ConfigurationError(
            f"the configuration {path} names a gateway without https://, and so perhaps a machine "
            "of your own network",
            hint=f"name it with --gateway or {GATEWAYS_VARIABLE}, or in the configuration "
            "directory",
        )
    if service := file.ipfs.named_service:
        raise ConfigurationError(
            f"the configuration {path} names a URL of ipfs.{service.name}, and so who is sent what "
            "is not everybody's",
            hint=f"name it in {service.variable}, or in the configuration directory",
        )


def _anchored(file: _File, path: Path) -> dict[str, str]:
    """Return a file's options, with paths relative to the file and not to where one stands."""
    options: dict[str, str] = {name: getattr(file, name) for name in OPTIONS}
    judges = {name: str(path.parent / options[name]) for name in _JUDGES if options[name]}
    return {**options, **judges}


def _read(path: Path) -> _File | None:
    data = read_small(path)
    if data is None:
        return None
    try:
        return msgspec.toml.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(
            f"the configuration {path} is malformed: {error}",
            hint=f"it may hold: {', '.join(_File.__struct_fields__)}",
        ) from None
