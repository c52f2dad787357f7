"""What the command line does, from Python: convert, take labels, train, predict, export.

Each job is a generator of events; its last one, `Done`, carries the result, which is safe on disk by then.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _survey
import numpy as np

from napari_fathom.echogram.simulate import SimulationSettings, write_simulation
from napari_fathom.echogram.simulate_paint import paint
from napari_fathom.events import Done, Epoch, Event
from napari_fathom.study.jobs import convert_job, export_job, import_labels_job, predict_job, train_job


def run(job: Iterator[Event[Any]]) -> Any:
    """Run a job to its end, telling epochs on the way."""
    for event in job:
        if isinstance(event, Epoch):
            print(event)
        if isinstance(event, Done):
            return event.result
    raise RuntimeError("the job ended without a result")


def main(folder: Path) -> Path:
    """Make a study in `folder`, and return the Echoview regions of its answer."""
    source = write_simulation(
        folder, SimulationSettings(pings=_survey.PINGS, samples=128, seed=1, fish_share=0.08)
    )
    with np.load(folder / "truth.npz") as truth:
        painting = paint(truth["labels"], 0.02, seed=1)
    strokes = folder / "strokes.npz"
    np.savez(strokes, labels=painting.labels)

    with run(convert_job([source], folder / "sim.fathom")) as study:
        run(import_labels_job(study, strokes))
        print("painted pixels:", study.labels.counts())
        record = run(train_job(study, _survey.QUICK, device="cpu"))
        print("kappa on held-out strokes:", record.kappa)
        run(predict_job(study, device="cpu"))
        exported: Path = run(export_job(study, "evr", folder / "answer.evr"))
    return exported


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print("wrote", main(Path(temporary)))
