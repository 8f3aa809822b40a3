"""Authorities and signing keys: delegates, rotation and distrust, on both kinds of local chain."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_account import Account

from tests.command import Weightmark
from tests.e2e.nodes import FOREIGN_NETWORK, PRIVATE_KEY, Node
from tests.e2e.releases import Finished, Release, assert_ends, document, problems, write_model
from weightmark.adapters.chain.embedded import EmbeddedChainReader
from weightmark.ports.chain import BlockTag

KEYS = {name: f"0x{number:02x}" + "57" * 31 for number, name in enumerate(("ci", "heir"), 1)}
ACCOUNTS = {name: str(Account.from_key(key).address) for name, key in KEYS.items()}
CI, HEIR = ACCOUNTS["ci"], ACCOUNTS["heir"]
BEFORE = "2020-01-01"


@dataclass(frozen=True)
class Place:
    """A publisher on one chain, with release 1.0.0.

    Attributes:
        weightmark: The command, with the publisher's state.
        chain: The options that choose the chain.
        model: The newest release's files.
        identity: The publisher's address.
    """

    weightmark: Weightmark
    chain: tuple[str, ...]
    model: Path
    identity: str

    def __call__(self, *arguments: str | Path, key: str = "") -> Finished:
        """Run a command, with the publisher's own key or another one."""
        env = {"WEIGHTMARK_PRIVATE_KEY": KEYS[key]} if key else {}
        return self.weightmark(*arguments, *self.chain, env=env)

    def publish(self, version: str, key: str = "") -> Finished:
        """Publish a release of the publisher, in a folder of its own."""
        model = self.model.with_name(version)
        if not model.exists():
            write_model(model)
            (model / "config.json").write_text(version)
        named = ("--name", "acme/digits", "--version", version, "--publisher", self.identity)
        return self("publish", model, *named, key=key)

    def verify(self, version: str, *arguments: str) -> Finished:
        """Verify a release that was published here."""
        reference = f"{self.identity}/acme/digits@{version}"
        model = self.model.with_name(version)
        return self("verify", model, "--release", reference, *arguments)

    def publisher(self, *arguments: str | Path, key: str = "") -> Any:
        """Change something of the publisher, and return what was done."""
        return document(self("publisher", *arguments, "--yes", "--json", key=key))

    def show(self) -> Any:
        """Return what the chain says of the publisher."""
        return document(self("publisher", "show", self.identity, "--json"))


@pytest.fixture(params=["local", "anvil"])
def place(request: pytest.FixtureRequest, run_weightmark: Weightmark, tmp_path: Path) -> Place:
    """A publisher on a chain of this machine: the embedded one, or a node."""
    chain: tuple[str, ...] = ("--network", "local")
    if request.param == "anvil":
        chain = ("--network", "anvil", "--rpc-url", request.getfixturevalue("anvil_url"))
    model = write_model(tmp_path / "1.0.0")
    named = ("--name", "acme/digits", "--version", "1.0.0", "--json")
    published = document(run_weightmark("publish", model, *named, *chain))
    identity = published["reference"].partition(":")[2].partition("/")[0]
    return Place(run_weightmark, chain, model, identity)


