"""Acoustics: read, one grid, store, seabed, simulate, regions and exports. No torch, no Qt.

Names are fetched when first used, so that importing this room costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari_fathom.echogram.conversion import convert, convert_source
    from napari_fathom.echogram.formats import sniff
    from napari_fathom.echogram.model import Echogram
    from napari_fathom.echogram.plain import PlainOptions
    from napari_fathom.echogram.store import set_seabed

_HOMES = {
    "Echogram": "model",
    "PlainOptions": "plain",
    "convert": "conversion",
    "convert_source": "conversion",
    "set_seabed": "store",
    "sniff": "formats",
}

__all__ = ["Echogram", "PlainOptions", "convert", "convert_source", "set_seabed", "sniff"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
