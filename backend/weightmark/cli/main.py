"""The program: finds a command, runs it, and turns errors into messages and exit statuses."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from weightmark.cli import output, streams
from weightmark.errors import UnavailableError, UsageError, WeightmarkError
from weightmark.version import __version__

# Exit status of a program that SIGINT ended, as shells have it: 128 + 2.
INTERRUPTED = 130

# Lets an error that nobody foresaw through, with all that Python says of it.
DEBUG_VARIABLE = "WEIGHTMARK_DEBUG"

COMMANDS = {
    "publish": "Hash a model, and register it on a chain.",
    "verify": "Verify a download against the chain.",
    "fetch": "Fetch a release from IPFS, and verify it.",
    "show": "Show what the chain says of a release.",
    "log": "List all releases of a model.",
    "find": "Find the releases that contain a file.",
    "revoke": "Revoke a release.",
    "submit": "Send what a publisher has signed, and pay for it.",
    "publisher": "Manage who may act for a publisher, and with which keys.",
    "manifest": "Make and check manifests; no chain needed.",
    "signature": "Sign artifacts, and verify signatures; no chain needed.",
    "ipfs": "Content addresses, CAR files, and what is pinned here; no chain needed.",
    "trust": "Manage the publishers that you trust.",
    "keys": "Manage the keys that send transactions and sign models.",
    "network": "Manage chains.",
    "devnet": "Run a local node.",
    "serve": "Answer look-ups over HTTP.",
    "doctor": "Say what is installed, reachable and missing.",
    "completion": "Print the script that completes commands in a shell.",
}

EPILOG = """\b
Examples:
  weightmark publish ./model --name acme/digits --version 1.0.0
  weightmark verify ./model
  weightmark show me/acme/digits@1.0.0

\b
Exit status:
  0  done; for a verification: verified
  1  verified to be wrong, or refused
  2  the command line is wrong
  3  could not be checked or done
  4  bad input
"""


class LazyGroup(click.Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"weightmark.cli.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named, or say which ones are called nearly so."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="weightmark", message="%(prog)s %(version)s")
def program() -> None:
    """Blockchain-anchored provenance for machine-learning models.

    A publisher hashes a model and registers it on a chain; whoever downloads it recomputes the
    hashes, reads the chain and knows who published exactly these bytes, when, and whether it was
    revoked since.
    """


def main() -> None:
    """Run the command line, and exit with its status."""
    stream = streams.guard()
    sys.exit(streams.final_status(run(sys.argv[1:]), stream))


def run(arguments: list[str]) -> int:
    """Run one command, and return its exit status."""
    as_json = "--json" in arguments
    try:
        result = program.main(arguments, prog_name="weightmark", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        output.complain("interrupted")
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return UsageError.exit_status
    except click.ClickException as error:
        return output.report(_usage_error(error), as_json=as_json)
    except WeightmarkError as error:
        return output.report(error, as_json=as_json)
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        return output.report(_unforeseen(error), as_json=as_json)
    return result if isinstance(result, int) else 0


def _usage_error(error: click.ClickException) -> UsageError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "weightmark"
    return UsageError(error.format_message(), hint=f"see '{command} --help'")


def _unforeseen(error: Exception) -> WeightmarkError:
    """Return the error for one that no other part of the program knows.

    Its own message is left out, as that may hold a secret; what the system says holds none.
    """
    from traceback import walk_tb

    steps = (
        (frame.f_globals.get("__name__", ""), line) for frame, line in walk_tb(error.__traceback__)
    )
    *_, (module, line) = (step for step in steps if step[0].startswith("weightmark."))
    message = f"{type(error).__name__} in {module}, line {line}"
    details = f"{DEBUG_VARIABLE}=1 shows what to report"
    if isinstance(error, OSError):
        return UnavailableError(
            f"the operating system refuses: {error.strerror} ({message})",
            hint=f"where this is no limit of the machine, it is a bug of weightmark: {details}",
        )
    return WeightmarkError(message, hint=f"this is a bug of weightmark: {details}")
