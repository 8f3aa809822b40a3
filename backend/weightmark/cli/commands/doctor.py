"""weightmark doctor."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from weightmark.bootstrap.diagnosis import Condition, diagnose
from weightmark.cli import options, output

COLORS = {Condition.WELL: "green", Condition.ABSENT: "yellow", Condition.FAILING: "red"}


@click.command(
    "doctor",
    epilog="""\b
Examples:
  weightmark doctor
  weightmark doctor --network sepolia --json
""",
)
@options.combined(options.chain, options.key, options.trust, options.policy, options.state)
def command(*, as_json: bool, **given: Any) -> int:
    """Say what is installed, reachable and missing, with the command that mends it.

    Exit 3 if something that is configured cannot be used.
    """
    findings = diagnose(options.application(given))
    if as_json:
        output.print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.secho(f"{finding.condition:<9}", fg=COLORS[finding.condition], nl=False)
            output.line(f"{finding.subject:<16}{finding.message}")
            if finding.hint:
                output.line(f"{'':25}hint: {finding.hint}")
    return 3 if any(finding.condition is Condition.FAILING for finding in findings) else 0
