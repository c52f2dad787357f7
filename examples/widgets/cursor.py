"""Time, depth, range and Sv of every frequency under the cursor, beside a napari window."""

import tempfile
from pathlib import Path

import napari
import numpy as np

from napari_fathom.echogram import convert
from napari_fathom.viewer.cursor import CursorReadout
from napari_fathom.viewer.survey_view import SurveyView


def make() -> napari.Viewer:
    folder = Path(tempfile.mkdtemp())
    np.savez(
        folder / "noise.npz",
        sv_db=np.random.default_rng(0).normal(-70, 6, (2, 300, 2000)).astype(np.float32),
        frequency_hz=np.array([38e3, 120e3]),
        range_m=1 + 0.2 * np.arange(300),
        ping_time_s=np.arange(2000.0),
    )
    *_, done = convert(folder / "noise.npz", folder / "noise.sv.zarr")
    viewer = napari.Viewer()
    view = SurveyView(viewer, done.result)
    view.show()
    readout = CursorReadout(viewer)
    readout.setSurvey(view.echogram, view.frame, view.lazy.loader)
    viewer.window.add_dock_widget(readout, name="Under the cursor")
    return viewer


if __name__ == "__main__":
    make()
    napari.run()
