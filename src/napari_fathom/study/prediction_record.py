"""`prediction.json`: where an answer comes from, and whether it is whole."""

from typing import ClassVar

from napari_fathom.events import Box
from napari_fathom.study.class_shares import ClassShares
from napari_fathom.study.record import Record

__all__ = ["PredictionRecord"]


class PredictionRecord(Record):
    """What an answer says about itself.

    Attributes
    ----------
    model : int
        Number of the model that gave it.
    region : Box
        The part of the survey that was asked for.
    complete : bool
        True once every cell of the region is there.
    generation : int
        Which of the class arrays is in force; each change of the share correction makes a new one beside.
    corrected : bool
        True where the classes are corrected for the survey's class shares.
    shares : ClassShares or None
        The estimate of the shares with its evidence; None before it is made.
    """

    file_name: ClassVar[str] = "prediction.json"
    shelf: ClassVar[str] = "predictions"
    advice: ClassVar[str] = "Predict again."

    model: int
    region: Box
    complete: bool = False
    generation: int = 0
    corrected: bool = False
    shares: ClassShares | None = None
