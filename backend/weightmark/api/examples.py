"""The examples that the description of the API shows."""

from __future__ import annotations

from typing import Final

from weightmark.api.documents import FoundFileDocument, HealthDocument, ProblemDocument
from weightmark.domain.documents import ReleaseDocument
from weightmark.version import __version__

PUBLISHER: Final = "0x52908400098527886E0F7030069857D2E4169EE7"
RELEASE_ID: Final = "0x5872fafe7f8401c4fa2933e2239bb28cd4f80a8190796a0c446eca79616da1d4"
DIGEST: Final = "1220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_ROOT: Final = "0xc1157da714f5770d6615df4712258a494c1ea07569db38d4e08d4b01ba69093f"
_MANIFEST_HASH: Final = "0x5b41ddd85d98c14cc3ece720c362af0815ff0591335742de315fdebe38f8b0bc"

RELEASE: Final[ReleaseDocument] = {
    "reference": f"11155111:{PUBLISHER}/acme/digits@1.0.0",
    "status": "current",
    "chain_id": 11155111,
    "publisher": PUBLISHER,
    "name": "acme/digits",
    "version": "1.0.0",
    "release_id": RELEASE_ID,
    "model_id": "0x70abfca0cb66a024cc2b0c2c48fbc4326ce0dfda1c0e09265908e1aaea636d87",
    "artifact_root": _ROOT,
    "manifest_hash": _MANIFEST_HASH,
    "manifest_cid": "bafkreic3iho5qxmyyfgmh3hhedbwflyicx7qlejtk5bn4mk7327dr6fqxq",
    "commitment": "0x37843d8c049c79bf6aca31c443a11d5ffa4936616cb4fa83e1983ceb96926b0b",
    "sequence": 1,
    "registered_at": "2026-11-21T09:00:00Z",
    "block_number": 9000000,
    "transaction_hash": "0xf93dadfa9eba9924b5d2ee6ff34f3ec9281f4c5d7a63bf64fe5ba856c945a499",
    "authority_index": 0,
    "revocation_reason": "",
    "revoked_at": "",
    "successor": "",
}

FOUND_FILE: Final[FoundFileDocument] = {
    "reference": RELEASE["reference"],
    "artifact_root": _ROOT,
    "manifest_hash": _MANIFEST_HASH,
    "deed": "verified",
    "time": "2026-11-21T09:05:00Z",
    "path": "config.json",
    "size": 0,
    "releases": [RELEASE],
    "error": None,
}

HEALTH: Final[HealthDocument] = {
    "status": "ok",
    "version": __version__,
    "network": "sepolia",
    "chain_id": 11155111,
    "block_number": 9000064,
    "block_time": "2026-11-21T09:12:48Z",
}

PROBLEM: Final[ProblemDocument] = {
    "type": "urn:weightmark:error:unknown-release",
    "title": "Unknown release",
    "status": 404,
    "detail": f"{PUBLISHER}/acme/digits has no release 2.0.0 on chain 11155111",
    "code": "unknown-release",
    "hint": "check the publisher, the name and the network",
    "exit_status": 1,
}
