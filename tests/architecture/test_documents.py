"""What the documents point to exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^()\s]+)\)")
TEST_FILE = re.compile(r"`(tests/[\w./-]+)`")
TEST = re.compile(r"`(tests/[\w./-]+)::(\w+)`")


def broken_links(text: str, folder: Path) -> list[str]:
    """Return the relative links of a document that lead to no file."""
    targets = [link for link in LINK.findall(text) if "://" not in link and link[0] != "#"]
    return [link for link in targets if not (folder / link.partition("#")[0]).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text("utf-8")
    assert broken_links(text, document.parent) == []
    assert [name for name in TEST_FILE.findall(text) if not (CHECKOUT / name).exists()] == []
    assert missing_tests(text) == []


def missing_tests(text: str) -> list[str]:
    """Return the tests that a document names and that are not there."""
    return [
        name
        for path, name in TEST.findall(text)
        if f"\ndef {name}(" not in (CHECKOUT / path).read_text("utf-8")
    ]


def test_a_test_that_is_gone_is_found() -> None:
    here = "tests/architecture/test_documents.py"
    assert missing_tests(f"`{here}::test_links_lead_to_files` `{here}::test_no`") == ["test_no"]


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    text = "[a](there.md) [b](there.md#part) [c](https://host/x) [d](#here) [e](gone.md#part)"
    assert broken_links(text, tmp_path) == ["gone.md#part"]


@pytest.mark.parametrize(
    ("document", "heading", "named"),
    [
        ("docs/security-model.md", "Attacks", TEST_FILE),
        ("docs/earlier-tools.md", "What they promised, and where it is kept", TEST),
    ],
)
def test_every_row_names_its_test(document: str, heading: str, named: re.Pattern[str]) -> None:
    text = (CHECKOUT / document).read_text("utf-8")
    table = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    unnamed = [row for row in rows if not named.search(row)]
    assert len(rows) > 10
    # What remains are the heads of tables and the lines below them.
    assert [row for row in unnamed if not re.match(r"\| (-|attack|promise|hole \|)", row)] == []
