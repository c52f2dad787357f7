"""`fathom simulate echogram`."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from napari_fathom.cli.app import fathom

SMALL = ["--pings", "64", "--set", "samples=64", "--set", "frequency_hz=38000,120000"]


def test_a_simulated_survey_has_its_truth_beside_it(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(fathom, ["simulate", "echogram", str(tmp_path), *SMALL, "--json"])
    assert outcome.exit_code == 0
    files = json.loads(outcome.stdout)
    with np.load(files["survey"]) as survey, np.load(files["truth"]) as truth:
        assert survey["sv_db"].shape == (2, 64, 64)
        assert truth["labels"].shape == (64, 64)


def test_strokes_agree_with_the_truth(tmp_path: Path) -> None:
    CliRunner().invoke(fathom, ["simulate", "echogram", str(tmp_path), *SMALL, "--painted", "5"])
    with np.load(tmp_path / "strokes.npz") as strokes, np.load(tmp_path / "truth.npz") as truth:
        painted = strokes["labels"] > 0
        assert painted.mean() == pytest.approx(0.05, abs=0.001)
        assert (strokes["labels"] == truth["labels"])[painted].all()


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [("fish=1", "there are pings"), ("fish_share=2", "less than or equal"), ("fish_share", "NAME=VALUE")],
)
def test_a_wrong_setting_is_a_usage_error_that_says_what_is_expected(
    tmp_path: Path, wrong: str, advice: str
) -> None:
    outcome = CliRunner().invoke(fathom, ["simulate", "echogram", str(tmp_path), "--set", wrong])
    assert outcome.exit_code == 2
    assert advice in outcome.stderr
