"""Keys of the whole viewer, or of a layer, bound while the dock lives."""

import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari.utils.key_bindings import KeymapProvider

__all__ = ["NumberKey", "Shortcuts"]


class Shortcuts:
    """Binds keys to bound methods, which it holds weakly: a closed dock must not live on in a keymap.

    Parameters
    ----------
    viewer : KeymapProvider
        A viewer; or a layer, whose own keys go before the viewer's while it is the active one.
    keys : mapping of str to callable
        napari's key names, such as `Shift-R`, to methods without arguments.
    """

    def __init__(self, viewer: "KeymapProvider", keys: Mapping[str, Callable[[], Any]]) -> None:
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


class NumberKey:
    """A key that calls a method with its number; holds the method's owner weakly, as `Shortcuts` does."""

    def __init__(self, method: Callable[[int], None], number: int) -> None:
        self._method, self._number = weakref.WeakMethod(method), number

    def press(self) -> None:
        """Call the method, if its owner is still there."""
        method = self._method()
        if method is not None:
            method(self._number)


def _weakly(method: Callable[[], Any]) -> Callable[[Any], None]:
    held = weakref.WeakMethod(method)

    def pressed(viewer: Any) -> None:
        found = held()
        if found is not None:
            found()

    return pressed
