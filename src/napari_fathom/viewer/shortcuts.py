"""Keys of the whole viewer, bound while the dock lives."""

import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["Shortcuts"]


class Shortcuts:
    """Binds keys to bound methods, which it holds weakly: a closed dock must not live on in a keymap.

    Parameters
    ----------
    viewer : ViewerModel
    keys : mapping of str to callable
        napari's key names, such as `Shift-R`, to methods without arguments.
    """

    def __init__(self, viewer: "ViewerModel", keys: Mapping[str, Callable[[], Any]]) -> None:
        self._viewer = weakref.ref(viewer)
        self._keys = tuple(keys)
        for key, method in keys.items():
            viewer.bind_key(key, _weakly(method), overwrite=True)

    def unbind(self) -> None:
        """Give the keys back."""
        viewer = self._viewer()
        if viewer is not None:
            for key in self._keys:
                viewer.bind_key(key, None)
        self._keys = ()


def _weakly(method: Callable[[], Any]) -> Callable[[Any], None]:
    held = weakref.WeakMethod(method)

    def pressed(viewer: Any) -> None:
        found = held()
        if found is not None:
            found()

    return pressed
