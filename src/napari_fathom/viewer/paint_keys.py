"""Keys that choose a class while the labels layer is active."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari.layers import Labels

    from napari_fathom.labels import Classes

__all__ = ["ERASER_KEY", "bind_class_keys"]

ERASER_KEY = "0"


def bind_class_keys(
    layer: "Labels", former: "Classes | None", classes: "Classes", choose: Callable[[int], None]
) -> None:
    """Let each class's key choose it, and `0` the eraser.

    The keys are the layer's own, so they go before napari's (1 to 7 switch its modes) on this layer alone.

    Parameters
    ----------
    layer : Labels
        The paint window's layer.
    former : Classes or None
        Whose keys were bound to this layer before, and are let go.
    classes : Classes
        Whose keys are bound now.
    choose : callable
        Gets the value of the class.
    """
    for item in former or ():
        if item.key:
            layer.bind_key(_napari_key(item.key), None)
    for item in classes:
        if item.key:
            layer.bind_key(_napari_key(item.key), _chooser(choose, item.value), overwrite=True)
    layer.bind_key(ERASER_KEY, _chooser(choose, 0), overwrite=True)


def _chooser(choose: Callable[[int], None], value: int) -> Callable[[Any], None]:
    def chosen(layer: Any) -> None:
        choose(value)

    return chosen


def _napari_key(key: str) -> str:
    """What napari calls a key: letters by their capitals."""
    return key.upper()
