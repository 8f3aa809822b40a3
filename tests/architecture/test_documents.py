"""What the documents point to exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^()\s]+)\)")
TEST_FILE = re.compile(r"`(tests/[\w./-]+)`")
ATTACKS = CHECKOUT / "docs/security-model.md"


def broken_links(text: str, folder: Path) -> list[str]:
    """Return the relative links of a document that lead to no file."""
    targets = [link for link in LINK.findall(text) if "://" not in link and link[0] != "#"]
    return [link for link in targets if not (folder / link.partition("#")[0]).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text("utf-8")
    assert broken_links(text, document.parent) == []
    assert [name for name in TEST_FILE.findall(text) if not (CHECKOUT / name).exists()] == []


def test_a_link_to_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    text = "[a](there.md) [b](there.md#part) [c](https://host/x) [d](#here) [e](gone.md#part)"
    assert broken_links(text, tmp_path) == ["gone.md#part"]


def test_every_attack_names_its_test() -> None:
    table = ATTACKS.read_text("utf-8").partition("## Attacks\n")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 1
    assert [row for row in rows if not TEST_FILE.search(row)] == []
