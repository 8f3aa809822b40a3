"""Hardhat builds, deploys and verifies what the Python package carries.

It works in a copy of the checkout's sources, where it builds once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.anvil import running_anvil
from tests.command import BINARIES, CHECKOUT, PATIENCE
from tests.e2e.nodes import PRIVATE_KEY, Node
from tests.integration.verification_services import BrokenServices, Services, serving
from weightmark.adapters.chain.deployment import DEPLOYER_ADDRESS, SALT, create2_address

CHAIN_ID = 11155111
PACKAGED = {
    path.stem: json.loads(path.read_text())
    for path in sorted((CHECKOUT / "backend/weightmark/contracts").glob("*.json"))
}
ADDRESSES = {
    name: create2_address(DEPLOYER_ADDRESS, SALT, bytes.fromhex(document["bytecode"][2:]))
    for name, document in PACKAGED.items()
}
# The services' URLs can only be configured, so this is a configuration around the real one.
CONFIGURATION = """
import config from "./hardhat.config.js";
const url = process.env.SERVICES;
const etherscan = { url, apiUrl: `${url}/etherscan` };
export default {
  ...config,
  chainDescriptors: { 11155111: { name: "Sepolia", blockExplorers: { etherscan } } },
  verify: { ...config.verify, sourcify: { apiUrl: `${url}/sourcify` } },
};
"""
Finished = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Hardhat:
    """Runs Hardhat in a copy of the checkout's sources.

    Attributes:
        folder: The copy.
    """

    folder: Path

    def __call__(self, *arguments: str, **variables: str) -> Finished:
        """Run one task to its end."""
        environment = {
            "PATH": os.pathsep.join([str(BINARIES), os.environ["PATH"]]),
            "HOME": str(self.folder / "home"),
            "HARDHAT_DISABLE_TELEMETRY_PROMPT": "true",
        }
        return subprocess.run(
            ["node", "node_modules/hardhat/dist/src/cli.js", *arguments],
            cwd=self.folder,
            env=environment | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )


@pytest.fixture(scope="module")
def hardhat(tmp_path_factory: pytest.TempPathFactory) -> Hardhat:
    """Hardhat, where everything is built."""
    checkout = tmp_path_factory.mktemp("checkout")
    for folder in ("contracts", "scripts/hardhat", "backend/weightmark/contracts"):
        shutil.copytree(CHECKOUT / folder, checkout / folder)
    for name in ("hardhat.config.js", "package.json"):
        shutil.copy(CHECKOUT / name, checkout)
    (checkout / "services.config.js").write_text(CONFIGURATION)
    (checkout / "node_modules").symlink_to(CHECKOUT / "node_modules")
    hardhat = Hardhat(checkout)
    built = hardhat("build")
    assert built.returncode == 0, built.stderr
    assert "Downloading" not in built.stdout + built.stderr
    return hardhat


@pytest.fixture(scope="module")
def sepolia() -> Iterator[Node]:
    """A node with Sepolia's chain id."""
    with running_anvil("--chain-id", str(CHAIN_ID)) as url:
        yield Node(url, CHAIN_ID)


@pytest.fixture(scope="module")
def deployed(hardhat: Hardhat, sepolia: Node) -> Finished:
    """The first deployment on that node."""
    return deploy(hardhat, sepolia)