def test_a_delegate_publishes_until_it_is_ended_and_counts_until_it_is_distrusted(
    place: Place,
) -> None:
    assert_ends(place.publish("2.0.0", "ci"), 1, CI, place.identity, "none of its authorities")
    added = place("publisher", "add", CI, "--role", "delegate", "--until", "90d")
    assert_ends(added, 0, f"add {CI} as delegate, until", "T00:00:00Z")
    again = place("publisher", "add", CI, "--role", "delegate", "--until", "90d", "--yes")
    assert_ends(again, 1, f"{CI} is authority 1 already")
    assert_ends(place.publish("2.0.0", "ci"), 0, f"{place.identity}/acme/digits@2.0.0")
    assert_ends(place.verify("2.0.0"), 0, "authority 1 was valid")
    reference = f"{place.identity}/acme/digits@2.0.0"
    revoked = place("revoke", reference, "--reason", "withdrawn", key="ci")
    assert_ends(revoked, 1, "a delegate, which only registers")
    more = place("publisher", "add", CI, "--role", "owner", "--publisher", place.identity, key="ci")
    assert_ends(more, 1, "a delegate, which only registers")

    # Ended now, its releases stay good.
    assert_ends(place("publisher", "end", CI), 0, "1 of its releases", "stay good")
    assert_ends(place.publish("3.0.0", "ci"), 1, "no more its authority 1, since")
    assert_ends(place.verify("2.0.0"), 0)

    # Distrusted from before its release on, that fails, and no other one.
    distrust = ("publisher", "end", "1", "--until", BEFORE)
    assert_ends(place(*distrust), 2, "will fail verification: acme/digits@2.0.0", "--yes")
    assert_ends(place.verify("2.0.0"), 0)
    done = place.publisher("end", "1", "--until", BEFORE)
    assert done["failing_releases"] == ["acme/digits@2.0.0"]
    failed = place.verify("2.0.0", "--json")
    assert problems(failed, 1) == {"authority": []}
    assert CI in failed.stdout
    assert "counts before 2020-01-01T00:00:00Z" in failed.stdout
    assert_ends(place.verify("1.0.0"), 0)


def test_an_owner_is_rotated(place: Place) -> None:
    assert_ends(place("publisher", "add", HEIR, "--role", "owner"), 2, "can do everything", "--yes")
    assert place.publisher("add", HEIR, "--role", "owner")["warnings"]
    done = place.publisher("end", "0", "--publisher", place.identity, key="heir")
    assert "identity's own account" in done["warnings"][0]
    assert (done["failing_releases"], done["staying_releases"]) == ([], 1)
    assert_ends(place.verify("1.0.0"), 0)

    assert_ends(place.publish("2.0.0"), 1, "no more its authority 0, since")
    reference = f"{place.identity}/acme/digits@1.0.0"
    revocation = ("revoke", reference, "--reason", "withdrawn")
    assert_ends(place(*revocation), 1, "no more its authority 0")
    assert_ends(place("publisher", "add", CI, "--role", "delegate"), 1, "no more its authority 0")

    assert_ends(place.publish("2.0.0", "heir"), 0)
    assert_ends(place.verify("2.0.0"), 0, "authority 1 was valid")
    assert_ends(place(*revocation, key="heir"), 0)
    shown = place.show()
    assert [each["account"] for each in shown["authorities"]] == [place.identity, HEIR]
    assert [each["active"] for each in shown["authorities"]] == [False, True]
    assert [each["releases"] for each in shown["authorities"]] == [1, 1]


def test_signing_keys_are_added_shown_and_ended(place: Place, tmp_path: Path) -> None:
    public = Ed25519PrivateKey.generate().public_key()
    path = tmp_path / "key.pem"
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert_ends(place("publisher", "add-key", path), 0, "add the ed25519 signing key")
    (key,) = place.show()["signing_keys"]
    assert (key["algorithm"], key["until"], key["active"]) == ("ed25519", "never", True)
    fingerprint = key["fingerprint"]
    again = ("publisher", "add-key", fingerprint, "--algorithm", "ed25519")
    assert_ends(place(*again), 1, fingerprint, "already")
    assert_ends(place.publish("2.0.0"), 0)
    distrust = ("publisher", "end-key", fingerprint, "--until", BEFORE)
    # Release 1.0.0 may be there as well: of the very second in which the key was added.
    assert_ends(place(*distrust), 2, "if they name the key: ", "acme/digits@2.0.0", "--yes")
    ended = place(*distrust, "--yes")
    assert_ends(ended, 0, "as of 2020-01-01T00:00:00Z", "beginning of that day, 00:00 UTC")
    (key,) = place.show()["signing_keys"]
    assert (key["until"], key["active"]) == ("2020-01-01T00:00:00Z", False)
    assert_ends(place("publisher", "end-key", fingerprint), 1, "only ever lowered")
    shown = place("publisher", "show", place.identity)
    assert_ends(shown, 0, place.identity, fingerprint, "ed25519")


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (("end", CI), 1, f"no authority {CI}"),
        (("end", "0"), 2, "last owner"),
        (("end", "0", "--until", "soon"), 4, "'soon'"),
        (("end", "0x12"), 4, "0x12"),
        (("add", CI), 2, "--role"),
        (("add", "me", "--role", "delegate"), 4, "'me'"),
        (("add", CI, "--role", "delegate", "--publisher", CI), 1, f"publisher {CI}"),
        (("end", CI, "--authority", "7"), 1, "has no authority 7"),
        (("end", CI, "--unsigned-tx"), 2, "--until 2d"),
        (("end-key", "ab" * 32, "--unsigned-tx"), 2, "--until 2d"),
        (("end", "1" * 11), 4, "1" * 11),
        (("add-key", "nothing.pem"), 4, "nothing.pem"),
        (("add-key", "ab" * 32), 2, "--algorithm"),
        (("end-key", "ab"), 4, "'ab'"),
        (("show", "you"), 4, "'you'"),
        (("show", "sepolia:me", "--network", "local"), 2, "contradicts"),
    ],
)
def test_what_is_refused(
    release: Release, arguments: tuple[str, ...], status: int, named: str
) -> None:
    chain = EmbeddedChainReader(release.home / "chain/local.sqlite3")
    before = chain.block(BlockTag.LATEST)
    finished = release.weightmark("publisher", *arguments)
    assert_ends(finished, status, named)
    assert chain.block(BlockTag.LATEST) == before


