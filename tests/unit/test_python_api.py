"""What the Python API refuses before it reads anything, and what it says of itself."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import weightmark
from weightmark import errors
from weightmark.errors import UsageError
from weightmark.python_api.configuration import Configuration

NAMED: dict[str, Any] = {"name": "acme/digits", "version": "1.0.0"}
MISSPELT: dict[str, Any] = {"netwrok": "local"}
REFERENCE = "me/acme/digits@1.0.0"
FUNCTIONS = [
    weightmark.publish,
    weightmark.require,
    weightmark.revoke,
    weightmark.sign,
    weightmark.submit,
    weightmark.verify,
    weightmark.verify_signature,
]
SECTION = re.compile(r"^(\w+):\n((?:    .*\n|\n)+)", re.MULTILINE)

pytestmark = pytest.mark.usefixtures("weightmark_home")


def sections(function: Callable[..., Any]) -> dict[str, str]:
    """Return the sections of a function's docstring, by their headings."""
    return dict(SECTION.findall(f"{inspect.getdoc(function)}\n"))


@pytest.mark.parametrize(
    "call",
    [
        lambda: weightmark.verify(".", **MISSPELT),
        lambda: weightmark.require(".", **MISSPELT),
        lambda: weightmark.publish(".", **NAMED, **MISSPELT),
        lambda: weightmark.revoke(REFERENCE, "withdrawn", **MISSPELT),
        lambda: weightmark.submit("none", **MISSPELT),
        lambda: weightmark.sign(".", **MISSPELT),
        lambda: weightmark.verify_signature(".", **MISSPELT),
    ],
    ids=["verify", "require", "publish", "revoke", "submit", "sign", "verify_signature"],
)
def test_an_unknown_argument_is_named(call: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'netwrok'"):
        call()


def test_require_takes_nothing_that_would_check_less() -> None:
    options: dict[str, Any] = {"only": ["config*"]}
    with pytest.raises(TypeError, match="'only'"):
        weightmark.require(".", **options)


def test_none_stands_for_what_is_not_given() -> None:
    nothing: dict[str, Any] = dict.fromkeys(Configuration.__optional_keys__)
    with pytest.raises(errors.ValueFormatError, match="no trusted publisher is called 'me'"):
        weightmark.revoke(REFERENCE, "withdrawn", **nothing)


def test_one_text_is_no_sequence_of_patterns() -> None:
    with pytest.raises(UsageError, match=r"only is .* not the text 'w\.bin'") as only:
        weightmark.verify(".", only="w.bin")
    assert only.value.hint == "write only=['w.bin']"
    with pytest.raises(UsageError, match=r"ignores is .* not the text 'w\*'"):
        weightmark.publish(".", **NAMED, ignores="w*")
    with pytest.raises(UsageError, match=r"public_keys is .* not the text 'release'"):
        weightmark.verify_signature(".", public_keys="release")
    with pytest.raises(UsageError, match=r"certificates is .* not the text 'release'"):
        weightmark.sign(".", certificates="release")
    with pytest.raises(UsageError, match=r"certificates is .* not the text 'release'"):
        weightmark.publish(".", **NAMED, certificates="release")


@pytest.mark.parametrize("reason", ["", "none", "WITHDRAWN", "stolen", weightmark.Reason.NONE, 1])
def test_only_a_reason_revokes(reason: Any) -> None:
    with pytest.raises(UsageError, match="no reason is called") as caught:
        weightmark.revoke(REFERENCE, reason)
    assert caught.value.hint.endswith("withdrawn, vulnerable, compromised, superseded")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_docstrings_tell_results_and_errors(function: Callable[..., Any]) -> None:
    told = sections(function)
    assert told["Returns"].strip()
    raised = re.findall(r"^    (\w+): ", told["Raises"], re.MULTILINE)
    assert "UsageError" in raised
    assert "ConfigurationError" in raised
    assert [name for name in raised if not hasattr(errors, name)] == ["TypeError"]


def test_the_lists_of_names_agree() -> None:
    """Type checkers read the imports, ``import *`` reads ``__all__``, and Python the homes."""
    assert weightmark.__file__
    module = ast.parse(Path(weightmark.__file__).read_text("utf-8"))
    (block,) = (node for node in module.body if isinstance(node, ast.If))
    imported = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == weightmark._HOMES
    assert {*imported, "__version__"} == {*weightmark.__all__}


def test_dir_lists_what_is_not_imported_yet() -> None:
    assert {*weightmark.__all__, "__doc__"} <= {*dir(weightmark)}
