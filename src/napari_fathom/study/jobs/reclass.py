"""The class layer again from the probabilities: with or without correction for the survey's class shares."""

import threading
from collections.abc import Generator
from typing import Literal

from napari_fathom.errors import Cancelled, StudyError
from napari_fathom.events import Box, Done, Event, Note, Progress
from napari_fathom.study.class_shares import ClassShares, percent
from napari_fathom.study.jobs.guards import saving
from napari_fathom.study.prediction_store import PredictionStore
from napari_fathom.study.shares import HeldOutStrokes, judge_shares, sample_answer
from napari_fathom.study.study import Study

__all__ = ["classify", "reclass_job"]

Choice = Literal["auto", "on", "off"]

_PINGS = 2048
_KEPT = "the classes are as they were"


def reclass_job(
    study: Study, shares: Choice = "auto", *, stop: threading.Event | None = None
) -> Generator[Event[PredictionStore], None, None]:
    """Recompute the class layer of the answer in force; the former is in force until the new one is whole.

    The choice becomes the study's setting, for later answers too.

    Parameters
    ----------
    study : Study
        Open for writing.
    shares : {"auto", "on", "off"}
        Correct for the class shares where the evidence favours it, always, or never.
    stop : threading.Event, optional

    Yields
    ------
    Note, Progress, last Done(PredictionStore)

    Raises
    ------
    StudyError
        If the study is open read-only, there is no whole answer, or the disk is full.
    Cancelled
        If stopped.
    """
    study.require_writable()
    store = study.prediction()
    if store is None:
        raise StudyError(f"{study.folder.name}: there is no whole answer yet. Predict first.")
    yield from classify(study, store, shares, stop)
    study.update(shares=shares)
    yield Done(study.prediction() or store)


def classify(
    study: Study, store: PredictionStore, choice: Choice, stop: threading.Event | None
) -> Generator[Note | Progress, None, None]:
    """Estimate the shares of an answer, once, and bring its class layer to what `choice` asks for."""
    record = store.record
    shares = record.shares
    if shares is None:
        held_out = HeldOutStrokes.load(study.model_folder(record.model))
        shares = judge_shares(sample_answer(store), held_out)
        record = record.model_copy(update={"shares": shares})
    wanted = choice == "on" or (choice == "auto" and shares.favoured)
    yield Note(_words(store, shares, wanted))
    if wanted == record.corrected:
        with saving("The class shares", _KEPT):
            store.adopt(record)
        return
    changed = record.model_copy(update={"corrected": wanted, "generation": max(store.generations()) + 1})
    with saving("The classes", _KEPT):
        fresh = store.begin_classes(changed)
        for box in _tiles(store):
            if stop is not None and stop.is_set():
                raise Cancelled(f"Stopped; {_KEPT}.")
            probabilities = store.read_probabilities(box)
            if wanted:
                probabilities = shares.correct(probabilities)
            fresh.write_classes(box, fresh.class_values(probabilities))
            yield Progress("classes", box[3] - record.region[2], record.region[3] - record.region[2])
        former = [number for number in store.generations() if number < record.generation]
        fresh.flush()
        store.adopt(changed)
        for number in former:  # the one just left stays, for whoever still shows it
            store.drop_generation(number)


def _tiles(store: PredictionStore) -> list[Box]:
    top, bottom, left, right = store.record.region
    return [(top, bottom, start, min(start + _PINGS, right)) for start in range(left, right, _PINGS)]


def _words(store: PredictionStore, shares: ClassShares, corrected: bool) -> str:
    if not shares.supported:
        state = "corrected, though nothing supports it," if corrected else "not corrected"
        return f"Classes are {state} for class shares. {shares.reason}"
    told = ", ".join(
        f"{item.name} {percent(share)}" for item, share in zip(store.classes, shares.shares, strict=True)
    )
    state = "corrected for them" if corrected else "not corrected for them"
    return f"Estimated class shares: {told}; classes are {state}. {shares.reason}"
