"""The client of a Kubo node, against what nodes answer, and what others in their place do."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import pytest

from tests.fakes.blocks import Stored
from weightmark.adapters.http.client import READ_SECONDS
from weightmark.adapters.ipfs import http
from weightmark.adapters.ipfs.kubo import BATCH_BYTES, Kubo
from weightmark.adapters.ipfs.kubo_rpc import MAX_NAME_BYTES, STORE_SECONDS, KuboRpc
from weightmark.domain.content_address import cid_text, parse_cid
from weightmark.domain.ipfs.car import header, read_section
from weightmark.domain.ipfs.profiles import PROFILES
from weightmark.errors import ContentError, ContentUnavailableError, IpfsServiceError

PROFILE = PROFILES["unixfs-v1-2025"]
TOKEN = "planted-token-0123"


class Node:
    """A node that holds blocks and pins, as far as its RPC shows.

    Attributes:
        blocks: What it holds.
        names: The name of each pin, by its CID as text.
        sent: The CIDs of each CAR file that it was sent.
        answers: What it answers to some commands instead.
        waited_for: How long it may be silent before it answers, in seconds, by its commands.
    """

    def __init__(self) -> None:
        self.blocks: dict[bytes, bytes] = {}
        self.names: dict[str, str] = {}
        self.sent: list[list[bytes]] = []
        self.answers: dict[str, httpx2.Response | Exception] = {}
        self.waited_for: dict[str, float] = {}
        self.authorization = ""

    def handle(self, request: httpx2.Request) -> httpx2.Response:
        command = request.url.path.removeprefix("/api/v0/")
        self.authorization = request.headers.get("authorization", "")
        self.waited_for[command] = request.extensions["timeout"]["read"]
        content = request.read()
        assert request.method == "POST"
        answer = self.answers.get(command)
        if isinstance(answer, Exception):
            raise answer
        return answer or self._answer(command, request.url.params, content)

    def _answer(self, command: str, query: httpx2.QueryParams, content: bytes) -> httpx2.Response:
        cid = query.get("arg", "")
        held = self.blocks.get(parse_cid(cid)) if command.startswith("block/") else b""
        answers = {
            "version": lambda: document({"Version": "0.43.0"}),
            "block/get": lambda: reply(held or b""),
            "block/stat": lambda: document({"Key": cid, "Size": len(held or b"")}),
            "dag/import": lambda: document({"Stats": {"BlockCount": self._import(query, content)}}),
            "pin/ls": lambda: document({"Keys": {cid: {"Type": "recursive"}}}),
            "pin/add": lambda: self._pin(cid, query),
        }
        if held is None:
            assert query["offline"] == "true"
            return refusal(f"block was not found locally (offline): ipld: could not find {cid}")
        if command == "pin/ls" and cid not in self.names:
            return refusal(f"path '{cid}' is not pinned")
        return answers[command]()

    def _pin(self, cid: str, query: httpx2.QueryParams) -> httpx2.Response:
        self.names[cid] = query["name"]
        return reply(b'{"Progress":1}\n{"Pins":["%s"]}\n' % cid.encode())

    def _import(self, query: httpx2.QueryParams, content: bytes) -> int:
        assert (query["pin-roots"], query["fast-provide-root"]) == ("false", "false")
        boundary, _, rest = content.partition(b"\r\n")
        car = rest.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n" + boundary + b"--\r\n")
        offset, received = len(header(bytes(36))), dict[bytes, bytes]()
        while offset < len(car):
            section = read_section(car[offset:])
            start = offset + section.head
            offset = start + section.length
            received[section.cid] = car[start:offset]
        self.blocks |= received
        self.sent.append([*received])
        return len(received)


def reply(content: bytes, status: int = 200, kind: str = "") -> httpx2.Response:
    return httpx2.Response(status, headers={"content-type": kind}, content=iter([content]))


def document(value: object, status: int = 200) -> httpx2.Response:
    return reply(json.dumps(value).encode(), status, "application/json")


def refusal(message: str) -> httpx2.Response:
    return document({"Message": message, "Code": 0, "Type": "error"}, 500)


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Node:
    node = Node()

    def open_client(_: object, headers: dict[str, str], *, use_proxies: bool) -> httpx2.Client:
        assert not use_proxies
        return httpx2.Client(headers=headers, transport=httpx2.MockTransport(node.handle))

    monkeypatch.setattr(http, "open_client", open_client)
    return node


@pytest.fixture
def kubo() -> Kubo:
    return Kubo(KuboRpc("http://127.0.0.1:5001"))


@pytest.fixture
def stored() -> Stored:
    return Stored()


def pin(kubo: Kubo, stored: Stored, root: bytes, label: str = "acme/digits@1.0.0") -> int:
    """Pin, and return how many bytes it was said to be."""
    told: list[int] = []
    kubo.pin(root, label, stored, told.append)
    return sum(told)


def test_all_blocks_are_sent_and_pinned_by_a_name(node: Node, kubo: Kubo, stored: Stored) -> None:
    root = stored.add_files({"a": b"1" * (3 * 2**20 + 1), "b/c": b"", "b/d": b"2"}, PROFILE)
    assert pin(kubo, stored, root) == sum(map(len, stored.blocks.values()))
    assert node.blocks == stored.blocks
    assert node.names == {cid_text(root): "acme/digits@1.0.0"}
    assert node.authorization == ""


def test_storing_is_waited_for(node: Node, kubo: Kubo, stored: Stored) -> None:
    pin(kubo, stored, stored.raw(b"root"))
    assert node.waited_for["dag/import"] == STORE_SECONDS
    assert node.waited_for["block/stat"] == READ_SECONDS < STORE_SECONDS


def test_what_the_node_holds_is_not_sent(node: Node, kubo: Kubo, stored: Stored) -> None:
    root = stored.add_files({"a": b"1" * 2**20 + b"2" * 2**20, "b": b"3"}, PROFILE)
    held = dict(list(stored.blocks.items())[::2])
    node.blocks |= held
    assert pin(kubo, stored, root) == sum(map(len, stored.blocks.values()))
    sent = [cid for cids in node.sent for cid in cids]
    assert sorted(sent) == sorted(stored.blocks.keys() - held.keys())
    assert node.blocks == stored.blocks


def test_what_is_pinned_is_left_alone(node: Node, kubo: Kubo, stored: Stored) -> None:
    root = stored.raw(b"root")
    pin(kubo, stored, root)
    node.sent.clear()
    pin(kubo, Stored(), root, "another")
    assert node.sent == []
    assert node.names == {cid_text(root): "acme/digits@1.0.0"}


def test_an_interruption_loses_a_chunk_at_most(node: Node, kubo: Kubo, stored: Stored) -> None:
    chunks = [bytes((number,)) * 2**20 for number in range(4)]
    small = {f"{number}": f"{number}".encode() for number in range(50)}
    root = stored.add_files(small | {"large": b"".join(chunks)}, PROFILE)
    pin(kubo, stored, root)
    sizes = [[len(stored.blocks[cid]) for cid in cids] for cids in node.sent]
    assert all(sum(each[:-1]) < BATCH_BYTES for each in sizes)
    assert len(sizes) == len(chunks)


def test_a_source_that_changed_ends_the_pin_and_the_next_one_goes_on(
    node: Node, kubo: Kubo, stored: Stored
) -> None:
    root = stored.add_files({"a": b"1" * 2**20 + b"2" * 2**20}, PROFILE)
    last = [*stored.blocks][1]
    block, stored.blocks[last] = stored.blocks[last], b"changed"
    with pytest.raises(ContentError, match=cid_text(last)):
        pin(kubo, stored, root)
    assert node.names == {}
    first = [cid for cids in node.sent for cid in cids]
    assert first
    stored.blocks[last] = block
    pin(kubo, stored, root)
    sent = [cid for cids in node.sent for cid in cids]
    assert sorted(sent) == sorted(stored.blocks)
    assert node.names


def test_a_long_name_is_cut_between_characters(node: Node, kubo: Kubo, stored: Stored) -> None:
    root = stored.raw(b"root")
    pin(kubo, stored, root, "x" + "ж" * MAX_NAME_BYTES)
    assert node.names == {cid_text(root): "x" + "ж" * (MAX_NAME_BYTES // 2)}


def test_a_block_is_read_and_checked(node: Node, kubo: Kubo, stored: Stored) -> None:
    cid = stored.raw(b"block")
    with pytest.raises(
        ContentUnavailableError, match=f"127.0.0.1:5001 does not hold {cid_text(cid)}"
    ):
        kubo.get(cid)
    node.blocks[cid] = b"block"
    assert kubo.get(cid) == b"block"
    node.blocks[cid] = b"other"
    with pytest.raises(ContentError, match="not what its CID says"):
        kubo.get(cid)


def test_the_authorization_is_sent_and_never_shown(node: Node, stored: Stored) -> None:
    kubo = Kubo(KuboRpc("http://127.0.0.1:5001", f"Bearer {TOKEN}"))
    pin(kubo, stored, stored.raw(b"root"))
    assert node.authorization == f"Bearer {TOKEN}"
    node.answers["block/get"] = refusal(f"who is {TOKEN}?")
    with pytest.raises(IpfsServiceError, match="who is …") as raised:
        kubo.get(stored.raw(b"root"))
    assert TOKEN not in raised.value.message + kubo.name
    for length in range(80, 110):
        node.answers["block/get"] = refusal("-" * length + TOKEN + "-" * 300)
        with pytest.raises(IpfsServiceError) as raised:
            kubo.get(stored.raw(b"root"))
        assert TOKEN[:4] not in raised.value.message


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"Addresses": ["/ip4/192.0.2.7/tcp/4001/p2p/12D"]}, ("/ip4/192.0.2.7/tcp/4001/p2p/12D",)),
        ({"Addresses": None}, ()),
        ({}, ()),
    ],
)
def test_where_others_reach_the_node(node: Node, answer: object, found: tuple[str, ...]) -> None:
    node.answers["id"] = document(answer)
    assert KuboRpc("http://127.0.0.1:5001").addresses() == found


def dies() -> Iterator[bytes]:
    yield b'{"Sta'
    raise httpx2.RemoteProtocolError("peer closed connection")


@pytest.mark.parametrize(
    ("command", "answer", "named", "hint"),
    [
        ("version", httpx2.ConnectError("refused"), "failed", "ipfs daemon"),
        ("version", reply(b"404 page not found", 404), "status 404", "RPC"),
        ("version", reply(b"403 - Forbidden", 403), "403", "KUBO_AUTHORIZATION"),
        ("version", reply(b"", 401), "401", "KUBO_AUTHORIZATION"),
        ("version", reply(b"", 302), "status 302", "RPC"),
        ("version", reply(b"no", 500), "status 500", "RPC"),
        ("version", document({"Version": "0.25.0"}), "Kubo 0.25.0, and 0.26 or newer", "update"),
        ("version", document({"Version": "v1"}), "which version of Kubo", ""),
        ("version", document({}), "which version of Kubo", ""),
        ("version", document([]), "not an object", ""),
        ("version", reply(b"<html>", 200), "not JSON", ""),
        ("version", reply(b" " * (2**20 + 1)), "more than", ""),
        ("block/stat", refusal("datastore is closed"), "datastore is closed", "again"),
        ("block/stat", document({"Size": "7"}), "how long", ""),
        ("block/stat", document({"Size": -1}), "how long", ""),
        ("block/stat", document({"Size": 2**40}), "how long", ""),
        (
            "dag/import",
            refusal("write " + "/a" * 300 + ": no space"),
            "write /a.* … .*: no space",
            "",
        ),
        ("dag/import", refusal("write: no space left on device"), "no space left", "again"),
        ("dag/import", httpx2.WriteError("broken pipe"), "WriteError", "ipfs daemon"),
        ("dag/import", httpx2.Response(200, content=dies()), "RemoteProtocolError", ""),
        ("dag/import", document({"Stats": {"BlockCount": 7}}), "stored another number", ""),
        ("dag/import", document({"Root": {}}), "stored another number", ""),
        ("pin/add", refusal("pin: could not find bafk"), "could not find bafk", "again"),
        (
            "pin/add",
            reply(b'{"Progress":1}\n'),
            "did not pin",
            "repo verify",
        ),
        ("pin/ls", refusal("something else"), "something else", "again"),
    ],
)
def test_failures(
    node: Node,
    kubo: Kubo,
    stored: Stored,
    command: str,
    answer: httpx2.Response,
    named: str,
    hint: str,
) -> None:
    node.answers[command] = answer
    with pytest.raises(IpfsServiceError, match=named) as raised:
        pin(kubo, stored, stored.raw(b"root"))
    assert raised.value.message.startswith("the Kubo node http://127.0.0.1:5001 cannot be used: ")
    assert hint in raised.value.hint


def test_terminal_escapes_of_a_node_are_escaped(node: Node, kubo: Kubo, stored: Stored) -> None:
    node.answers["version"] = refusal("\x1b[2Jgone")
    with pytest.raises(IpfsServiceError) as raised:
        pin(kubo, stored, stored.raw(b"root"))
    assert "\x1b" not in raised.value.message
