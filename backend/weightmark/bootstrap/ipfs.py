"""Who keeps content, and who gives it: what is configured of IPFS, joined to its adapters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from weightmark.bootstrap.application import Application
from weightmark.bootstrap.ipfs_settings import SERVICE_URL_VARIABLE
from weightmark.domain.text import printable
from weightmark.errors import ConfigurationError, UsageError
from weightmark.ports.blocks import PinTarget, Provider

if TYPE_CHECKING:
    from weightmark.adapters.ipfs.kubo import Kubo
    from weightmark.adapters.ipfs.kubo_rpc import KuboRpc
    from weightmark.adapters.ipfs.pinning_api import PinningApi
    from weightmark.services.pinning import PinOrder


class Target(StrEnum):
    """What ``--ipfs`` calls those who keep content."""

    EMBEDDED = "embedded"
    KUBO = "kubo"
    PINNING_SERVICE = "pinning-service"


def pin_targets(application: Application, names: Sequence[str]) -> tuple[PinTarget, ...]:
    """Return those who are to keep content, each once, beside the embedded store.

    That one always has what is pinned: a node takes it from there, and a service from the node.

    Args:
        application: What is configured.
        names: Their names, as `Target` has them; none for the node that is configured, or where
            none is, the embedded store.

    Raises:
        UsageError: There is no such target.
        ConfigurationError: What is configured of one cannot be used, or is missing.
    """
    configured = Target.KUBO if application.settings.ipfs.kubo_url else Target.EMBEDDED
    chosen = tuple(dict.fromkeys(names)) or (configured,)
    for name in chosen:
        if name not in {Target.EMBEDDED, *_TARGETS}:
            raise UsageError(
                f"'{printable(name)}' keeps no content",
                hint=f"content is kept by: {', '.join((Target.EMBEDDED, *_TARGETS))}",
            )
    return tuple(join(application, chosen) for name, join in _TARGETS.items() if name in chosen)


def pin_order(
    application: Application, *, pin: bool, copy: bool, targets: Sequence[str]
) -> PinOrder | None:
    """Return where the files of a release are to be kept; None to keep its manifest alone.

    Args:
        application: What is configured.
        pin: Whether they are to be kept at all.
        copy: Whether the embedded store copies them.
        targets: By whom; to name one is to have them kept.

    Raises:
        UsageError: There is no such target, or nothing is pinned that could be copied.
        ConfigurationError: What is configured of a target cannot be used, or is missing.
    """
    from weightmark.services.pinning import PinOrder

    if pin or targets:
        return PinOrder(pin_targets(application, targets), copy)
    if copy:
        raise UsageError("--copy copies what is pinned", hint="add --pin, or leave out --copy")
    return None


def block_sources(application: Application, gateways: Sequence[str]) -> tuple[Provider, ...]:
    """Return those who may have content, the nearest first.

    Args:
        application: What is configured.
        gateways: URLs of trustless gateways; none for those that are configured.

    Raises:
        ConfigurationError: What is configured of one cannot be used.
    """
    urls = tuple(gateways) or application.settings.ipfs.gateways
    return tuple(source for sources in _SOURCES for source in sources(application, urls))


def _gateway(url: str) -> Provider:
    from weightmark.adapters.ipfs.gateway import Gateway

    return Gateway(url)


def pinning_api(application: Application) -> PinningApi:
    """Return the pinning service that is configured.

    Raises:
        ConfigurationError: None is, or it cannot be used.
    """
    from weightmark.adapters.ipfs.pinning_api import TOKEN_VARIABLE, PinningApi

    url = application.settings.ipfs.pinning_service_url
    if not url:
        raise ConfigurationError(
            "no pinning service is configured",
            hint=f"set {SERVICE_URL_VARIABLE}, or name its url under [ipfs.pinning-service] of the "
            f"weightmark.toml in {application.settings.config_dir}",
        )
    return PinningApi(url, application.secret(TOKEN_VARIABLE) or "")


def kubo_rpc(application: Application) -> KuboRpc:
    """Return the Kubo node that is configured, or the one that is usual on this machine.

    Raises:
        ConfigurationError: It cannot be used.
    """
    from weightmark.adapters.ipfs.kubo_rpc import AUTHORIZATION_VARIABLE, USUAL_URL, KuboRpc

    url = application.settings.ipfs.kubo_url or USUAL_URL
    return KuboRpc(url, application.secret(AUTHORIZATION_VARIABLE) or "")


def _kubo(application: Application, _: Collection[str] = ()) -> Kubo:
    from weightmark.adapters.ipfs.kubo import Kubo

    return Kubo(kubo_rpc(application))


def _pinning_service(application: Application, chosen: Collection[str]) -> PinTarget:
    """Join the service, which is told where to get what a node was sent before."""
    from weightmark.adapters.ipfs.pinning_service import Patience, PinningService

    patience = Patience(application.settings.ipfs.pinning_service_seconds)
    providers = kubo_rpc(application).addresses if Target.KUBO in chosen else tuple
    return PinningService(pinning_api(application), patience, providers)


# In the order in which they can have it, one from the other.
_TARGETS: Mapping[str, Callable[[Application, Collection[str]], PinTarget]] = {
    Target.KUBO: _kubo,
    Target.PINNING_SERVICE: _pinning_service,
}

# In the order in which they are asked: what is on this machine first.
_SOURCES: Sequence[Callable[[Application, Sequence[str]], Iterable[Provider]]] = (
    lambda application, _: (application.store,),
    lambda application, _: (_kubo(application),) if application.settings.ipfs.kubo_url else (),
    lambda _, gateways: map(_gateway, gateways),
)
