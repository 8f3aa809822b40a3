"""Names and addresses of machines."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host's name or address means the machine itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(multiaddress: str) -> bool:
    """Whether a multiaddress names a node, and one that can be reached from other networks.

    Its form is that of https://multiformats.io/multiaddr/: ``/ip4/203.0.113.1/tcp/4001/p2p/ID``.
    """
    match multiaddress.split("/"):
        case ["", "ip4" | "ip6", host, *_, "p2p", _]:
            try:
                return ip_address(host).is_global
            except ValueError:
                return False
        case ["", "dns" | "dns4" | "dns6" | "dnsaddr", host, *_, "p2p", _]:
            return "." in host and not host.endswith((".local", ".localhost"))
    return False
