"""Helpers of the study's tests."""

from typing import Any

from napari_fathom.events import Done
from napari_fathom.study import Study

SHAPE = (96, 600)
WHOLE = (0, 96, 0, 600)


def finish(job: Any) -> tuple[Any, list[Any]]:
    """Run a job to its end; its result and the events before."""
    *events, last = job
    assert isinstance(last, Done)
    return last.result, events


def paint(study: Study) -> None:
    """Six strokes each on background and on the two schools."""
    for stroke in range(6):
        study.labels.write((5, 12, 20 + 90 * stroke, 50 + 90 * stroke), 1, origin="paint")
        study.labels.write((31 + 3 * stroke, 33 + 3 * stroke, 105, 195), 2, origin="paint")
        study.labels.write((61 + 3 * stroke, 63 + 3 * stroke, 305, 375), 3, origin="paint")
