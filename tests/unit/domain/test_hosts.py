"""Which names mean the machine itself, and which can be reached from elsewhere."""

from __future__ import annotations

import pytest

from weightmark.domain.hosts import is_loopback, is_public


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_the_machine_itself(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "localhost.example", "127.0.0.1.example", "0.0.0.0", "10.0.0.1", "::", "1"]
)
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)


PEER = "/p2p/12D3KooWPeer"


@pytest.mark.parametrize(
    "address",
    [
        "/ip4/8.8.8.8/tcp/4001",
        "/ip6/2606:4700::1111/udp/4001/quic-v1",
        "/ip4/8.8.8.8/tcp/4001/p2p/12D3KooWRelay/p2p-circuit",
        "/dns4/node.example/tcp/443/wss",
        "/dnsaddr/node.example",
    ],
)
def test_what_others_can_reach(address: str) -> None:
    assert is_public(address + PEER)
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "/ip4",
        "/ip4/127.0.0.1/tcp/4001",
        "/ip4/192.168.1.5/tcp/4001",
        "/ip4/169.254.169.254/tcp/80",
        "/ip4/100.64.0.1/tcp/4001",
        "/ip4/0.0.0.0/tcp/4001",
        "/ip4/8.8.8/tcp/4001",
        "/ip6/::1/tcp/4001",
        "/ip6/fe80::1/tcp/4001",
        "/ip6zone/eth0/ip6/fe80::1/tcp/4001",
        "/dns4/localhost/tcp/4001",
        "/dns4/node.local/tcp/4001",
        "/unix/run/node.sock",
        "8.8.8.8/tcp/4001",
    ],
)
def test_what_others_cannot_reach(address: str) -> None:
    assert not is_public(address + PEER)
