"""What came of each model of a tree: every one has its line, and the gravest decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.services.signed import ED25519, SECRET, files, order_of, sign_now
from weightmark.bootstrap.signing import Created
from weightmark.bootstrap.trees import SignedModel
from weightmark.cli import trees
from weightmark.domain.models import Models, Selection
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import ArtifactError, KeyFileError, RefusedError, StorageError, UsageError
from weightmark.ports.signing import Signer
from weightmark.services.signatures.trees import InventoryEntry, Standing, TreeVerdict
from weightmark.services.signatures.verify import SignatureVerdict

TREE = Path("models")
HOSTILE = "a\x1b[2K\u202eb"
ESCAPED = "a\\x1b[2K\\u202eb"
SHARED = "signed with a shared secret: whoever can verify it could have signed it\n"
OPTIONS: dict[str, Any] = {"include": (), "exclude": (), "no_recursive": False}


def a_signed_model(path: str, signer: Signer) -> SignedModel:
    signing = sign_now(order_of(files()), signer)
    return SignedModel(path, Created(signing, signer, f"{path}.sig"))


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_one_model_is_not_called_models(capsys: pytest.CaptureFixture[str]) -> None:
    signed = [a_signed_model("a.bin", ED25519)]
    assert trees.print_signed(signed, Models(("a.bin",)), TREE, as_json=False) == 0
    assert lines(capsys) == ["created   a.bin", "signed: models: 1 model"]


def test_a_model_that_is_not_signed_is_told_with_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = ArtifactError("it holds a pipe", hint="leave it out")
    signed = [a_signed_model("a.bin", SECRET), SignedModel("b", error)]
    assert trees.print_signed(signed, Models(("a.bin", "b"), ("old",)), TREE, as_json=False) == 4
    assert lines(capsys) == [
        "created   a.bin",
        "FAILED    b: it holds a pipe",
        "          hint: leave it out",
        "excluded  old",
        SHARED.strip(),
        "NOT SIGNED: models: 1 of 2 models",
    ]


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ((StorageError("full"), KeyFileError("bad"), RefusedError("no")), 1),
        ((StorageError("full"), KeyFileError("bad")), 4),
        ((StorageError("full"),), 3),
    ],
)
def test_the_gravest_failure_is_the_exit_status(
    errors: tuple[Any, ...], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """In either order, and whatever else was signed."""
    failed = [SignedModel(str(number), error) for number, error in enumerate(errors)]
    models, good = Models(("0", "z"), ("old",)), a_signed_model("z", ED25519)
    for signed in ([*failed, good], [good, *reversed(failed)]):
        assert trees.print_signed(signed, models, TREE, as_json=True) == status
        document = json.loads(capsys.readouterr().out)
        assert (document["exit_status"], document["excluded"]) == (status, ["old"])
        by_path = {each["path"]: each for each in document["models"]}
        assert by_path["0"]["error"]["message"] == errors[0].message
        assert by_path["z"]["signature"] == "z.sig"
        assert "error" not in by_path["z"]


def test_a_verdict_shows_of_each_model_what_is_not_as_it_should_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def found(outcome: Outcome) -> SignatureVerdict:
        passed = Check(8, "files", Outcome.PASSED, "agree")
        skipped = Check(8, "manifest", Outcome.NOT_APPLICABLE, "there is none")
        return SignatureVerdict(
            Verdict((passed, skipped, Check(8, "it", outcome, f"is {outcome}")))
        )

    tree = TreeVerdict({"a": found(Outcome.WARNED), HOSTILE: found(Outcome.FAILED)}, (HOSTILE,))
    assert trees.print_verified(tree, TREE, as_json=False) == 1
    told = capsys.readouterr().out
    assert [line.split()[:2] for line in told.splitlines()] == [
        ["ok", "a"],
        ["8", "warning"],
        ["FAILED", ESCAPED],
        ["8", "FAILED"],
        ["excluded", ESCAPED],
        ["NOT", "VERIFIED:"],
    ]
    assert told.endswith("NOT VERIFIED: models: 1 of 2 models\n")
    assert trees.print_verified(tree, TREE, as_json=True) == 1
    document = json.loads(capsys.readouterr().out)
    assert [each["path"] for each in document["models"]] == ["a", HOSTILE]
    assert [each["exit_status"] for each in document["models"]] == [0, 1]


def test_where_there_is_no_model_nothing_is_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert trees.print_verified(TreeVerdict({}), TREE, as_json=True) == 3
    assert json.loads(capsys.readouterr().out)["verified"] is False


@pytest.mark.parametrize("standing", Standing)
def test_an_inventory_is_in_order_where_all_models_are_signed(
    standing: Standing, capsys: pytest.CaptureFixture[str]
) -> None:
    good = InventoryEntry("a", Standing.SIGNED, "2026-11-21T09:00:00Z", shared_secret=True)
    entries = [good, InventoryEntry(HOSTILE, standing, "", "why")]
    status = int(standing is not Standing.SIGNED)
    assert trees.print_inventory(entries, ["old"], TREE, as_json=False) == status
    header, first, second, *rest = lines(capsys)
    assert header.split("  ")[0] == "standing"
    assert first.split() == ["signed", "2026-11-21T09:00:00Z", "a"]
    assert second.split() == [standing, "-", ESCAPED, "why"]
    last = "NOT IN ORDER: models: 1 of 2 models" if status else "signed: models: 2 models"
    assert rest == ["excluded  old", SHARED.strip(), last]
    assert trees.print_inventory(entries, ["old"], TREE, as_json=True) == status
    document = json.loads(capsys.readouterr().out)
    assert document["counts"].keys() == set(Standing)
    assert sum(document["counts"].values()) == 2
    assert document["models"][1]["first_signed"] is None


def test_signatures_that_are_gone_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    trees.warn_of_dropped(0, "a.sig")
    assert capsys.readouterr() == ("", "")
    trees.warn_of_dropped(2, HOSTILE)
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count(ESCAPED)) == ("", 1)
    assert shown.err.endswith("not in " + ESCAPED + " any more: 2\n")


def test_the_options_of_a_tree_make_a_selection() -> None:
    assert trees.selection_of(OPTIONS) == Selection()
    given = {"include": ("*.bin",), "exclude": ("old",), "no_recursive": True}
    assert trees.selection_of(given) == Selection(("*.bin",), ("old",), is_recursive=False)


def test_each_option_belongs_to_a_tree_or_to_one_model() -> None:
    alone = {"--name": "", "--out": "x.sig"}
    trees.check_each(each=False, alone=alone, given=OPTIONS)
    trees.check_each(each=True, alone={"--name": ""}, given={**OPTIONS, "anywhere": True})
    with pytest.raises(UsageError, match=r"^--out does not go with --each$"):
        trees.check_each(each=True, alone=alone, given=OPTIONS)
    with pytest.raises(UsageError, match=r"^--anywhere does not go without --each$"):
        trees.check_each(each=False, alone={}, given={**OPTIONS, "anywhere": True})
