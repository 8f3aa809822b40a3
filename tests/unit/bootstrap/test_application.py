"""One configured Weightmark, and what it says of itself."""

from __future__ import annotations

import errno
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import ModelMaker
from tests.fakes.chain import FakeChain, FakeChainWriter
from tests.unit.services.world import ALICE, SEPOLIA, FakeChains, unseen
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.bootstrap import diagnosis
from weightmark.bootstrap.accounts import refuse_to_ask
from weightmark.bootstrap.application import Application, unix_time
from weightmark.bootstrap.diagnosis import Condition, Finding, diagnose
from weightmark.bootstrap.manifests import ReleaseOptions, manifest_draft
from weightmark.bootstrap.requests import (
    publish_request,
    revocation_request,
    verification_request,
)
from weightmark.bootstrap.settings import Settings
from weightmark.domain.networks import LOCAL, Network
from weightmark.domain.policy import MAX_POLICY_SIZE, Policy
from weightmark.domain.reference import parse_reference
from weightmark.domain.registry import Reason
from weightmark.domain.trust import TrustedPublisher
from weightmark.errors import (
    ConfigurationError,
    MissingPathError,
    NotDeployedError,
    ValueFormatError,
)


class WritableChains(FakeChains):
    """Chains in memory, with accounts."""

    def writer(self, network: Network, key: PrivateKey) -> FakeChainWriter:
        chain = self.by_id[network.chain_id]
        assert isinstance(chain, FakeChain)
        return chain.writer(key.address)


def application(
    folder: Path, environment: dict[str, str] | None = None, **options: str
) -> Application:
    given = {"data_dir": str(folder / "home")} | options
    return Application.load(given, environment or {}, folder)


