"""A publisher that is a contract: a Safe of three owners, of whom two sign.

What a wallet signs for somebody else to submit is in `tests.e2e.test_gasless`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from tests.command import Weightmark
from tests.e2e.releases import Finished, assert_ends, document, problems, write_model
from tests.safe import Safe, deploy_safe

DELEGATE_KEY = "0x" + "5a" * 32
DELEGATE = str(Account.from_key(DELEGATE_KEY).address)
NAMED = ("--name", "acme/digits", "--version", "1.0.0")


@dataclass(frozen=True)
class Team:
    """A team that publishes as its wallet, on a node of this machine.

    Attributes:
        weightmark: The command.
        url: The node.
        wallet: The publisher.
        model: Its files.
    """

    weightmark: Weightmark
    url: str
    wallet: Safe
    model: Path

    def __call__(self, *arguments: str | Path) -> Finished:
        """Run a command with the delegate's key."""
        env = {"WEIGHTMARK_PRIVATE_KEY": DELEGATE_KEY}
        return self.weightmark(*arguments, "--network", "anvil", "--rpc-url", self.url, env=env)

    def executes(self, *arguments: str | Path) -> Any:
        """Have the wallet send what a command prints for it, and return what that was."""
        printed = document(self(*arguments, "--unsigned-tx", "--json"))
        transaction = printed["transaction"]
        assert transaction["from"] == self.wallet.address
        data = bytes.fromhex(transaction["data"][2:])
        assert self.wallet.execute(transaction["to"], data)
        return printed

    def publisher(self, *arguments: str) -> Any:
        """Have the wallet carry out what an owner does."""
        return self.executes("publisher", *arguments, "--publisher", self.wallet.address)

    @property
    def release(self) -> str:
        """The release's reference."""
        return f"{self.wallet.address}/acme/digits@1.0.0"


@pytest.fixture
def team(anvil_url: str, run_weightmark: Weightmark, tmp_path: Path) -> Team:
    """A team whose wallet has published nothing yet."""
    found = Team(run_weightmark, anvil_url, deploy_safe(anvil_url), write_model(tmp_path / "model"))
    deployed = run_weightmark("network", "deploy", "anvil", "--rpc-url", anvil_url)
    assert_ends(deployed, 0)
    return found


def test_a_delegate_publishes_for_a_wallet(team: Team) -> None:
    publish = ("publish", team.model, *NAMED, "--publisher", team.wallet.address)
    assert_ends(team(*publish), 1, DELEGATE, "none of its authorities")
    added = team.publisher("add", DELEGATE, "--role", "delegate", "--until", "90d")
    assert DELEGATE in added["action"]
    assert_ends(team(*publish), 0, f"31337:{team.release}")
    assert_ends(team("verify", team.model, "--release", team.release), 0, "authority 1 was valid")
    assert_ends(team.weightmark("trust", "remove", "me"), 0)
    assert_ends(team.weightmark("trust", "add", "acme", f"31337:{team.wallet.address}"), 0)
    assert_ends(team("verify", team.model), 0, "trusted as 'acme'")
    assert_ends(team("verify", team.model, "--release", "acme/acme/digits@1.0.0"), 0)

    assert_ends(team("revoke", team.release, "--reason", "withdrawn"), 1, "a delegate, which only")
    team.publisher("end", DELEGATE, "--until", "2020-01-01")
    assert problems(team("verify", team.model, "--json"), 1) == {"authority": []}


def test_a_wallet_gives_its_ownership_to_no_stranger(team: Team) -> None:
    """The delegate's key is none of the wallet's owners, and asks for nothing in its name."""
    add = ("publisher", "add", DELEGATE, "--role", "owner", "--publisher", team.wallet.address)
    assert_ends(team(*add, "--yes"), 1, DELEGATE, "none of its authorities")
    assert_ends(team(*add, "--unsigned-tx", "--authority", "4"), 1, "has no authority 4")
    shown = document(team("publisher", "show", team.wallet.address, "--json"))
    assert [each["account"] for each in shown["authorities"]] == [team.wallet.address]
