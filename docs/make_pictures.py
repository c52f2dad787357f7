"""Renew the pages' pictures, or with --strokes the demo's strokes, by driving the real window with a hand.

Run it where there is a screen, or under xvfb-run:

    xvfb-run -a -s "-screen 0 1600x1000x24" env QT_QPA_PLATFORM=xcb .venv/bin/python docs/make_pictures.py
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch  # noqa: F401 - before Qt
from PIL import Image
from qtpy.QtCore import QDeadlineTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QWidget

from napari_fathom.cli.demo_run import CLASS_NAMES, demo_settings
from napari_fathom.labels import Classes
from napari_fathom.study import Study
from napari_fathom.study.jobs import convert_job, export_job
from napari_fathom.viewer.launch import launch
from napari_fathom.viewer.picture import Stillness
from napari_fathom.viewer.survey_desk import SurveyDesk

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "viewer"))  # the hand that the window's tests use

from hand import Hand  # noqa: E402 - found only now

SAMPLES = Path(str(files("napari_fathom") / "sample_data"))
PICTURES = HERE / "pictures"
PATIENCE_MS = 3_600_000
SHORTER = {"epochs": 4, "batch": 4}  # drawing by software beside it takes its time

STROKES: dict[int, tuple[tuple[tuple[float, float], tuple[float, float]], ...]] = {
    1: (((9, 20), (11, 75)), ((16, 100), (14, 150)), ((20, 180), (19, 225)), ((11, 250), (13, 300))),
    2: (((26, 35), (27, 80)), ((28, 120), (27, 160)), ((26, 210), (26, 250)), ((28, 300), (27, 340))),
    3: (((40, 40), (44, 95)), ((52, 130), (51, 180)), ((70, 60), (74, 120)), ((120, 220), (180, 280))),
    4: (((3, 40), (3, 90)), ((3, 130), (3, 180)), ((3, 230), (3, 270))),
}
"""By class value: strokes from one cell (row, ping) to another, over the sample survey."""
MORE_STROKES: dict[int, tuple[tuple[tuple[float, float], tuple[float, float]], ...]] = {
    1: (((18, 330), (17, 375)), ((9, 395), (10, 430))),
    2: (((25, 385), (26, 425)),),
    3: (((90, 300), (60, 360)), ((230, 60), (200, 160)), ((150, 380), (240, 420)), ((40, 330), (42, 400))),
    4: (((3, 320), (3, 360)), ((3, 390), (3, 425))),
}


def wait_for(condition: Callable[[], bool], patience_ms: int) -> bool:
    """Run the window's events until the condition holds; False where it didn't in time."""
    deadline = QDeadlineTimer(patience_ms)
    while not condition():
        if deadline.hasExpired():
            return False
        QTest.qWait(50)
    return True


def shrink(path: Path) -> None:
    """Keep 128 colours: nobody sees the difference, and the repository carries a third."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(128).save(path, optimize=True)


class Photographer:
    """The window with a study of the sample survey, and a hand to use it."""

    def __init__(self, study: Path) -> None:
        self.viewer, self.dock = launch([study])
        self.settle()
        self.desk.fill_canvas()
        self.settle()
        self.hand = Hand(self.viewer)

    @property
    def session(self) -> Any:
        return self.dock.session

    @property
    def desk(self) -> SurveyDesk:
        assert isinstance(self.dock.desk, SurveyDesk)
        return self.dock.desk

    def settle(self) -> None:
        if not Stillness(self.viewer, self.dock).wait():
            raise RuntimeError("the window did not come to rest")

    def shoot(self, name: str, part: QWidget) -> None:
        """Bring a tab to the front and save the whole window."""
        self.dock.show_tab(part)
        self.settle()
        PICTURES.mkdir(exist_ok=True)
        path = PICTURES / f"{name}.png"
        self.viewer.screenshot(str(path), canvas_only=False, flash=False)
        shrink(path)

    def paint(self, strokes: dict[int, Any]) -> None:
        """Paint by mouse, class by class."""
        self.dock.show_tab(self.desk.paint)
        self.hand.click(self.desk.paint.brush)
        self.session.paint.layer.brush_size = 3
        for value, lines in strokes.items():
            self.desk.paint.classes.setSelected(value)
            for start, end in lines:
                before = self._painted()
                self.hand.drag(self.session.view.frame, start, end, steps=40)
                if not wait_for(lambda before=before: self._painted() > before, 10_000):
                    raise RuntimeError(f"the stroke of class {value} from {start} to {end} painted nothing")

    def retrain(self) -> None:
        """Press Retrain, and wait for the model and its answer."""
        ended = []
        self.session.predictionChanged.connect(lambda: ended.append(True))
        self.dock.show_tab(self.desk.train)
        self.desk.train.form.setValue(demo_settings(SHORTER)[1])
        self.hand.click(self.desk.train.retrain_button)
        if not wait_for(lambda: bool(ended), PATIENCE_MS):
            raise RuntimeError("no answer came")

    def _painted(self) -> int:
        return sum(self.session.study.labels.counts().values())


def make_study(folder: Path) -> None:
    """Convert the sample files to a study with the demo's classes and seabed."""
    classes = Classes(())
    for name in CLASS_NAMES:
        classes = classes.with_added(name)
    for event in convert_job(sorted(SAMPLES.glob("*.raw")), folder, classes=classes):
        made = getattr(event, "result", None)
        if made is not None:
            made.close()


def save_strokes(folder: Path) -> None:
    """Export what was painted into the sample data."""
    with Study.open(folder, "r") as study:
        for _ in export_job(study, "npz", SAMPLES / "strokes.npz", source="labels"):
            pass


def main() -> None:
    """Make a study in a temporary folder, walk through it, and take the pictures on the way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--strokes", action="store_true", help="save the strokes for the demo, take no pictures"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "hake 2017.fathom"
        make_study(folder)
        photographer = Photographer(folder)
        if options.strokes:
            photographer.paint(STROKES)
            photographer.paint(MORE_STROKES)
            save_strokes(folder)
        else:
            photographer.shoot("survey", photographer.desk.controls)
            photographer.paint(STROKES)
            photographer.paint(MORE_STROKES)
            photographer.shoot("paint", photographer.desk.paint)
            photographer.retrain()
            photographer.shoot("train", photographer.desk.train)
            photographer.shoot("answers", photographer.desk.answers)
            photographer.shoot("export", photographer.desk.export)
        photographer.viewer.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
