"""Every example runs."""

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from napari_fathom.plankton.exports import check_ecotaxa

EXAMPLES = Path(__file__).parents[1] / "examples"
METHODS = sorted((EXAMPLES / "methods").glob("*.py"))
IN_NAPARI = [EXAMPLES / "widgets" / f"{name}.py" for name in ("cursor", "seabed_and_paint")]
WIDGETS = sorted(set((EXAMPLES / "widgets").glob("*.py")) - set(IN_NAPARI))


def stem(path: Path) -> str:
    return path.stem


@pytest.fixture(autouse=True)
def _as_if_started_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A script's own folder is on the path; settings are cut so that it takes a moment."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import _survey

    shorter = {"epochs": 1, "steps": 2, "width": 4, "depth": 2, "patch": 16, "clusters": 8}
    monkeypatch.setattr(_survey, "QUICK", _survey.QUICK.model_copy(update=shorter))
    monkeypatch.setattr(_survey, "PINGS", 64)
    yield
    sys.modules.pop("_survey", None)


def load(path: Path) -> dict[str, Any]:
    return runpy.run_path(str(path), run_name="example")


@pytest.mark.parametrize(
    "path", [*METHODS, EXAMPLES / "add_a_method.py", EXAMPLES / "simulate_and_score.py"], ids=stem
)
def test_a_method_trains_and_is_scored(path: Path) -> None:
    assert -1 <= load(path)["main"]() <= 1


def test_images_are_learned_by_every_method() -> None:
    example = load(EXAMPLES / "learn_images.py")
    shorter = {"epochs": 1, "steps": 1, "width": 4, "trees": 10}
    example["main"].__globals__.update(
        OBJECTS=60, LABELLED=2, SIDE=16, QUICK=example["QUICK"].model_copy(update=shorter)
    )
    assert 0 <= example["main"]() <= 1


def test_votes_go_to_ecotaxa(tmp_path: Path) -> None:
    assert check_ecotaxa(load(EXAMPLES / "votes_and_ecotaxa.py")["main"](tmp_path)) == ()


def test_a_study_is_made_from_python(tmp_path: Path) -> None:
    assert load(EXAMPLES / "study_in_python.py")["main"](tmp_path).is_file()


@pytest.mark.parametrize("path", WIDGETS, ids=stem)
def test_a_widget_can_be_tried_alone(path: Path, qtbot: QtBot) -> None:
    widget = load(path)["make"]()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)


@pytest.mark.window
@pytest.mark.parametrize("path", IN_NAPARI, ids=stem)
def test_a_widget_can_be_tried_in_napari(
    path: Path, make_napari_viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import napari

    monkeypatch.setattr(napari, "Viewer", make_napari_viewer)  # the one that is closed after the test
    made = load(path)["make"]()
    for part in made[1:] if isinstance(made, tuple) else ():  # what listens to the viewer lets go of it
        part.close()


@pytest.mark.window
def test_each_dock_can_be_tried_in_napari(make_napari_viewer: Any, tmp_path: Path) -> None:
    docks = load(EXAMPLES / "docks.py")
    from napari_fathom.viewer.session import Session

    viewer = make_napari_viewer()
    made = [docks["make"](name, viewer) for name in docks["DOCKS"]]
    for dock, name in zip(made, docks["DOCKS"], strict=True):
        viewer.window.add_dock_widget(dock, name=name)
    with docks["make_study"](tmp_path) as study:
        session = Session.of(viewer)
        session.open(study)
        assert session.study is study
        session.close()
