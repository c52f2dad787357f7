"""From a suite to results, tables and a plot: resumably, and whatever single runs come to."""

import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.evaluation.suites import QUICK, echogram_suite, image_suite

from napari_fathom.echogram.simulate import SimulationSettings, write_simulation
from napari_fathom.errors import Cancelled, FathomError
from napari_fathom.evaluation.evaluate import Evaluation, evaluate
from napari_fathom.evaluation.results import read_results
from napari_fathom.evaluation.running import run_once
from napari_fathom.evaluation.runs import plan
from napari_fathom.evaluation.suite import EchogramSuite, ImageSuite
from napari_fathom.events import Done, Note, Progress


def result(suite: ImageSuite | EchogramSuite, folder: Path, **options: Any) -> tuple[Evaluation, list[str]]:
    """What came of it, and the notes on the way."""
    notes = []
    for event in evaluate(suite, folder, **options):
        if isinstance(event, Note):
            notes.append(event.message)
        if isinstance(event, Done):
            return event.result, notes
    raise AssertionError("no Done")


def test_every_method_and_budget_has_a_row_of_figures_and_none_is_made_twice(tmp_path: Path) -> None:
    suite = image_suite(budgets=[2, 4])
    found, _ = result(suite, tmp_path, jobs=2)
    assert found.counts == {"known": 0, "done": 4}
    names = [(row["name"], row["budget"]) for row in found.rows]
    assert names == [(name, budget) for budget in (2, 4) for name in ("discriminant", "ecotaxa-forest")]
    for row in found.rows:
        assert row["status"] == "done"
        assert 0 <= row["f1_macro"] <= 1
        assert len(row["confusion"]) == 100
        assert row["memory_mb"] > 10
        assert row["wall_s"] >= row["seconds"] > 0
    told = found.table.read_text("utf-8")
    assert "| method | 2 labels a class | 4 labels a class | s | CPU s | MB |" in told
    assert ElementTree.parse(found.plot).getroot().tag.endswith("svg")

    again, notes = result(suite, tmp_path)
    assert again.counts == {"known": 4}
    assert notes == ["4 of 4 runs are known already."]
    assert [row["f1_macro"] for row in again.rows] == [row["f1_macro"] for row in found.rows]

    other, _ = result(
        image_suite(settings={**QUICK, "trees": 5}, budgets=[2]), tmp_path, only=["discriminant"]
    )
    assert other.counts == {"known": 0, "done": 1}  # other settings are another run


def test_a_run_that_fails_is_told_the_others_go_on_and_it_is_tried_again(tmp_path: Path) -> None:
    suite = image_suite(budgets=[0], methods=["ecotaxa-forest"])
    for _ in range(2):
        found, notes = result(suite, tmp_path)
        assert found.counts == {"known": 0, "failed": 1}
        assert "EcoTaxa's forest learns from measures of labelled images" in notes[0]
        assert len(read_results(found.results)) == 1
    assert "What came to nothing" in found.table.read_text("utf-8")


def test_what_is_stopped_keeps_what_is_done(tmp_path: Path) -> None:
    stop = threading.Event()
    with pytest.raises(Cancelled):
        for event in evaluate(image_suite(), tmp_path, stop=stop):
            if isinstance(event, Progress):
                stop.set()
    assert [row["name"] for row in read_results(tmp_path / "tiny.parquet")] == ["discriminant"]
    assert "| discriminant |" in (tmp_path / "tiny.md").read_text("utf-8")


def test_a_survey_is_answered_by_a_network_and_a_forest_in_all_ways(tmp_path: Path) -> None:
    suite = echogram_suite(methods=["supseg", "multiscale-forest"], labels="patches", budgets=[0.8])
    found, _ = result(suite, tmp_path)
    ways = [(row["name"], row["way"]) for row in found.rows]
    assert ways == [("supseg", "plain"), ("supseg", "chosen"), ("multiscale-forest", "plain")]
    assert all(row["class_names"] == ["background", "sandeel", "other fish"] for row in found.rows)
    assert "| supseg, chosen |" in found.table.read_text("utf-8")


def test_a_rival_that_is_not_installed_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FATHOM_CONVPAINT_PYTHON", raising=False)
    found, notes = result(echogram_suite(methods=["convpaint"]), tmp_path)
    assert found.counts == {"known": 0, "passed over": 1}
    assert "set FATHOM_CONVPAINT_PYTHON" in notes[0]


def test_data_that_are_not_here_are_passed_over_and_all_of_them_missing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FATHOM_DATA", raising=False)
    away = {"source": "folders", "path": "${FATHOM_DATA}/x"}
    here = {"source": "digits", "most": 60}
    found, notes = result(image_suite(data={"away": away, "here": here}, methods=["discriminant"]), tmp_path)
    assert found.counts["done"] == 1
    assert notes[0].startswith("away is passed over: ${FATHOM_DATA}/x: set this environment variable")
    with pytest.raises(FathomError, match="none of its data are here"):
        result(image_suite(data={"away": away}), tmp_path)


def test_figures_of_data_that_have_gone_are_still_told_as_of_a_former_time(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_simulation(folder, SimulationSettings(pings=400, samples=64))
    here = {"source": "simulated", "pings": 192, "unseen_pings": 64, "samples": 64}
    away = {"source": "file", "survey": str(folder / "survey.npz"), "truth": str(folder / "truth.npz")}
    suite = echogram_suite(data={"away": away, "here": here})
    both, _ = result(suite, tmp_path)
    assert both.counts["done"] == 2
    folder.rename(tmp_path / "elsewhere")
    again, _ = result(suite, tmp_path)
    assert again.counts == {"known": 1}
    assert [(row["key"], row["kappa"]) for row in again.rows] == [
        (row["key"], row["kappa"]) for row in both.rows
    ]
    assert again.table.read_text("utf-8").count("of a former time") == 1
    alone, _ = result(suite.model_copy(update={"data": {"away": suite.data["away"]}}), tmp_path)
    assert [row["data"] for row in alone.rows] == ["away"]
    other = suite.model_copy(update={"settings": {**suite.settings, "seed": 1, "held_out": 0.3}})
    assert [row["data"] for row in result(other, tmp_path)[0].rows] == ["here"]  # they say nothing of that


def test_images_are_measured_once_for_all_methods_and_kept_in_the_cache_whatever_their_name(
    tmp_path: Path,
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    for run in plan(image_suite(data={"../mine": {"source": "digits", "most": 60}})).runs:
        (row,) = run_once(run, cache)
        assert (row["data"], row["status"]) == ("../mine", "done")
    assert list(tmp_path.iterdir()) == [cache]
    assert len(list(cache.iterdir())) == 1


def test_methods_that_are_wanted_must_be_in_the_suite(tmp_path: Path) -> None:
    with pytest.raises(FathomError, match="no method is called 'simclr' there; there are discriminant"):
        result(image_suite(), tmp_path, only=["simclr"])


def test_two_names_for_one_run_are_refused(tmp_path: Path) -> None:
    twice = ["discriminant", {"name": "the same", "method": "discriminant"}]
    with pytest.raises(FathomError, match="are the same run"):
        result(image_suite(methods=twice), tmp_path)
