"""The plankton demo leaves what it promises, on the images that ship."""

import json
from pathlib import Path

from tests.cli.test_walk import run

from napari_fathom.plankton.exports import check_ecotaxa


def test_the_demo_answers_real_images_and_says_how_well(tmp_path: Path) -> None:
    outcome = run("demo", "plankton", "--headless", "--out", tmp_path)
    assert outcome.exit_code == 0, outcome.output
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert (report["images"], report["answered"]) == (105, 75)
    assert set(report["labelled"].values()) == {5}
    assert report["macro_f1_of_the_answered"] > 0.6  # chance is 0.17
    assert check_ecotaxa(tmp_path / "ecotaxa.zip") == () and report["ecotaxa_faults"] == []
    assert (tmp_path / "mosaic.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "objects.csv").is_file()
