"""`fathom simulate echogram` and `fathom simulate plankton`."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
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


def test_simulated_plankton_has_its_truth_and_its_votes_beside_it(tmp_path: Path) -> None:
    few = ["--objects", "6", "--set", "class_names=sphere,pellet", "--set", "votes=3"]
    outcome = CliRunner().invoke(fathom, ["simulate", "plankton", str(tmp_path), *few, "--json"])
    assert outcome.exit_code == 0
    files = json.loads(outcome.stdout)
    assert len(list(Path(files["images"]).rglob("*.png"))) == 6
    truth = pd.read_csv(files["truth"])
    np.testing.assert_allclose(truth["p_sphere"] + truth["p_pellet"], 1, atol=1e-5)
    assert len(pd.read_csv(files["votes"])) == 18


def test_a_folder_of_somebodys_own_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    outcome = CliRunner().invoke(fathom, ["simulate", "plankton", str(tmp_path), "--objects", "1"])
    assert outcome.exit_code == 1
    assert "Choose another folder" in outcome.stderr


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
