"""A publish whose transaction meets with something, or whose process does, by the real command."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from eth_account import Account

from tests.anvil import running_anvil
from tests.command import PATIENCE, Weightmark
from tests.e2e import many_publishes
from tests.e2e.nodes import CHAIN_ID, FOREIGN_NETWORK, Node
from tests.e2e.releases import Finished, assert_ends, document, write_model
from tests.forked import Running

CHAIN = ("--network", FOREIGN_NETWORK)
NAMED = ("--name", "acme/digits", "--version", "1.0.0", *CHAIN, "--yes")
PROCESSES, THREADS = 4, 50
# How long a process is waited for, in seconds, before its node is asked again.
PAUSE = 0.05


@dataclass(frozen=True)
class Sender:
    """A key with coins, on a node that mines when it is told to."""

    node: Node
    weightmark: Weightmark
    key: str

    @property
    def account(self) -> str:
        """The key's address."""
        return str(Account.from_key(self.key).address)

    @property
    def sent(self) -> int:
        """How many of its transactions are in blocks."""
        return int(self.node.call("eth_getTransactionCount", self.account, "latest"), 16)

    @property
    def height(self) -> int:
        """The number of the newest block."""
        return int(self.node.call("eth_blockNumber"), 16)

    @property
    def waiting(self) -> list[str]:
        """The hashes of its transactions that wait."""
        pending = self.node.call("txpool_content")["pending"]
        found = [value for each, value in pending.items() if each.lower() == self.account.lower()]
        return [each["hash"] for by_nonce in found for each in by_nonce.values()]

    @contextmanager
    def started(self, model: Path, home: Path | None = None) -> Iterator[Running]:
        """Start a publish, which waits for a block."""
        with self.begun("publish", model, *NAMED, home=home) as running:
            yield running

    @contextmanager
    def begun(self, *arguments: str | Path, home: Path | None = None) -> Iterator[Running]:
        """Start a command, whose transaction waits for a block."""
        before = len(self.waiting)
        variable = {"WEIGHTMARK_PRIVATE_KEY": self.key}
        with self.weightmark.started(*arguments, home=home, env=variable) as running:
            while len(self.waiting) == before:
                assert not running.ends_within(PAUSE), running.finish(PATIENCE)
            yield running

    def publish(self, model: Path) -> Finished:
        """Publish while blocks are mined."""
        return self.run("publish", model, *NAMED)

    def run(self, *arguments: str | Path) -> Finished:
        """Run a command while blocks are mined."""
        self.node.call("evm_setIntervalMining", 1)
        try:
            return self.weightmark(*arguments, env={"WEIGHTMARK_PRIVATE_KEY": self.key})
        finally:
            self.node.call("evm_setIntervalMining", 0)

    def assert_registered_once(self, transactions: int = 1) -> None:
        """Make sure of one registration, by so many transactions."""
        log = self.weightmark("log", f"{self.account}/acme/digits", *CHAIN, "--json")
        assert [each["version"] for each in document(log)] == ["1.0.0"]
        assert self.sent == transactions
        assert self.waiting == []


