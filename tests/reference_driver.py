"""Runs the reference's command many times in one process; see `tests.reference`.

It runs in the reference's own environment. Each line of standard input is a list of arguments; each
line of standard output is the command's exit status and what it printed.
"""

from __future__ import annotations

import json
import sys

from click.testing import CliRunner
from model_signing._cli import main


def serve() -> None:
    """Answer until there is nothing more to do."""
    for line in sys.stdin:
        result = CliRunner().invoke(main, json.loads(line))
        print(json.dumps([result.exit_code, result.output]), flush=True)  # noqa: T201


serve()