def deploy(hardhat: Hardhat, node: Node) -> Finished:
    variables = {"SEPOLIA_RPC_URL": node.url, "WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}
    return hardhat("deploy", "--network", "sepolia", **variables)


def verify(hardhat: Hardhat, node: Node, url: str, *options: str, **variables: str) -> Finished:
    """Show the sources to the services at a URL."""
    given = {
        "SEPOLIA_RPC_URL": node.url,
        "WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY,
        "ETHERSCAN_API_KEY": "secret",
        "SERVICES": url,
    }
    task = ("--config", "services.config.js", "verify-sources", "--network", "sepolia")
    return hardhat(*task, *options, **(given | variables))


def outcomes(verb: str) -> str:
    return "".join(f"{name} {address}: {verb}\n" for name, address in ADDRESSES.items())


def assert_told(finished: Finished, named: str) -> None:
    """Check that a task failed with a message of a few lines, and without a stack."""
    assert finished.returncode == 1
    assert named in finished.stderr
    assert "unexpected error" not in finished.stderr
    assert len(finished.stderr) < 1000


def assert_deployed(node: Node) -> None:
    """Check that every packaged contract is at its address."""
    for name, document in PACKAGED.items():
        code = node.call("eth_getCode", ADDRESSES[name], "latest")
        assert code == document["deployedBytecode"], name


@pytest.mark.parametrize("name", PACKAGED)
def test_it_compiles_the_same_bytes(hardhat: Hardhat, name: str) -> None:
    artifact = hardhat.folder / f"artifacts/contracts/{name}.sol/{name}.json"
    built = json.loads(artifact.read_text())
    assert built["bytecode"] == PACKAGED[name]["bytecode"]
    assert built["deployedBytecode"] == PACKAGED[name]["deployedBytecode"]


def test_it_deploys_at_the_same_addresses(deployed: Finished, sepolia: Node) -> None:
    assert (deployed.returncode, deployed.stderr) == (0, "")
    assert deployed.stdout.endswith(outcomes("deployed"))
    assert_deployed(sepolia)


def test_it_sends_nothing_where_everything_is_there(
    hardhat: Hardhat, deployed: Finished, sepolia: Node
) -> None:
    before = sepolia.call("eth_blockNumber")
    again = deploy(hardhat, sepolia)
    assert again.returncode == 0, again.stderr
    assert again.stdout.endswith(outcomes("was there"))
    assert sepolia.call("eth_blockNumber") == before


def test_it_deploys_the_deployer_where_that_is_missing(hardhat: Hardhat) -> None:
    with running_anvil("--chain-id", "31337") as url:
        node = Node(url, 31337)
        node.call("anvil_setCode", DEPLOYER_ADDRESS, "0x")
        finished = hardhat("deploy", "--network", "anvil", ANVIL_RPC_URL=url)
        assert finished.returncode == 0, finished.stderr
        assert_deployed(node)


def test_it_names_other_code_at_the_address(hardhat: Hardhat) -> None:
    with running_anvil("--chain-id", str(CHAIN_ID)) as url:
        node = Node(url, CHAIN_ID)
        node.call("anvil_setCode", ADDRESSES["ModelRegistry"], "0x00")
        finished = deploy(hardhat, node)
        assert_told(finished, f"the code at {ADDRESSES['ModelRegistry']} is not that of")


def test_an_endpoint_out_of_reach_is_named(hardhat: Hardhat) -> None:
    finished = deploy(hardhat, Node("http://127.0.0.1:1", CHAIN_ID))
    assert_told(finished, "network 'sepolia': ")
    assert "Cannot connect" in finished.stderr


def test_an_account_without_money_is_told(hardhat: Hardhat) -> None:
    with running_anvil("--chain-id", str(CHAIN_ID)) as url:
        variables = {"SEPOLIA_RPC_URL": url, "WEIGHTMARK_PRIVATE_KEY": "0x" + "11" * 32}
        finished = hardhat("deploy", "--network", "sepolia", **variables)
    assert_told(finished, "network 'sepolia': ")


def test_it_refuses_a_chain_with_another_id(hardhat: Hardhat, sepolia: Node) -> None:
    variables = {"BASE_RPC_URL": sepolia.url, "WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}
    finished = hardhat("deploy", "--network", "base", **variables)
    assert_told(finished, str(CHAIN_ID))


def test_it_asks_for_the_variables(hardhat: Hardhat) -> None:
    finished = hardhat("deploy", "--network", "sepolia")
    assert finished.returncode == 1
    assert "SEPOLIA_RPC_URL" in finished.stderr or "WEIGHTMARK_PRIVATE_KEY" in finished.stderr


def test_it_refuses_sources_that_are_not_the_packaged_ones(hardhat: Hardhat) -> None:
    packaged = hardhat.folder / "backend/weightmark/contracts/ModelRegistry.json"
    before = packaged.read_text()
    document = json.loads(before)
    packaged.write_text(json.dumps(document | {"bytecode": document["bytecode"] + "00"}))
    finished = hardhat("deploy")
    packaged.write_text(before)
    assert_told(finished, "the sources of ModelRegistry give other bytes")


def test_the_services_compile_what_is_deployed(
    hardhat: Hardhat, deployed: Finished, sepolia: Node
) -> None:
    """Each contract is sent once to each service, with what it needs and nothing else."""
    codes = {
        ADDRESSES[name].lower(): document["deployedBytecode"] for name, document in PACKAGED.items()
    }
    services = Services(CHAIN_ID, codes, pending=1)
    with serving(services) as url:
        finished = verify(hardhat, sepolia, url)
        assert (finished.returncode, finished.stderr) == (0, "")
        lines = [f"{name} on {each}: " for name in PACKAGED for each in ("etherscan", "sourcify")]
        assert finished.stdout.endswith("".join(f"{line}verified\n" for line in lines))

        again = verify(hardhat, sepolia, url)
        assert again.stdout.endswith("".join(f"{line}was verified\n" for line in lines))
    assert len(services.submissions) == 2 * len(PACKAGED)
    [version] = services.versions
    assert PACKAGED["ModelRegistry"]["compiler"].startswith(version.removeprefix("v"))
    sources = [source for given in services.submissions for source in given["sources"]]
    assert not [source for source in sources if "examples" in source]


def test_a_service_that_finds_other_code(
    hardhat: Hardhat, deployed: Finished, sepolia: Node
) -> None:
    other = {address.lower(): "0x00" for address in ADDRESSES.values()}
    with serving(Services(CHAIN_ID, other)) as url:
        finished = verify(hardhat, sepolia, url, "--service", "etherscan")
    assert finished.returncode == 1
    assert "ModelRegistry on etherscan: Fail - Unable to verify" in finished.stderr


def test_a_service_out_of_reach_does_not_keep_the_other_from_being_asked(
    hardhat: Hardhat, deployed: Finished, sepolia: Node
) -> None:
    finished = verify(hardhat, sepolia, "http://127.0.0.1:1")
    assert finished.returncode == 1
    for each in ("etherscan", "sourcify"):
        assert f"ModelRegistry on {each}: " in finished.stderr
    assert f"/v2/contract/{CHAIN_ID}/{ADDRESSES['ModelRegistry']}: " in finished.stderr


def test_a_service_that_does_not_answer_in_json(
    hardhat: Hardhat, deployed: Finished, sepolia: Node
) -> None:
    with serving(BrokenServices(CHAIN_ID, {})) as url:
        finished = verify(hardhat, sepolia, url)
    assert finished.returncode == 1
    assert "ModelRegistry on etherscan: " in finished.stderr
    told = f"/v2/contract/{CHAIN_ID}/{ADDRESSES['ModelRegistry']} answers 502, and not in JSON\n"
    assert told in finished.stderr


def test_what_is_not_deployed_is_not_verified(hardhat: Hardhat) -> None:
    with running_anvil("--chain-id", str(CHAIN_ID)) as url:
        finished = verify(hardhat, Node(url, CHAIN_ID), "http://127.0.0.1:1")
    assert_told(finished, "run: npx hardhat deploy --network sepolia")


def test_a_service_that_does_not_exist(hardhat: Hardhat, sepolia: Node) -> None:
    finished = verify(hardhat, sepolia, "http://127.0.0.1:1", "--service", "another")
    assert_told(finished, "there is no service 'another'")
