"""Runs are known by what decides their results, whatever the program's defaults become."""

import json
from pathlib import Path

import pytest

from napari_fathom.evaluation import runs
from napari_fathom.evaluation.runs import plan
from napari_fathom.evaluation.suite import read_suite
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.settings import TrainSettings

FIRST = Path(__file__).with_name("first_defaults.json")


def _keys() -> dict[str, str]:
    return {run.entrant.called: run.key for run in plan(read_suite("echogram-small")).runs}


@pytest.mark.parametrize(("kind", "settings"), [("echograms", TrainSettings), ("images", ImageSettings)])
def test_defaults_that_changed_are_told_to_whoever_keeps_results(
    kind: str, settings: type[TrainSettings] | type[ImageSettings]
) -> None:
    now = settings().model_dump(mode="json")
    first = json.loads(FIRST.read_text("utf-8"))[kind]
    assert set(now) == set(first), f"write new settings into {FIRST.name}, and take out those that are gone"
    changed = {name: value for name, value in first.items() if now[name] != value}
    assert changed == runs.FIRST_DEFAULTS[kind], "enter the former value in runs.FIRST_DEFAULTS"


def test_a_changed_default_makes_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _keys()
    monkeypatch.setattr(runs, "FIRST_DEFAULTS", {"echograms": {"ambiguity_prior": 0.05}})
    assert not set(before.values()) & set(_keys().values())


def test_a_raised_revision_makes_only_that_methods_runs_new(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _keys()
    monkeypatch.setattr(runs, "REVISIONS", {**runs.REVISIONS, "supseg": 1})
    after = _keys()
    own = {each.called for each in read_suite("echogram-small").methods if each.method == "supseg"}
    assert {name for name in before if before[name] != after[name]} == own > {"supseg"}
