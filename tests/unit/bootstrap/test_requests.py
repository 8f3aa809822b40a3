"""What requests consist of, where the caller and the configuration each say a part."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ModelMaker
from tests.unit.services.world import ALICE
from weightmark.adapters.signing.generation import generate_key
from weightmark.bootstrap.application import Application
from weightmark.bootstrap.manifests import (
    NO_KEYS,
    ReleaseKeys,
    ReleaseOptions,
    manifest_draft,
    release_signer,
)
from weightmark.bootstrap.requests import (
    publish_request,
    verification_request,
)
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import Signer
from weightmark.domain.networks import LOCAL
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import (
    ArtifactError,
    ConfigurationError,
    KeyFileError,
    MissingPathError,
    NoKeyError,
    UsageError,
    ValueFormatError,
)
from weightmark.services.manifests import ManifestDraft


@pytest.fixture
def model(tmp_path: Path, make_model: ModelMaker) -> Path:
    return make_model(tmp_path / "model")


def application(folder: Path, **options: str) -> Application:
    environment = {"SOURCE_DATE_EPOCH": "0"}
    return Application.load({"data_dir": str(folder / "home"), **options}, environment, folder)


def draft_of(
    configured: Application, *, name: str = "acme/digits", publisher: str | None = None
) -> ManifestDraft:
    said = ReleaseOptions(name, "1.0.0", publisher, ignores=["*.log"])
    return manifest_draft(configured, said)


def test_a_release_is_signed_by_keys_that_are_opened_at_once(tmp_path: Path, model: Path) -> None:
    configured = application(tmp_path)
    info = configured.keys.add("release", generate_key(KeyAlgorithm.ED25519), None)
    signer = release_signer(configured, model, ReleaseKeys(["release"]))
    assert signer.named == (Signer("ed25519", info.fingerprint),)
    assert not signer.is_single_file
    assert release_signer(configured, model / "config.json", NO_KEYS).is_single_file
    with pytest.raises(MissingPathError, match="there is no key 'other'"):
        release_signer(configured, model, ReleaseKeys(["release", "other"]))


def test_a_manifest_names_keys_whose_holders_sign_elsewhere(tmp_path: Path, model: Path) -> None:
    configured = application(tmp_path)
    info = configured.keys.add("release", generate_key(KeyAlgorithm.ED25519), None)
    signer = release_signer(configured, model, ReleaseKeys(signers=["release"]))
    assert signer.named == (Signer("ed25519", info.fingerprint),)
    assert signer.signers == ()
    configured.keys.add("account", generate_key(KeyAlgorithm.ETHEREUM), "correct horse")
    with pytest.raises(KeyFileError, match="public part of the key 'account' is not") as caught:
        release_signer(configured, model, ReleaseKeys(signers=["account"]))
    assert "keys show account --public" in caught.value.hint


def test_a_shared_secret_signs_no_release(tmp_path: Path, model: Path) -> None:
    environment = {"WEIGHTMARK_KEY_PASSWORD": "correct horse"}
    configured = Application.load({"data_dir": str(tmp_path / "home")}, environment, tmp_path)
    secret = generate_key(KeyAlgorithm.HMAC_SHA256)
    configured.keys.add("secret", secret, "correct horse")
    with pytest.raises(UsageError, match="proves nothing to others"):
        release_signer(configured, model, ReleaseKeys(["secret"]))


def test_a_draft_is_made_with_the_configured_key_digest_and_time(tmp_path: Path) -> None:
    configured = application(tmp_path)
    draft = draft_of(configured)
    assert draft.publisher == configured.accounts.address(LOCAL)
    assert draft.algorithm is DigestAlgorithm.SHA2_256
    assert (draft.created.timestamp(), draft.ignores) == (0, ("*.log",))
    draft = draft_of(application(tmp_path, digest="blake3"), publisher=ALICE)
    assert (draft.publisher, draft.algorithm) == (ALICE, DigestAlgorithm.BLAKE3)


def test_a_draft_without_a_key_may_name_its_publisher(tmp_path: Path) -> None:
    with pytest.raises(NoKeyError) as caught:
        draft_of(application(tmp_path, network="sepolia"))
    assert "--key" in caught.value.hint
    assert "--publisher ADDRESS" in caught.value.hint


def test_a_draft_that_breaks_a_rule_is_refused(tmp_path: Path) -> None:
    for configured, name, publisher in (
        (application(tmp_path), "Acme Digits", ALICE),
        (application(tmp_path), "acme/digits", "0x1"),
        (application(tmp_path, digest="md5"), "acme/digits", ALICE),
    ):
        with pytest.raises(ValueFormatError):
            draft_of(configured, name=name, publisher=publisher)


def test_a_publication_is_for_the_configured_network(tmp_path: Path, model: Path) -> None:
    configured = application(tmp_path, network="sepolia")
    draft = draft_of(configured, publisher=ALICE)
    request = publish_request(configured, model, draft, out=None, authority_index=3)
    assert (request.network.name, request.authority_index) == ("sepolia", 3)
    with pytest.raises(ArtifactError, match="lies inside the artifact"):
        publish_request(configured, model, draft, out=model / "x.json", authority_index=0)


def test_a_verification_demands_what_the_policy_says(tmp_path: Path, model: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("allow_ignores = false")
    request = verification_request(
        application(tmp_path, policy=str(policy)),
        model,
        release="acme/acme/digits",
        only=["*.json"],
        manifest=None,
    )
    assert not request.policy.allow_ignores
    assert request.selection.is_partial
    assert request.release is not None
    assert request.release.name == "acme/digits"


def test_a_policy_that_comes_with_the_artifact_is_refused(tmp_path: Path, model: Path) -> None:
    (model / "weightmark.toml").write_text("policy = 'policy.toml'")
    configured = Application.load({"data_dir": str(tmp_path / "home")}, {}, model)
    with pytest.raises(ConfigurationError, match="lies inside the artifact"):
        verification_request(configured, model, release=None, only=(), manifest=None)