@pytest.fixture(scope="module")
def silent_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with the contracts, which mines when it is told to."""
    with running_anvil("--chain-id", str(CHAIN_ID)) as url:
        node, folder = Node(url), tmp_path_factory.mktemp("deployer")
        weightmark = Weightmark(folder, folder / "home", folder)
        known = ("--network", str(CHAIN_ID), "--rpc-url", url)
        assert_ends(node.send(weightmark, "network", "deploy", *known[1:]), 0)
        node.call("evm_setAutomine", False)
        yield node


@pytest.fixture
def sender(silent_node: Node, run_weightmark: Weightmark) -> Sender:
    """A key that never sent anything."""
    sender = Sender(silent_node, run_weightmark, f"0x{secrets.token_hex(32)}")
    silent_node.call("anvil_setBalance", sender.account, hex(10**20))
    silent_node.call("anvil_mine", "0x1")
    added = ("--chain-id", str(CHAIN_ID), "--rpc-url", silent_node.url)
    assert_ends(run_weightmark("network", "add", FOREIGN_NETWORK, *added), 0)
    return sender


@pytest.mark.parametrize("meanwhile", ["confirmed", "dropped", "waiting", "reorganised"])
def test_a_client_that_was_killed_while_its_transaction_waited(
    sender: Sender, tmp_path: Path, meanwhile: str
) -> None:
    model, node = write_model(tmp_path / "model"), sender.node
    with sender.started(model) as running:
        running.kill()
    (transaction,) = sender.waiting
    told = {"confirmed": "was published before", "waiting": "acme/digits@1.0.0"}
    if meanwhile in ("confirmed", "reorganised"):
        node.call("anvil_mine", "0x1")
    if meanwhile == "reorganised":
        node.call("anvil_reorg", 1, [])
    if meanwhile == "dropped":
        node.call("anvil_dropTransaction", transaction)

    finished = sender.publish(model)
    assert_ends(finished, 0, told.get(meanwhile, transaction))
    sender.assert_registered_once()


def test_an_authority_that_is_added_for_a_duration_is_added_once(sender: Sender) -> None:
    """A repeated command says the same, though it says it later."""
    delegate = Account.create().address
    add = ("publisher", "add", delegate, "--role", "delegate", "--until", "90d", *CHAIN, "--yes")
    with sender.begun(*add) as running:
        running.kill()
    assert_ends(sender.run(*add), 0, f"add {delegate} as delegate")
    assert_ends(sender.run(*add), 1, f"{delegate} is authority 1 already")
    shown = sender.weightmark("publisher", "show", sender.account, *CHAIN, "--json")
    assert [each["index"] for each in document(shown)["authorities"]] == [0, 1]
    assert (sender.sent, sender.waiting) == (1, [])


def test_a_registration_that_was_reorganised_away_is_published_again(
    sender: Sender, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "model")
    before = sender.height
    assert_ends(sender.publish(model), 0, "published")
    sender.node.call("anvil_reorg", sender.height - before, [])
    assert sender.sent == 0
    assert_ends(sender.publish(model), 0, "published")
    sender.assert_registered_once()


def test_the_same_version_from_two_machines(sender: Sender, tmp_path: Path) -> None:
    """Neither sees the other before both have sent; the block decides."""
    one, other = (write_model(tmp_path / name) for name in ("one", "other"))
    (other / "config.json").write_text("{}")
    elsewhere = tmp_path / "elsewhere"
    added = ("--chain-id", str(CHAIN_ID), "--rpc-url", sender.node.url)
    assert_ends(sender.weightmark("network", "add", FOREIGN_NETWORK, *added, home=elsewhere), 0)
    with sender.started(one) as first, sender.started(other, elsewhere) as second:
        sender.node.call("anvil_mine", "0x1")
        finished = [each.finish(PATIENCE) for each in (first, second)]
    assert_ends(finished[0], 0)
    assert_ends(finished[1], 1, "registered already")
    sender.assert_registered_once(transactions=2)


def test_two_hundred_publishes_at_once_with_one_key(
    anvil_url: str, run_weightmark: Weightmark, tmp_path: Path
) -> None:
    variable = {"WEIGHTMARK_PRIVATE_KEY": f"0x{secrets.token_hex(32)}"}
    publishing = replace(run_weightmark, program=Path(many_publishes.__file__))
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                publishing.started(tmp_path, anvil_url, str(first), str(THREADS), env=variable)
            )
            for first in range(0, PROCESSES * THREADS, THREADS)
        ]
        for each in running:
            assert_ends(each.finish(PATIENCE), 0)
    log = run_weightmark(
        "log", "me/acme/digits", "--json", "--network", "anvil", "--rpc-url", anvil_url
    )
    versions = sorted(int(each["version"]) for each in document(log))
    assert versions == list(range(PROCESSES * THREADS))
    journals = run_weightmark.home / "transactions"
    assert list(journals.rglob("*.json")) == []
