"""`fathom demo --headless`, with a network that learns nothing in seconds; the real one is `./run demo`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from napari_fathom.cli.app import fathom
from napari_fathom.cli.demo_run import CLASS_NAMES, EXPORTS
from napari_fathom.cli.window import can_take_picture

TINY = ["epochs=1", "steps=10", "width=4", "depth=3", "patch=32", "batch=2", "clusters=8", "components=4"]
TINY += ["cluster_pixels=256", "ambiguity=false", "method=supseg", "learning_rate=0.01", "weight_average=0"]


@pytest.mark.window
@pytest.mark.slow
@pytest.mark.timeout(900)  # half a minute on two idle cores
def test_the_demo_leaves_a_report_a_picture_and_every_export(tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["--headless", "--out", str(out), "--json", *(f"--set={pair}" for pair in TINY)]
    outcome = CliRunner().invoke(fathom, ["demo", *options])
    assert outcome.exit_code == 0, outcome.output
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert report == json.loads(outcome.stdout)
    assert len(report["input_files"]) == 3
    assert set(report["painted_pixels"]) == set(CLASS_NAMES)
    assert all(count > 100 for count in report["painted_pixels"].values())
    assert -1 <= report["held_out_kappa"] <= 1
    assert {"convert", "labels", "train", "predict", "export"} <= set(report["seconds"])
    assert all((out / name).exists() for name in EXPORTS.values())
    assert (out / "viewer.png").exists() == can_take_picture()
