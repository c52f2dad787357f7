"""Image collections: read, tables, mosaic geometry, simulate, EcoTaxa and friends out. No torch, no Qt.

Names are fetched when first used, so that importing this room costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari_fathom.plankton.conversion import convert_collection, lay_out_collection
    from napari_fathom.plankton.faults import Fault
    from napari_fathom.plankton.formats import read_tables, sniff
    from napari_fathom.plankton.model import Collection
    from napari_fathom.plankton.options import ImageOptions
    from napari_fathom.plankton.suggest import Offer, Suggestion, suggest_options
    from napari_fathom.plankton.tables import Tables

_HOMES = {
    "Collection": "model",
    "Fault": "faults",
    "ImageOptions": "options",
    "Offer": "suggest",
    "Suggestion": "suggest",
    "Tables": "tables",
    "convert_collection": "conversion",
    "lay_out_collection": "conversion",
    "read_tables": "formats",
    "sniff": "formats",
    "suggest_options": "suggest",
}

__all__ = [
    "Collection",
    "Fault",
    "ImageOptions",
    "Offer",
    "Suggestion",
    "Tables",
    "convert_collection",
    "lay_out_collection",
    "read_tables",
    "sniff",
    "suggest_options",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
