"""The models of a study: one folder each, with everything needed to know where it came from."""

from typing import Any, ClassVar

from napari_fathom.study.record import Record

__all__ = ["ModelRecord"]


class ModelRecord(Record):
    """What a study keeps beside a model's own two files.

    Attributes
    ----------
    number : int
        1, 2, 3…
    parent : int or None
        The model it went on from.
    painted : dict
        Painted pixels of each class value it was trained on.
    label_event : int
        The last label event that it has seen; the labels themselves lie in `labels/` beside it.
    kappa : float or None
        Cohen's kappa on held-out strokes or images.
    held_out_images : int or None
        Labelled images that were held out to judge it; None for surveys, and in older records.
    stopped : bool
        True where the user ended the training.
    """

    file_name: ClassVar[str] = "record.json"
    shelf: ClassVar[str] = "models"
    advice: ClassVar[str] = "Choose another model, or train again."

    number: int
    parent: int | None = None
    method: str
    settings: dict[str, Any]
    painted: dict[int, int]
    label_event: int
    kappa: float | None = None
    held_out_images: int | None = None
    stopped: bool = False
