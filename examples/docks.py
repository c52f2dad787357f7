"""Each page of the dock by itself in napari, on a small simulated study: `python examples/docks.py Train`.

The names are those of the tabs; without one the dock opens that holds them all.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch  # noqa: F401 - before Qt
from qtpy.QtWidgets import QWidget

from napari_fathom.echogram.simulate import SimulationSettings, write_simulation
from napari_fathom.events import Done
from napari_fathom.study import Study
from napari_fathom.study.jobs import convert_job

if TYPE_CHECKING:
    import napari

DOCKS = ("Study", "Paint", "Train", "Answers", "Export", "Fathom")


def make_study(folder: Path) -> Study:
    """Simulate a short survey and make a study of it."""
    source = write_simulation(folder, SimulationSettings(pings=512, samples=128, fish_share=0.05))
    for event in convert_job([source], folder / "sim.fathom"):
        if isinstance(event, Done):
            study: Study = event.result
            return study
    raise RuntimeError("the conversion ended without a study")


def make(name: str, viewer: "napari.Viewer") -> QWidget:
    """Return one page for a viewer; all of a viewer's pages share one session."""
    from napari_fathom.viewer.answers_page import AnswersPage
    from napari_fathom.viewer.export_panel import ExportPanel
    from napari_fathom.viewer.exports import SurveyExports
    from napari_fathom.viewer.main_dock import FathomDock
    from napari_fathom.viewer.open_panel import OpenPanel
    from napari_fathom.viewer.paint_panel import PaintPanel
    from napari_fathom.viewer.session import Session
    from napari_fathom.viewer.teaching import SurveyTeaching
    from napari_fathom.viewer.train_panel import TrainPanel

    session = Session.of(viewer)
    pages = {
        "Study": lambda: OpenPanel(session),
        "Paint": lambda: PaintPanel(viewer),
        "Train": lambda: TrainPanel(session, SurveyTeaching(session)),
        "Answers": lambda: AnswersPage(session),
        "Export": lambda: ExportPanel(session, SurveyExports(session)),
        "Fathom": lambda: FathomDock(viewer),
    }
    return pages[name]()


def main(name: str) -> None:
    """Open the window and stay until it is closed."""
    import napari

    from napari_fathom.viewer.session import Session

    viewer = napari.Viewer()
    viewer.window.add_dock_widget(make(name, viewer), name=name, area="right")
    with tempfile.TemporaryDirectory() as folder, make_study(Path(folder)) as study:
        Session.of(viewer).open(study)
        napari.run()
        Session.of(viewer).close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "Fathom")
