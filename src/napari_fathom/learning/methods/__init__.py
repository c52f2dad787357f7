"""One file for each published method; `METHODS` names them."""

from collections.abc import Callable

from napari_fathom.errors import TrainingError
from napari_fathom.learning.methods.base import Loss, Method, MethodContext, Rows
from napari_fathom.learning.methods.predklus import PredKlus
from napari_fathom.learning.methods.supseg import SupSeg

__all__ = ["METHODS", "Loss", "Method", "MethodContext", "PredKlus", "Rows", "SupSeg", "make_method"]

METHODS: dict[str, Callable[[MethodContext], Method]] = {
    PredKlus.name: PredKlus,
    SupSeg.name: SupSeg,
}
"""Every method by the name that `TrainSettings.method` uses; add a paper by adding a file and a line here."""


def make_method(context: MethodContext) -> Method:
    """The method that the settings name.

    Raises
    ------
    TrainingError
        If there is none of that name.
    """
    name = context.settings.method
    if name not in METHODS:
        raise TrainingError(f"No method is called {name!r}; there are {', '.join(sorted(METHODS))}.")
    return METHODS[name](context)
