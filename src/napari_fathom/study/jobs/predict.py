"""A model's answer for the whole survey, the visible part first."""

import threading
from collections.abc import Generator
from typing import TYPE_CHECKING

from napari_fathom import files
from napari_fathom.events import Box, Done, Event
from napari_fathom.study.adapters import EchogramField
from napari_fathom.study.jobs.guards import relay, require_device, saving
from napari_fathom.study.jobs.reclass import classify
from napari_fathom.study.prediction_record import PredictionRecord
from napari_fathom.study.prediction_store import PredictionStore
from napari_fathom.study.study import Study

if TYPE_CHECKING:
    from napari_fathom.learning.predict import Output

__all__ = ["predict_job"]

_KEPT = "the former one is still in force"


def predict_job(
    study: Study,
    *,
    model: int | None = None,
    first: Box | None = None,
    region: Box | None = None,
    device: str | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[PredictionStore], None, None]:
    """Predict every cell; the new answer is in force once it is whole, the former until then.

    While it grows, `study.growing_prediction()` shows the tiles that are done. At the end the class shares of
    the survey are estimated and, where the study's setting says so, the classes corrected for them.

    Parameters
    ----------
    study : Study
        Open for writing.
    model : int, optional
        Number of the model; it is in force with its answer. Without it, the one that is in force.
    first : Box, optional
        What the user sees: predicted first.
    region : Box, optional
        The part to predict; all without it.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        Ends the work within a second when set; the former answer stays in force.

    Yields
    ------
    Tile
        After each tile is on disk.
    Note
        Smaller tiles for want of memory; what the class shares say.
    Progress
        While classes are corrected.
    Done
        Holding the PredictionStore.

    Raises
    ------
    StudyError
        If the study is open read-only, has no model, there is no such device, or the disk is full.
    FathomError
        If the model was trained on other channels.
    Cancelled
        If stopped.
    """
    from napari_fathom.learning.model_file import load_model
    from napari_fathom.learning.predict import predict

    study.require_writable()
    require_device(device)
    record = study.model_record(model)
    network = load_model(study.model_folder(record.number))
    rows, pings = study.echogram.shape[1:]
    whole = (0, rows, 0, pings)
    begun = PredictionRecord(model=record.number, classes=record.classes, region=region or whole)
    store = _begin(study, begun)

    def write(box: Box, output: "Output") -> None:
        with saving("The answer", _KEPT):
            store.write(box, output.probabilities, output.cluster, output.ambiguity)

    field = EchogramField(study.echogram)
    yield from relay(predict(network, field, write, first=first, region=region, device=device, stop=stop))
    yield from classify(study, store, study.document.shares, stop)
    with saving("The answer", _KEPT):
        store.flush()
        store.adopt(store.record.model_copy(update={"complete": True}))
        study.put_in_force(int(store.path.name), model)
    yield Done(store)


def _begin(study: Study, record: PredictionRecord) -> PredictionStore:
    """Lay out an empty answer in its place, and remove all older ones but the one in force.

    An answer that was replaced stays until now, so that whoever still showed it could go on.
    """
    shelf = study.prediction_shelf
    path = shelf.path(shelf.next_number)  # before anything goes, so that no number comes twice
    for number in shelf.numbers():
        if number != shelf.current:
            files.remove_folder(shelf.path(number))
    with files.replace_folder(path) as beside:
        PredictionStore.create(beside, study.labels.shape, record)
    return PredictionStore.open(path)
