"""The path of a real network, on a node that says that it is Sepolia."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.anvil import running_anvil
from tests.command import Weightmark
from tests.conftest import ModelMaker
from tests.e2e.nodes import PRIVATE_KEY, Node
from tests.e2e.releases import assert_ends, document, problems, write_model
from tests.e2e.test_readme import FENCE, read, tell
from weightmark.domain.coins import format_coins

SEPOLIA = 11155111
PAGE = "docs/testnet.md"
GASLESS_PAGE = "docs/gasless.md"
# What the page's reader does first, and what the test does in its own way.
INSTALLATION = "$ npm install --global @foundry-rs/anvil\n"
START = "$ anvil --chain-id 11155111 --port 8547\n"
ADDRESS = "http://127.0.0.1:8547"
PASSWORD = {"WEIGHTMARK_KEY_PASSWORD": "a password that is long enough"}
ON_SEPOLIA = ("--network", "sepolia")
ACCOUNT = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
CONTRACTS = ("ModelRegistry", "Attestations", "BatchAnchors")


@pytest.fixture
def sepolia() -> Iterator[Node]:
    with running_anvil("--chain-id", str(SEPOLIA)) as url:
        yield Node(url, SEPOLIA)


def test_the_path_of_a_testnet(run_weightmark: Weightmark, sepolia: Node, tmp_path: Path) -> None:
    variable = {"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}
    model = write_model(tmp_path / "model")
    publish = ("publish", model, "--name", "acme/digits", "--version", "1.0.0", *ON_SEPOLIA)
    add = ("network", "add", "sepolia", "--chain-id", str(SEPOLIA), "--rpc-url", sepolia.url)
    assert_ends(run_weightmark(*add), 0)
    assert_ends(run_weightmark("keys", "import", "release", env={**variable, **PASSWORD}), 0)

    missing = "weightmark network deploy sepolia"
    checked = run_weightmark("network", "check", "sepolia")
    assert_ends(checked, 3, "not deployed", missing, *CONTRACTS)
    early = run_weightmark(*publish, "--yes", env=variable)
    assert_ends(early, 3, "not deployed", missing)
    create = ("manifest", "create", model, "--name", "acme/digits", "--version", "1.0.0")
    assert_ends(run_weightmark(*create, *ON_SEPOLIA, env=variable), 0)
    assert_ends(run_weightmark("trust", "add", "acme", f"sepolia:{ACCOUNT}"), 0)
    assert_ends(run_weightmark("verify", model, *ON_SEPOLIA), 3, "not deployed", missing)
    shown = run_weightmark("show", f"sepolia:{ACCOUNT}/acme/digits")
    assert_ends(shown, 3, "not deployed", missing)

    deploy = ("network", "deploy", "sepolia")
    asked = run_weightmark(*deploy, env=variable)
    assert_ends(asked, 2, "--yes", "--dry-run")
    assert sepolia.call("eth_blockNumber") == "0x0"
    deployed = document(run_weightmark(*deploy, "--yes", "--json", env=variable))
    assert [each["deployed_now"] for each in deployed["contracts"]] == [True, True, True]
    blocks = sepolia.call("eth_blockNumber")
    assert_ends(run_weightmark(*deploy), 0, "all contracts are there")
    assert sepolia.call("eth_blockNumber") == blocks

    found = document(run_weightmark("network", "check", "sepolia", "--key", "release", "--json"))
    assert [each["condition"] for each in found["contracts"]] == ["ok"] * 3
    assert found["balance"] > found["fees"]["publish_cost"] > 0

    keystore = run_weightmark.home / "keys/release.json"
    elsewhere = Path(keystore).rename(tmp_path / "keystore.json")
    unconfirmed = run_weightmark(*publish, "--key", elsewhere, env=PASSWORD)
    assert_ends(unconfirmed, 2, "--yes")
    assert_ends(run_weightmark(*publish, "--key", elsewhere, "--yes", env=PASSWORD), 0)
    verify = ("verify", model, *ON_SEPOLIA)
    assert_ends(run_weightmark(*verify), 3, "not final")
    assert problems(run_weightmark(*verify, "--json"), 3)
    sepolia.finalize()
    assert_ends(run_weightmark(*verify), 0, "verified")
    revoke = ("revoke", "acme/acme/digits@1.0.0", "--reason", "vulnerable", *ON_SEPOLIA, "--yes")
    assert_ends(run_weightmark(*revoke, env=variable), 0)
    assert_ends(run_weightmark(*verify), 1, "vulnerable")


def test_a_deployment_says_what_it_costs_and_keeps_its_bound(
    run_weightmark: Weightmark, sepolia: Node
) -> None:
    variable = {"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}
    deploy = ("network", "deploy", "sepolia", "--rpc-url", sepolia.url)
    shown = run_weightmark(*deploy, "--dry-run", env=variable)
    assert_ends(shown, 0, "cost", "ETH", "gas at", "balance", *CONTRACTS)
    cost = document(run_weightmark(*deploy, "--dry-run", "--json", env=variable))["cost"]
    too_little = ("--yes", "--max-fee", format_coins(cost["total"] // 2))
    assert_ends(run_weightmark(*deploy, *too_little, env=variable), 3, "--max-fee", "may cost 0.")
    stranger = {"WEIGHTMARK_PRIVATE_KEY": "11" * 32}
    assert_ends(run_weightmark(*deploy, "--yes", env=stranger), 3, "has 0", "cost up to 0.")
    assert sepolia.call("eth_blockNumber") == "0x0"

    bound = ("--yes", "--max-fee", format_coins(cost["max_total"]))
    finished = run_weightmark(*deploy, *bound, env=variable)
    assert_ends(finished, 0, "cost: about", f"bound: {bound[-1]} ETH", "deployed 3 of 3")
    assert_ends(run_weightmark(*deploy, "--dry-run"), 0, "all contracts are there")


def test_the_page_is_a_rehearsal(
    run_weightmark: Weightmark,
    sepolia: Node,
    make_model: ModelMaker,
    forks: Mapping[str, str],
) -> None:
    make_model(run_weightmark.directory / "model")
    finished = tell(_rehearsal(sepolia), run_weightmark, forks)
    assert finished.returncode == 0, finished.stderr


def test_the_page_on_costs_goes_on_from_it(
    run_weightmark: Weightmark,
    sepolia: Node,
    make_model: ModelMaker,
    forks: Mapping[str, str],
) -> None:
    make_model(run_weightmark.directory / "model")
    before = _rehearsal(sepolia).partition("## Publish")[0]
    page = before + read(GASLESS_PAGE).replace(ADDRESS, sepolia.url)
    finished = tell(page, run_weightmark, forks)
    assert finished.returncode == 0, finished.stderr


def _rehearsal(sepolia: Node) -> str:
    page = read(PAGE)
    assert INSTALLATION in page
    assert START in page
    return page.replace(INSTALLATION, "").replace(START, "").replace(ADDRESS, sepolia.url)


@pytest.mark.parametrize("page", [PAGE, GASLESS_PAGE])
def test_no_command_of_the_page_hides_in_another_kind_of_block(page: str) -> None:
    assert {language for language, _ in FENCE.findall(read(page))} == {"console"}
