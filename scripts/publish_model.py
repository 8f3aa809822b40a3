#!/usr/bin/env python3
"""Publish a model from a CI pipeline, on Weightmark's Python API.

Run again on the same machine after a failure, it completes what was begun; after a success, it
changes nothing and ends well. A runner that starts empty has neither the manifest of the first run
nor Weightmark's records, and would make another manifest, with another time, which is refused as
the same version of other content. Set ``SOURCE_DATE_EPOCH`` to something that repeats, and the
manifest repeats as well::

    export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)

The key comes from ``WEIGHTMARK_PRIVATE_KEY`` (or ``--key``), network and
endpoint from ``WEIGHTMARK_NETWORK`` and ``WEIGHTMARK_RPC_URL``, or from the options. Exit statuses
are those of ``weightmark``::

    WEIGHTMARK_PRIVATE_KEY=… scripts/publish_model.py ./model --name acme/digits --version 1.0.0
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import weightmark

# Weightmark's configuration: what is not given here, its variables and files decide.
CONFIGURATION = ("network", "rpc_url", "key", "digest", "data_dir")


def parser() -> argparse.ArgumentParser:
    """Return the options, which have the names that they have in ``weightmark publish``."""
    options = argparse.ArgumentParser(description="Publish a model from a CI pipeline.")
    options.add_argument("source", type=Path, help="a directory or a file")
    options.add_argument("--name", required=True, help="the model's name: acme/digits")
    options.add_argument("--version", required=True, help="the release's version: 1.0.0")
    options.add_argument("--publisher", help="the publisher, if the key is a delegate's")
    options.add_argument("--network", help="a network's name or chain id")
    options.add_argument("--rpc-url", help="the network's JSON-RPC endpoint")
    options.add_argument("--key", help="a key's name, or a keystore file")
    options.add_argument("--digest", help="sha2-256 (the default) or blake3")
    options.add_argument("--data-dir", help="where all state is kept")
    options.add_argument("--created-by", default="", help="free text: the pipeline, the commit")
    options.add_argument("--sign-key", action="append", default=[], help="a key that signs it")
    options.add_argument("--out", type=Path, help="where to write the manifest")
    options.add_argument("--json", action="store_true", help="print one JSON document")
    return options


def publish(given: argparse.Namespace) -> weightmark.Publication:
    """Publish as the options say; what is not given is None, and decided elsewhere.

    Raises:
        weightmark.WeightmarkError: It could not be published; the error says why.
    """
    configuration = {name: getattr(given, name) for name in CONFIGURATION}
    return weightmark.publish(
        given.source,
        name=given.name,
        version=given.version,
        publisher=given.publisher,
        created_by=given.created_by,
        sign_keys=given.sign_key,
        out=given.out,
        **configuration,
    )


def print_publication(publication: weightmark.Publication) -> None:
    """Print for people what was done."""
    done = "published" if publication.receipt else "was published before; nothing to do:"
    print(f"{done} {publication.reference}")
    print(f"manifest  {publication.manifest_path}")


def print_error(error: weightmark.WeightmarkError) -> None:
    """Print for people what is wrong, and what to do about it, on standard error."""
    print(f"error: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"  hint: {error.hint}", file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    """Publish, print the outcome, and return the exit status."""
    given = parser().parse_args(arguments)
    try:
        publication = publish(given)
    except weightmark.WeightmarkError as error:
        if given.json:
            print(json.dumps({"error": weightmark.error_document(error)}, indent=2))
        else:
            print_error(error)
        return error.exit_status
    if given.json:
        print(json.dumps(weightmark.publication_document(publication), indent=2))
    else:
        print_publication(publication)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
