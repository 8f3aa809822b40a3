"""weightmark verify."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from weightmark.bootstrap.requests import verification_request
from weightmark.bootstrap.trusted_signers import SignerOptions
from weightmark.cli import options, verdicts
from weightmark.cli.progress import progress


@click.command(
    "verify",
    epilog="""\b
Examples:
  weightmark verify ./model
  weightmark verify ./model --release me/acme/digits@1.0.0
  weightmark verify ./download --release 1:0xPUBLISHER/acme/digits --rpc-url https://HOST --json
""",
)
@click.argument("path", type=options.PATH)
@click.option(
    "--release",
    metavar="REF",
    help="The release that it has to be: [chain:]publisher/name[@version]",
)
@options.combined(
    options.only,
    options.manifest,
    options.public_keys,
    options.certificates,
    options.chain,
    options.trust,
    options.policy,
    options.state,
)
def command(
    path: Path,
    release: str | None,
    only: tuple[str, ...],
    manifest_path: Path | None,
    public_keys: tuple[str, ...],
    certificates: tuple[Path, ...],
    *,
    as_json: bool,
    **given: Any,
) -> int:
    """Verify that the files at PATH are a release: exactly these bytes, registered, not revoked.

    The publisher must be trusted: named by a REF with an address, by the trust file
    ('weightmark trust add') or by a policy.

    Every key that the manifest names must have signed. Where a key is not beside the files, or a
    certificate vouches for it, --public-key or --certificate-chain gives what is missing; a
    certificate counts at the time of the registration.
    """
    application = options.application(given)
    request = verification_request(
        application,
        path,
        release=release,
        only=only,
        manifest=manifest_path,
        trusted=SignerOptions(public_keys, certificates=certificates),
    )
    with progress("verifying") as start:
        verdict = application.verifier().verify(request, start)
    return verdicts.print_verdict(verdict, path, as_json=as_json)
