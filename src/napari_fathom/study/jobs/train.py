"""From painted strokes to a model of the study."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_fathom import files
from napari_fathom.events import Done, Event, Note
from napari_fathom.labels import Classes, LabelStore
from napari_fathom.study.adapters import EchogramField, StoreLabels, painted_classes
from napari_fathom.study.jobs.guards import relay, require_device, saving
from napari_fathom.study.jobs.starts import Start, start_model
from napari_fathom.study.models import ModelRecord
from napari_fathom.study.shares import HeldOutStrokes
from napari_fathom.study.study import Study

if TYPE_CHECKING:
    from napari_fathom.learning.evaluate import HeldOutAnswers
    from napari_fathom.learning.model import Model
    from napari_fathom.learning.settings import TrainSettings

__all__ = ["train_job"]


def train_job(
    study: Study,
    settings: "TrainSettings",
    *,
    start: Start = "scratch",
    device: str | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[ModelRecord], None, None]:
    """Train on a snapshot of the labels; the new model is in force once it is whole, the former until then.

    Only classes with painted pixels are learned. Painting may go on meanwhile; it counts next time.

    Parameters
    ----------
    study : Study
        Open for writing.
    settings : TrainSettings
    start : {"scratch", "last"} or Path
        Random weights, the model in force, or a model's folder.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        When set, the best model so far is kept; to keep none, close the generator.

    Yields
    ------
    Note, Step, Epoch, last Done(ModelRecord)

    Raises
    ------
    StudyError
        If the study is open read-only, there is no last model, or no such device.
    TrainingError
        Too few labels, a start model that doesn't fit, no memory.
    Cancelled
        If it was stopped before the first epoch was over.
    """
    from napari_fathom.learning.model_file import load_model
    from napari_fathom.learning.train import Training

    study.require_writable()
    require_device(device)
    first, parent = start_model(study, start, load_model)
    classes = painted_classes(study.labels)
    for item in study.classes:
        if item.value not in classes:
            yield Note(f"No pixel of {item.name} is painted; the model won't know it.", "warning")
    with study.model_shelf.new() as (number, folder):
        snapshot = study.labels.snapshot(folder / "labels")
        training = Training(
            EchogramField(study.echogram),
            StoreLabels(snapshot, classes),
            classes.names,
            settings,
            start=first,
            device=device,
            stop=stop,
        )
        model = yield from relay(training.events())
        stopped = stop is not None and stop.is_set()
        record = _record(number, parent, model, classes, snapshot, stopped)
        _save(folder, model, record, training.held_out)
    study.model_shelf.set_current(number)
    study.update(training=settings.model_dump(mode="json"))
    yield Done(record)


def _record(
    number: int,
    parent: int | None,
    model: "Model",
    classes: Classes,
    snapshot: LabelStore,
    stopped: bool,
) -> ModelRecord:
    kappa = model.provenance.get("kappa")
    return ModelRecord(
        number=number,
        parent=parent,
        method=model.settings.method,
        settings=model.settings.model_dump(mode="json"),
        classes=classes.to_json(),
        painted={value: count for value, count in snapshot.counts().items() if count},
        label_event=snapshot.last_event,
        kappa=None if kappa is None else float(kappa),
        stopped=stopped,
    )


def _save(folder: Path, model: "Model", record: ModelRecord, held_out: "HeldOutAnswers | None") -> None:
    from napari_fathom.learning.model_file import save_model

    with saving("The new model", "the former one is still in force"):
        save_model(model, folder)
        strokes = HeldOutStrokes.none(np.array(model.calibration.shares))
        if held_out is not None:
            calibrated = model.calibration.apply(held_out.probabilities)
            strokes = HeldOutStrokes(
                calibrated, held_out.labels.astype(np.uint8), held_out.strokes, strokes.source
            )
        strokes.save(folder)
        record.save(folder)
        files.flush_folder(folder)
