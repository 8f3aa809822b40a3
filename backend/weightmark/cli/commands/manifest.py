"""weightmark manifest: create, verify, import, inspect, diff."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from weightmark.cli import drafts, options, output, verdicts
from weightmark.cli.progress import progress
from weightmark.domain.documents import hex_text


@click.group("manifest")
def command() -> None:
    """Make and check release manifests. No chain is read or written."""


@command.command(
    "create",
    epilog="""\b
Example:
  weightmark manifest create ./model --name acme/digits --version 1.0.0
""",
)
@click.argument("source", type=options.PATH)
@options.combined(drafts.options, options.network, options.key, options.state)
def create(source: Path, *, as_json: bool, **given: Any) -> None:
    """Hash SOURCE, and write its manifest beside it; with --sign-key, signatures of it as well."""
    from weightmark.bootstrap.manifests import manifest_draft, release_signer
    from weightmark.services.placing import place_manifest

    application = options.application(given)
    draft = manifest_draft(application, drafts.said_in(given))
    artifact = application.artifacts.source(source, given["out"])
    signer = release_signer(application, source, drafts.keys_in(given))
    named = replace(draft, signers=signer.named)
    with progress("hashing") as start:
        evidence, path = place_manifest(artifact, named, signer, start)
    summary = drafts.summary(evidence, path)
    if as_json:
        output.print_json(summary)
        return
    output.succeed(f"wrote {path}")
    output.print_fields({name.replace("_", " "): value for name, value in summary.items()})


@command.command(
    "verify",
    epilog="""\b
Example:
  weightmark manifest verify ./model
""",
)
@click.argument("path", type=options.PATH)
@options.combined(
    options.only,
    options.manifest,
    options.public_keys,
    options.certificates,
    options.at,
    options.state,
)
def verify(
    path: Path,
    only: tuple[str, ...],
    manifest_path: Path | None,
    public_keys: tuple[str, ...],
    certificates: tuple[Path, ...],
    at: str,
    *,
    as_json: bool,
    **given: Any,
) -> int:
    """Check the files at PATH against their manifest, and the signatures that it demands.

    This proves that they belong together, not who published them: 'weightmark verify' does.
    """
    from weightmark.bootstrap.manifests import signature_means
    from weightmark.bootstrap.trusted_signers import SignerOptions
    from weightmark.services.manifests import verify_manifest
    from weightmark.services.verification.files import FileSelection

    application = options.application(given)
    artifact = application.artifacts.download(path, manifest_path)
    trusted = SignerOptions(public_keys, certificates=certificates, at=at)
    means = signature_means(application, trusted)
    with progress("verifying") as start:
        verdict = verify_manifest(artifact, FileSelection(only), means, start)
    return verdicts.print_verdict(verdict, path, as_json=as_json)


@command.command(
    "import",
    epilog="""\b
Examples:
  weightmark manifest import ./model/signed_manifest.json --public-key public.pem
  weightmark manifest import manifest.json ./model --public-key public_key.pem \\
      --name acme/digits --version 1.0.0
  weightmark manifest import ./models/model_signatures.json --hmac-key secret.txt \\
      --name acme/digits --version 1.0.0
""",
)
@click.argument("file", type=options.PATH)
@click.argument("source", type=options.PATH, required=False)
@click.option(
    "--public-key",
    metavar="P",
    default="",
    help="The key that has to have signed: a file in PEM or DER, or a key's name.",
)
@click.option(
    "--hmac-key",
    type=options.PATH,
    metavar="FILE",
    help="The shared secret of Clarity's files.  [default: WEIGHTMARK_HMAC_KEY, or ask]",
)
@click.option(
    "--unsigned", is_flag=True, help="Import a file that is not signed. Nobody vouches for it."
)
@click.option(
    "--signature",
    type=options.PATH,
    metavar="FILE",
    help="HashTraceAI's signature, if it lies apart.  [default: FILE.sig]",
)
@options.combined(drafts.overriding, options.network, options.key, options.state)
def import_(
    file: Path,
    source: Path | None,
    public_key: str,
    hmac_key: Path | None,
    signature: Path | None,
    *,
    unsigned: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Verify what an earlier tool wrote, and write a release manifest of it.

    FILE is HashTraceAI's manifest.json, modelseal's signed_manifest.json, or Clarity's
    model_signatures.json or .sig. SOURCE holds the files that it tells of; by default they are in
    FILE's directory. Name, version and the like are taken over if they are signed.
    """
    from weightmark.bootstrap.imports import EarlierFile, import_request
    from weightmark.bootstrap.manifests import import_draft
    from weightmark.cli.imports import print_import
    from weightmark.services.manifest_import import import_manifest
    from weightmark.services.placing import place_imported

    application = options.application(given)
    earlier = EarlierFile(file, source, signature, public_key, hmac_key, unsigned)
    draft = import_draft(application, drafts.said_in(given))
    request = import_request(application, earlier, draft, given["out"])
    with progress("hashing") as start:
        done = import_manifest(request, start)
    written = {}
    if done.manifest is not None:
        written = drafts.summary(*place_imported(request.artifact, done.manifest))
    return print_import(done, file, written, as_json=as_json)


@command.command(
    "inspect",
    epilog="""\b
Examples:
  weightmark manifest inspect ./model
  weightmark manifest inspect ./model/weightmark.json --json
""",
)
@click.argument("path", type=options.PATH)
@options.state
def inspect(path: Path, *, as_json: bool, **given: Any) -> None:
    """Show the manifest at PATH: a manifest file, or an artifact that has one."""
    import msgspec

    evidence = drafts.read_evidence(options.application(given), path)
    if as_json:
        output.print_json(msgspec.json.decode(evidence.data))
        return
    fields = msgspec.to_builtins(evidence.manifest)
    files = fields.pop("files")
    fields["manifest_hash"] = hex_text(evidence.manifest_hash)
    output.print_fields(dict(drafts.flattened(fields)))
    output.print_table(
        [
            ("digest", "size", "path"),
            *((each["digest"], each["size"], each["path"]) for each in files),
        ]
    )


@command.command(
    "diff",
    epilog="""\b
Example:
  weightmark manifest diff ./digits-1.0.0 ./digits-1.1.0
""",
)
@click.argument("old", type=options.PATH)
@click.argument("new", type=options.PATH)
@options.state
def diff(old: Path, new: Path, *, as_json: bool, **given: Any) -> int:
    """Compare two manifests, or two artifacts that have one. Exit 1 if their files differ."""
    from weightmark.domain.manifest import compare

    application = options.application(given)
    one = drafts.read_evidence(application, old).manifest
    other = drafts.read_evidence(application, new).manifest
    changes = compare(one.files, other.files)
    if as_json:
        output.print_json(changes)
    else:
        for kind, paths in changes.items():
            for path in paths:
                output.line(f"{kind:<8} {path}")
        if not any(changes.values()):
            output.line("the files are the same")
    return 1 if any(changes.values()) else 0