def test_errors_are_one_document(release: Release) -> None:
    finished = release.weightmark("publisher", "end", "0", "--json")
    error = document(finished)["error"]
    assert (finished.returncode, error["code"]) == (2, "usage")
    assert "cannot be undone" in error["message"]


def test_a_private_key_is_not_taken_for_a_public_one(release: Release, tmp_path: Path) -> None:
    path = tmp_path / "private.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    finished = release.weightmark("publisher", "add-key", path)
    assert_ends(finished, 4, "private.pem", "-pubout")
    assert "c2VjcmV0" not in finished.stdout + finished.stderr


def test_without_a_key_ones_own_is_me(release: Release) -> None:
    (shown,) = document(release.weightmark("publisher", "show", "me", "--json"))["authorities"]
    assert (shown["account"], shown["from"]) == (release.publisher, "always")
    assert document(release.weightmark("publisher", "show", "--json"))["releases"] == 1
    shutil.rmtree(release.home / "keys")
    own = document(release.weightmark("publisher", "show", "--json"))
    assert own["publisher"] == release.publisher
    assert not (release.home / "keys").exists()


def test_elsewhere_the_cost_is_shown_and_agreed_to(foreign_release: Release, node: Node) -> None:
    weightmark, identity = foreign_release.weightmark, foreign_release.publisher
    add = ("publisher", "add", CI, "--role", "delegate", "--network", FOREIGN_NETWORK)
    own = {"WEIGHTMARK_PRIVATE_KEY": PRIVATE_KEY}

    def block() -> int:
        return int(node.call("eth_blockNumber"), 16)

    before = block()
    assert_ends(weightmark(*add, env=own), 2, "pays its fee", "--yes")
    tried = weightmark(*add, "--dry-run", "--json", env=own)
    assert_ends(tried, 0)
    assert 21_000 < document(tried)["cost"]["gas"] < 200_000
    too_much = weightmark(*add, "--max-fee", "0.000000001", "--yes", env=own)
    assert_ends(too_much, 3, "is allowed", "--max-fee")
    printed = weightmark(*add, "--unsigned-tx", "--publisher", identity)
    assert document(printed)["transaction"]["from"] == identity
    assert block() == before
    assert_ends(node.send(weightmark, *add), 0, "cost: about", f"add {CI} as delegate")
    assert block() == before + 1
    keyless = weightmark(*add, "--yes", "--publisher", identity)
    assert_ends(keyless, 4, "no key is configured", "--unsigned-tx with --publisher")
    stranger = {"WEIGHTMARK_PRIVATE_KEY": KEYS["heir"]}
    end = ("publisher", "end", "1", "--network", FOREIGN_NETWORK, "--publisher", identity)
    assert_ends(weightmark(*end, "--yes", env=stranger), 1, HEIR, "none of its authorities")
