"""Image collections: read, tables, mosaic geometry, simulate, EcoTaxa and friends out. No torch, no Qt.

Names are fetched when first used, so that importing this room costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari_fathom.plankton.conversion import convert_collection, lay_out_collection
    from napari_fathom.plankton.faults import Fault
    from napari_fathom.plankton.formats import READ, formats_in, read_tables, sniff
    from napari_fathom.plankton.judges import Offer
    from napari_fathom.plankton.model import Collection
    from napari_fathom.plankton.mosaic import Arrangement, Filter, arrange, keep
    from napari_fathom.plankton.mosaic_layout import MosaicLayout, TileSize
    from napari_fathom.plankton.options import ImageOptions
    from napari_fathom.plankton.simulate import (
        PlanktonSettings,
        simulate_plankton,
        write_simulated_plankton,
    )
    from napari_fathom.plankton.suggest import Suggestion, suggest_options, with_offers
    from napari_fathom.plankton.tables import Tables

_HOMES = {
    "READ": "formats",
    "Arrangement": "mosaic",
    "Collection": "model",
    "Fault": "faults",
    "Filter": "mosaic",
    "ImageOptions": "options",
    "MosaicLayout": "mosaic_layout",
    "Offer": "judges",
    "PlanktonSettings": "simulate",
    "Suggestion": "suggest",
    "Tables": "tables",
    "TileSize": "mosaic_layout",
    "arrange": "mosaic",
    "convert_collection": "conversion",
    "formats_in": "formats",
    "keep": "mosaic",
    "lay_out_collection": "conversion",
    "read_tables": "formats",
    "simulate_plankton": "simulate",
    "sniff": "formats",
    "suggest_options": "suggest",
    "with_offers": "suggest",
    "write_simulated_plankton": "simulate",
}

__all__ = [
    "READ",
    "Arrangement",
    "Collection",
    "Fault",
    "Filter",
    "ImageOptions",
    "MosaicLayout",
    "Offer",
    "PlanktonSettings",
    "Suggestion",
    "Tables",
    "TileSize",
    "arrange",
    "convert_collection",
    "formats_in",
    "keep",
    "lay_out_collection",
    "read_tables",
    "simulate_plankton",
    "sniff",
    "suggest_options",
    "with_offers",
    "write_simulated_plankton",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
