"""One file for each published method; `METHODS` names them."""

from collections.abc import Callable

from napari_fathom.errors import TrainingError
from napari_fathom.learning.methods.base import Loss, Method, MethodContext, Rows
from napari_fathom.learning.methods.dc3 import DC3
from napari_fathom.learning.methods.predklus import PredKlus
from napari_fathom.learning.methods.supseg import SupSeg

__all__ = ["DC3", "METHODS", "Loss", "Method", "MethodContext", "PredKlus", "Rows", "SupSeg", "make_method"]

METHODS: dict[str, Callable[[MethodContext], Method]] = {
    PredKlus.name: PredKlus,
    SupSeg.name: SupSeg,
}
"""Every method by the name that `TrainSettings.method` uses; add a paper by adding a file and a line here."""


def make_method(context: MethodContext) -> Method:
    """The method that the settings name, wrapped by DC3 if they ask for ambiguity.

    Raises
    ------
    TrainingError
        If there is none of that name.
    """
    name = context.settings.method
    if name not in METHODS:
        raise TrainingError(f"No method is called {name!r}; there are {', '.join(sorted(METHODS))}.")
    method = METHODS[name](context)
    return DC3(method, context) if context.settings.ambiguity else method
