"""What is installed, reachable and missing."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

from weightmark.adapters.state.atomic import storage_error
from weightmark.bootstrap.application import Application
from weightmark.bootstrap.ipfs import kubo_rpc, pinning_api
from weightmark.errors import NoKeyError, NotDeployedError, StorageError, WeightmarkError
from weightmark.version import __version__

# What is optional: its subject, what uses it, the extra, and the packages that this brings.
_EXTRAS = (
    ("web API", "weightmark serve", "server", "fastapi", "uvicorn"),
    ("tokens", "--key 'pkcs11:…'", "pkcs11", "pkcs11"),
)


class Condition(StrEnum):
    """How a part of the installation is."""

    WELL = "ok"
    ABSENT = "absent"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the installation, how it is, and what mends it."""

    subject: str
    condition: Condition
    message: str
    hint: str = ""


_Part = tuple[str, Callable[[Application], str]]


def diagnose(application: Application) -> tuple[Finding, ...]:
    """Look at everything that commands need.

    Parts that are optional, or come into being on first use, are absent without failing.
    """
    parts: tuple[_Part, ...] = (
        ("data directory", _data_directory),
        ("trust file", _trust),
        ("records", _records),
        ("policy", _policy),
        ("key", _key),
        ("network", _network),
        *_ipfs_services(application),
    )
    findings = [_versions(), *(_looked_at(name, look, application) for name, look in parts)]
    return (*findings, *(_extra(*each) for each in _EXTRAS))


def _looked_at(name: str, look: Callable[[Application], str], application: Application) -> Finding:
    try:
        return Finding(name, Condition.WELL, look(application))
    except (NotDeployedError, NoKeyError) as error:
        return Finding(name, Condition.ABSENT, error.message, error.hint)
    except WeightmarkError as error:
        return Finding(name, Condition.FAILING, error.message, error.hint)


def _versions() -> Finding:
    message = f"weightmark {__version__}, Python {platform.python_version()}"
    return Finding("versions", Condition.WELL, message)


def _extra(subject: str, use: str, name: str, *packages: str) -> Finding:
    if all(map(find_spec, packages)):
        return Finding(subject, Condition.WELL, f"installed: {use}")
    hint = f"pip install 'weightmark[{name}]'"
    return Finding(subject, Condition.ABSENT, "not installed", hint)


def _data_directory(application: Application) -> str:
    folder = application.settings.data_dir
    try:
        nearest = next(each for each in (folder, *folder.parents) if each.exists())
    except OSError as error:
        raise storage_error(folder, error) from None
    if nearest == folder:
        _check_writable(folder)
        return f"{folder} can be written by user {os.getuid()}"
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise StorageError(
            f"{folder} cannot be made: {nearest} cannot be written",
            hint="choose another place with --data-dir or WEIGHTMARK_HOME",
        )
    return f"{folder} is made on first use"


def _check_writable(folder: Path) -> None:
    try:
        with TemporaryFile(dir=folder) as probe:
            probe.write(b"\0")
    except OSError as error:
        raise storage_error(folder, error) from None


def _trust(application: Application) -> str:
    count = len(application.trust.load().publishers)
    return f"{count} trusted publisher{'' if count == 1 else 's'}"


def _records(application: Application) -> str:
    count = len(application.records.releases())
    return f"{count} deed{'' if count == 1 else 's'} remembered"


def _policy(application: Application) -> str:
    application.policy()
    return application.settings.policy or "the default policy"


def _key(application: Application) -> str:
    network = application.network
    if application.accounts.is_made_on_first_use(network):
        return "the key of this machine's own chains is made on first use"
    return f"publishing as {application.accounts.address(network)}"


def _network(application: Application) -> str:
    network = application.network
    block = application.check_network(network)
    return f"'{network.name}' answers at block {block.number}, with the real registry"


def _ipfs_services(application: Application) -> Iterator[_Part]:
    """Give what nobody needs who has not configured it."""
    if application.settings.ipfs.kubo_url:
        yield "Kubo", _kubo
    if application.settings.ipfs.pinning_service_url:
        yield "pinning service", _pinning_service


def _kubo(application: Application) -> str:
    node = kubo_rpc(application)
    return f"{node.name} answers: version {node.version()}"


def _pinning_service(application: Application) -> str:
    service = pinning_api(application)
    service.check()
    return f"{service.name} knows the token"
