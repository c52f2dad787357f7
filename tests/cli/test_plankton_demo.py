"""The plankton demo leaves what it promises, on the images that ship."""

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
from tests.cli.test_walk import run

from napari_fathom.cli.console import Console
from napari_fathom.cli.plankton_demo import LABELS, prepare_plankton
from napari_fathom.cli.stopwatch import Stopwatch
from napari_fathom.events import Done
from napari_fathom.plankton.exports import check_ecotaxa
from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import collect_job


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


def test_a_demo_killed_before_its_labels_were_withdrawn_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "plankton.fathom"
    phyto = files("napari_fathom") / "sample_data" / "phyto.zip"
    for event in collect_job(Path(str(phyto)), folder):
        if isinstance(event, Done):
            event.result.close()  # nothing has been looked at, everything is labelled
    for again in range(2):
        with prepare_plankton(folder, Console(), Stopwatch()) as study:
            assert study.collection.looked_at.all()
            assert set(study.votes.counts().values()) == {LABELS + again}
            study.votes.cast(*one_more_of_each(study), annotator="ada")  # and what people said since stays


def one_more_of_each(study: CollectionStudy) -> tuple[list[int], list[int]]:
    """An unlabelled row for each class."""
    rows = np.flatnonzero(study.votes.hard() == 0)
    return rows[: len(study.classes)].tolist(), list(study.classes.values)