@pytest.mark.parametrize(
    ("epoch", "time"),
    [
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1795255200", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("-1", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_source_date_epoch_sets_the_time(tmp_path: Path, epoch: str, time: datetime) -> None:
    assert application(tmp_path, {"SOURCE_DATE_EPOCH": epoch}).creation_time() == time


@pytest.mark.parametrize("epoch", ["now", "1.5", "1e9", "9" * 12, "9" * 30, "-" + "9" * 15, "0x10"])
def test_a_source_date_epoch_that_is_no_time(tmp_path: Path, epoch: str) -> None:
    with pytest.raises(ConfigurationError, match="SOURCE_DATE_EPOCH is not a time"):
        application(tmp_path, {"SOURCE_DATE_EPOCH": epoch}).creation_time()


def test_without_it_the_time_is_now(tmp_path: Path) -> None:
    before = unix_time()
    found = application(tmp_path, {"SOURCE_DATE_EPOCH": ""}).creation_time().timestamp()
    assert before <= found <= unix_time() + 1


def test_a_policy_is_read_where_one_is_configured(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("allow_ignores = false")
    assert application(tmp_path).policy() == Policy()
    assert application(tmp_path, policy=str(path)).policy() == Policy(allow_ignores=False)


@pytest.mark.parametrize("data", [None, b"x = 1", b"#" * (MAX_POLICY_SIZE + 1)])
def test_a_policy_that_cannot_be_read_is_never_replaced_by_the_default(
    tmp_path: Path, data: bytes | None
) -> None:
    path = tmp_path / "policy.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ConfigurationError, match="policy"):
        application(tmp_path, policy=str(path)).policy()


def test_a_trust_file_may_be_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "theirs.toml"
    application(tmp_path, trust=str(path)).trust.add(TrustedPublisher("acme", 1, ALICE))
    assert path.exists()
    assert application(tmp_path).trust.load().publishers == ()


def test_finding_needs_a_file_or_a_digest(tmp_path: Path) -> None:
    found = application(tmp_path)
    (tmp_path / "file").write_bytes(b"x")
    assert found.find(str(tmp_path / "file")) == ()
    assert found.find("1220" + "ab" * 32) == ()
    with pytest.raises(MissingPathError, match="no such file"):
        found.find(str(tmp_path / "none"))


def test_the_network_is_the_chosen_one_or_the_default(tmp_path: Path) -> None:
    assert application(tmp_path).network == LOCAL
    assert application(tmp_path, {"WEIGHTMARK_NETWORK": "base"}).network.name == "base"
    with pytest.raises(ValueFormatError, match="no network is called 'nowhere'"):
        _ = application(tmp_path, network="nowhere").network


def test_a_network_is_checked(tmp_path: Path) -> None:
    found = application(tmp_path)
    with pytest.raises(NotDeployedError):
        found.check_network(LOCAL)
    chain = FakeChain(SEPOLIA.chain_id)
    chain.deploy()
    newest = chain.mine()
    vars(found)["chains"] = FakeChains({SEPOLIA.chain_id: chain})
    assert found.check_network(SEPOLIA) == newest


def test_a_new_installation_is_well(tmp_path: Path) -> None:
    found = {each.subject: each for each in diagnose(application(tmp_path))}
    assert found["data directory"].message.endswith("is made on first use")
    assert found["trust file"].message == "0 trusted publishers"
    assert found["records"].message == "0 deeds remembered"
    assert found["policy"].message == "the default policy"
    assert found["network"].condition is Condition.ABSENT
    assert not [each for each in found.values() if each.condition is Condition.FAILING]


def test_what_is_broken_is_told_with_what_mends_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "trust.toml").write_text("[")
    (home / "records.sqlite3").write_bytes(b"garbage" * 500)
    (home / "keys").mkdir()
    (home / "keys/local.json").write_bytes(b"{")
    broken = application(tmp_path, policy=str(tmp_path / "none"))
    found = {each.subject: each for each in diagnose(broken)}
    assert {name for name, each in found.items() if each.condition is Condition.FAILING} == {
        "trust file",
        "records",
        "policy",
        "key",
    }
    assert "can be written" in found["data directory"].message
    assert {each.name for each in home.iterdir()} == {"trust.toml", "records.sqlite3", "keys"}


def test_a_data_directory_that_cannot_be_is_told(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / ("x" * 300), config_dir=tmp_path)
    found = {each.subject: each for each in diagnose(Application(settings, {}, refuse_to_ask))}
    assert found["data directory"].condition is Condition.FAILING
    assert "File name too long" in found["data directory"].message


def test_a_data_directory_that_takes_nothing_more_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(diagnosis, "TemporaryFile", full)
    settings = Settings(data_dir=tmp_path, config_dir=tmp_path)
    found = {each.subject: each for each in diagnose(Application(settings, {}, refuse_to_ask))}
    assert found["data directory"].condition is Condition.FAILING
    assert "No space left on device" in found["data directory"].message


def test_a_network_that_answers_is_told(tmp_path: Path) -> None:
    found = application(tmp_path)
    chain = FakeChain(LOCAL.chain_id)
    chain.deploy()
    vars(found)["chains"] = FakeChains({LOCAL.chain_id: chain}, default=LOCAL)
    found.trust.add(TrustedPublisher("acme", 1, ALICE))
    told = {each.subject: each for each in diagnose(found)}
    assert told["network"] == Finding(
        "network", Condition.WELL, "'local' answers at block 0, with the real registry"
    )
    assert told["trust file"].message == "1 trusted publisher"


def test_an_extra_that_is_not_installed_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weightmark.bootstrap.diagnosis.find_spec", lambda _: None)
    extras = diagnose(application(tmp_path))[-2:]
    assert {each.condition for each in extras} == {Condition.ABSENT}
    hints = [each.hint for each in extras]
    assert hints == ["pip install 'weightmark[server]'", "pip install 'weightmark[pkcs11]'"]


def test_publishing_verifying_and_looking_up_share_one_state(
    tmp_path: Path, make_model: ModelMaker
) -> None:
    model = make_model(tmp_path / "model")
    found = application(tmp_path)
    chain = FakeChain(LOCAL.chain_id, is_local=True)
    vars(found)["chains"] = WritableChains({LOCAL.chain_id: chain}, default=LOCAL)
    publisher = found.accounts.address(LOCAL)
    draft = manifest_draft(found, ReleaseOptions("acme/digits", "1.0.0"))
    request = publish_request(found, model, draft, out=None, authority_index=0)
    publication = found.publisher(LOCAL).publish(request, unseen)
    assert (tmp_path / "home/locks").is_dir()

    verification = verification_request(found, model, release=None, only=(), manifest=None)
    assert found.verifier().verify(verification, unseen).verified
    resolved = found.resolve(parse_reference("me/acme/digits@1.0.0"))
    assert (resolved.publisher, resolved.network) == (publisher, LOCAL)
    view = found.lookup(LOCAL).release(publisher, "acme/digits", "1.0.0")
    assert view.reference == publication.reference
    assert found.catalogue().release("me", "acme/digits", "1.0.0") == view

    revoking = revocation_request(
        found,
        "me/acme/digits@1.0.0",
        Reason.WITHDRAWN,
        successor="",
        tombstone=False,
        authority_index=0,
    )
    revocation = found.revoker(LOCAL).revoke(revoking)
    assert revocation.reference == publication.reference
    assert not found.verifier().verify(verification, unseen).verified


def test_a_key_that_is_named_in_the_call_outranks_the_variable(tmp_path: Path) -> None:
    environment = {"WEIGHTMARK_PRIVATE_KEY": "1" * 64}
    assert application(tmp_path, environment).accounts.address(LOCAL)
    with pytest.raises(MissingPathError, match="there is no key 'named'"):
        application(tmp_path, environment, key="named").accounts.address(LOCAL)
