"""The seabed line and the paint window on one survey, without the docks: what a script can build on."""

import tempfile
from pathlib import Path

import napari
import numpy as np

from napari_fathom.echogram import convert
from napari_fathom.labels import LabelStore
from napari_fathom.viewer.paint_window import PaintWindow
from napari_fathom.viewer.seabed import SeabedLine
from napari_fathom.viewer.survey_view import SurveyView


def make() -> tuple[napari.Viewer, PaintWindow, SeabedLine]:
    folder = Path(tempfile.mkdtemp())
    pings = np.arange(3000)
    np.savez(
        folder / "noise.npz",
        sv_db=np.random.default_rng(0).normal(-70, 6, (2, 300, 3000)).astype(np.float32),
        frequency_hz=np.array([38e3, 120e3]),
        range_m=1 + 0.2 * np.arange(300),
        ping_time_s=pings.astype(float),
        seabed_range_m=50 + 5 * np.sin(pings / 200),
    )
    *_, done = convert(folder / "noise.npz", folder / "noise.sv.zarr")
    viewer = napari.Viewer()
    view = SurveyView(viewer, done.result)
    view.show()
    painting = PaintWindow(view, LabelStore.create(folder / "labels", done.result.shape[1:]))
    painting.saved.connect(lambda event: print(event.origin, event.pixels, "pixels, on disk"))
    seabed = SeabedLine(view)
    seabed.show()
    return viewer, painting, seabed


if __name__ == "__main__":
    viewer, painting, seabed = make()
    napari.run()
    painting.close()
    seabed.close()
