"""Blockchain-anchored provenance for machine-learning models.

The Python API. `publish` registers a model on a chain, `verify` checks a download and returns a
verdict, `require` raises unless a download is verified, for the start-up of an application, `fetch`
gets a release from IPFS and verifies it::

    import weightmark

    weightmark.require("./model", release="me/acme/digits@1.0.0")

`sign` signs files and `verify_signature` checks who signed them, with no chain.

`publication_document` and `error_document` give what the command line prints with ``--json``.
Everything else is the command line's and the web API's; see ``docs/`` for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from weightmark.version import __version__

if TYPE_CHECKING:
    from weightmark.domain.documents import error_document
    from weightmark.domain.manifest import Metadata
    from weightmark.domain.registry import Reason
    from weightmark.domain.verdict import Check, Outcome, Verdict
    from weightmark.errors import VerificationFailedError, WeightmarkError
    from weightmark.python_api.fetching import fetch
    from weightmark.python_api.releases import publish, require, revoke, submit, verify
    from weightmark.python_api.signatures import sign, verify_signature
    from weightmark.services.documents import publication_document
    from weightmark.services.fetch import Fetched
    from weightmark.services.publish import Publication
    from weightmark.services.revoke import Revocation
    from weightmark.services.signatures.verify import SignatureVerdict
    from weightmark.services.sources import Fault
    from weightmark.services.submit import Submission

__all__ = [
    "Check",
    "Fault",
    "Fetched",
    "Metadata",
    "Outcome",
    "Publication",
    "Reason",
    "Revocation",
    "SignatureVerdict",
    "Submission",
    "Verdict",
    "VerificationFailedError",
    "WeightmarkError",
    "__version__",
    "error_document",
    "fetch",
    "publication_document",
    "publish",
    "require",
    "revoke",
    "sign",
    "submit",
    "verify",
    "verify_signature",
]

_HOMES = {
    "Check": "weightmark.domain.verdict",
    "Fault": "weightmark.services.sources",
    "Fetched": "weightmark.services.fetch",
    "Metadata": "weightmark.domain.manifest",
    "Outcome": "weightmark.domain.verdict",
    "Publication": "weightmark.services.publish",
    "Reason": "weightmark.domain.registry",
    "Revocation": "weightmark.services.revoke",
    "SignatureVerdict": "weightmark.services.signatures.verify",
    "Submission": "weightmark.services.submit",
    "Verdict": "weightmark.domain.verdict",
    "VerificationFailedError": "weightmark.errors",
    "WeightmarkError": "weightmark.errors",
    "error_document": "weightmark.domain.documents",
    "fetch": "weightmark.python_api.fetching",
    "publication_document": "weightmark.services.documents",
    "publish": "weightmark.python_api.releases",
    "require": "weightmark.python_api.releases",
    "revoke": "weightmark.python_api.releases",
    "sign": "weightmark.python_api.signatures",
    "submit": "weightmark.python_api.releases",
    "verify": "weightmark.python_api.releases",
    "verify_signature": "weightmark.python_api.signatures",
}


def __getattr__(name: str) -> object:
    # Imported when first used, so that the command line starts at once.
    if name not in _HOMES:
        raise AttributeError(f"module 'weightmark' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
