"""Sample data: real raw files that ship with the plugin, and a simulated survey with known truth."""

from collections.abc import Generator
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_fathom.viewer.main_dock import open_in
from napari_fathom.viewer.opening import is_study, samples_folder
from napari_fathom.viewer.readers import LayerData, window_that_asks

if TYPE_CHECKING:
    from napari_fathom.events import Event

__all__ = ["open_real_survey", "open_simulated_survey", "real_files"]

LATER: list[LayerData] = [(np.zeros((0, 1, 1)), {"channel_axis": 0}, "image")]
"""An image without channels, of which napari makes no layer. From a sample it takes nothing less, not even
what a reader may return; the survey's own layers come when it is open."""


def real_files() -> list[Path]:
    """The raw files of the sample survey."""
    with as_file(files("napari_fathom") / "sample_data") as folder:
        return sorted(folder.glob("*.raw"))


def open_real_survey() -> list[LayerData]:
    """A hake survey of 2017: 18, 38 and 120 kHz, scattering layers above the seabed."""
    open_in(_need_window(), real_files(), samples_folder() / "hake 2017.fathom")
    return LATER


def open_simulated_survey() -> list[LayerData]:
    """Schools and layers over a seabed, with the truth beside it."""
    folder = samples_folder() / "simulated.fathom"
    viewer = _need_window()

    def make(stop: object) -> "Generator[Event[Any], None, None]":
        yield from _simulated_job(folder)

    open_in(viewer, [], folder, make=make)
    return LATER


def _simulated_job(folder: Path) -> "Generator[Event[Any], None, None]":
    from napari_fathom.echogram.simulate import SimulationSettings, write_simulation
    from napari_fathom.events import Done
    from napari_fathom.study import Study
    from napari_fathom.study.jobs import convert_job

    if is_study(folder):
        yield Done(Study.open(folder))
        return
    source = write_simulation(folder.with_suffix(".source"), SimulationSettings())
    yield from convert_job([source], folder)


def _need_window() -> Any:
    viewer = window_that_asks()
    if viewer is None:
        raise RuntimeError("Sample surveys open in a napari window; without one use 'fathom simulate'.")
    return viewer
