"""`fathom evaluate`: methods compared without a line of Python."""

import json
from pathlib import Path

from click.testing import CliRunner

from napari_fathom.cli.app import fathom
from napari_fathom.evaluation.suite import shipped_suites

SUITE = """
about: A test.
kind: images
data: {digits: {source: digits, most: 60}}
budgets: [3]
seeds: [0]
methods: [discriminant, {name: other, method: discriminant, settings: {measures: false}}]
"""


def test_it_lists_what_ships() -> None:
    told = CliRunner().invoke(fathom, ["evaluate", "--list", "--json"])
    assert set(json.loads(told.stdout)["suites"]) == set(shipped_suites())


def test_it_lists_the_runs_of_a_suite(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SUITE)
    told = CliRunner().invoke(fathom, ["evaluate", str(tmp_path / "mine.yaml"), "--list"])
    assert told.stdout.splitlines()[0] == "digits, discriminant, 3 labels a class, seed 0"


def test_it_leaves_results_a_table_and_a_plot(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SUITE)
    words = ["evaluate", str(tmp_path / "mine.yaml"), "--out", str(tmp_path / "out"), "--json"]
    outcome = CliRunner().invoke(fathom, words)
    assert outcome.exit_code == 0, outcome.output
    told = json.loads(outcome.stdout)
    assert told["counts"] == {
        "known": 0,
        "done": 1,
        "failed": 1,
    }  # without measures there is nothing to learn
    assert [row["status"] for row in told["rows"]] == ["done", "failed"]
    for kind in ("results", "table", "plot"):
        assert Path(told[kind]).exists()


def test_without_a_suite_it_says_how_to_find_one() -> None:
    outcome = CliRunner().invoke(fathom, ["evaluate"])
    assert outcome.exit_code == 2
    assert "--list" in outcome.stderr
