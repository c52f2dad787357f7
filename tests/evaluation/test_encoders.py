"""Encoders that runs share: each answers as if it had learned to see by itself, and its cost says so."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.evaluation.suites import image_suite

from napari_fathom.evaluation import encoders
from napari_fathom.evaluation.answers import ImageAnswer, ImageQuestion
from napari_fathom.evaluation.costs import both, measured
from napari_fathom.evaluation.labelling import draw_labels
from napari_fathom.evaluation.running import run_once
from napari_fathom.evaluation.runs import Run, plan
from napari_fathom.evaluation.shelf_methods import answer_images
from napari_fathom.learning.images.settings import ImageSettings


def runs_of(*methods: str | dict[str, Any], **changes: Any) -> tuple[Run, ...]:
    seeing = {"pretrain": "moco", "pretrain_epochs": 1, "pretrain_batch": 8, "projection_heads": 2}
    suite = image_suite(methods=methods, budgets=[0], clusters_as_classes=True)
    return plan(suite.model_copy(update={"settings": {**suite.settings, **seeing, **changes}})).runs


def question(run: Run) -> ImageQuestion:
    assert isinstance(run.settings, ImageSettings)
    known = run.source.read(run.seed)
    drawn = draw_labels(known, int(run.budget), 0.0, run.seed)
    return ImageQuestion(known, drawn.target, drawn.shown, run.settings)


def answer(asked: ImageQuestion, run: Run, cache: Path) -> ImageAnswer:
    return answer_images(asked, encoders.encoder_for(run, asked, cache)[0])


@pytest.mark.parametrize("method", ["scan", "rpsc", "rpsc-semi"])
def test_a_run_answers_as_if_it_had_learned_to_see_by_itself(method: str, tmp_path: Path) -> None:
    (run,) = runs_of(method)
    asked = question(run)
    alone = answer_images(asked).cluster
    for _ in range(2):  # learned now, then read
        shared = answer(asked, run, tmp_path).cluster
        np.testing.assert_array_equal(shared, alone)


@pytest.mark.parametrize("clusterer", ["kmeans", "spectral", "birch"])
def test_clusters_in_a_shared_network_are_those_of_a_run_of_its_own(clusterer: str, tmp_path: Path) -> None:
    ways = [
        {"name": way, "method": "simclr", "settings": {"clusterer": way}} for way in ("mixture", clusterer)
    ]
    runs = runs_of(*ways, pretrain_epochs=0)
    asked = [question(run) for run in runs]
    alone = answer_images(asked[1]).cluster
    answer(asked[0], runs[0], tmp_path)
    np.testing.assert_array_equal(answer(asked[1], runs[1], tmp_path).cluster, alone)
    assert len(list(tmp_path.glob("encoder-*"))) == 1


def test_methods_that_begin_alike_learn_to_see_once_and_each_bears_the_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    learned = encoders.learned

    def counted(asked: ImageQuestion, settings: ImageSettings) -> Any:
        seen.append(settings.method)
        return learned(asked, settings)

    monkeypatch.setattr(encoders, "learned", counted)
    softly = {"name": "softly", "method": "spice", "settings": {"cluster_loss": "soft-contrastive"}}
    rows = [run_once(run, tmp_path)[0] for run in runs_of("spice", softly, "measure-kmeans")]
    assert seen == ["moco"]
    (kept,) = tmp_path.glob("encoder-*")
    costs = json.loads((kept / "costs.json").read_text())
    assert all(row["seconds"] > costs["seconds"] and row["cpu_s"] > costs["cpu_s"] for row in rows[:2])


def test_what_was_learned_differently_is_not_shared(tmp_path: Path) -> None:
    (run,), (longer,) = runs_of("spice"), runs_of("spice", pretrain_epochs=2)
    for each in (run, longer):
        run_once(each, tmp_path)
    assert len(list(tmp_path.glob("encoder-*"))) == 2


def test_costs_of_two_pieces_of_work_add_up_and_the_higher_peak_counts() -> None:
    first = {"wall_s": 1.0, "cpu_s": 2.0, "memory_mb": 300.0}
    second = {"wall_s": 0.5, "cpu_s": 0.25, "memory_mb": 200.0, "seconds": 0.125}
    told = {"wall_s": 1.5, "cpu_s": 2.25, "memory_mb": 300.0, "seconds": 0.125}
    assert both(first, second) == told
    assert both({}, second) == second
    assert math.isnan(both({}, {"device_memory_mb": math.nan})["device_memory_mb"]), "unknown isn't nothing"


def test_work_is_measured() -> None:
    made, costs = measured(lambda: "made")
    assert made == "made"
    assert 0 <= costs["wall_s"] < 60
    assert set(costs) == {"wall_s", "cpu_s", "memory_mb", "device_memory_mb"}
