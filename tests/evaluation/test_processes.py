"""Runs have processes of their own, so that one that is killed takes no other with it."""

import multiprocessing
from pathlib import Path

from tests.evaluation.suites import QUICK, image_suite

from napari_fathom.evaluation.processes import run_all
from napari_fathom.evaluation.runs import plan


def test_a_run_that_is_killed_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    forever = {"method": "supervised", "settings": {"epochs": 500, "steps": 1000}}
    suite = image_suite(methods=["discriminant", forever, "ecotaxa-forest"], settings=QUICK)
    told = {}
    for run, (row,) in run_all(plan(suite).runs, tmp_path, jobs=2, stop=None):
        told[run.entrant.called] = row["status"], row["error"]
        if len(told) == 2:
            (endless,) = multiprocessing.active_children()
            endless.kill()
    assert told["discriminant"] == told["ecotaxa-forest"] == ("done", "")
    assert multiprocessing.active_children() == []
    assert told["supervised"] == ("failed", "The process ended with -9, by lack of memory perhaps.")
