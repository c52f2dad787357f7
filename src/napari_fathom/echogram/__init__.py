"""Acoustics: read, one grid, store, seabed, simulate, regions and exports. No torch, no Qt.

Names are fetched when first used, so that importing this room costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari_fathom.echogram.conversion import convert, convert_source
    from napari_fathom.echogram.coordinates import Coordinates, Grid
    from napari_fathom.echogram.crimac import write_crimac_labels, write_crimac_predictions
    from napari_fathom.echogram.crimac_incoming import read_crimac_bottom, read_crimac_labels
    from napari_fathom.echogram.evl import Line, read_evl, write_evl
    from napari_fathom.echogram.evr import Region, RegionType, read_evr, write_evr
    from napari_fathom.echogram.exchange import (
        LABEL_WRITERS,
        open_labels,
        read_seabed_evl,
        sniff_labels,
        write_label_evr,
        write_seabed_evl,
    )
    from napari_fathom.echogram.formats import sniff
    from napari_fathom.echogram.incoming import IncomingLabels, labels_from_array
    from napari_fathom.echogram.intervals import (
        Interval,
        describe_intervals,
        distance_intervals,
        ping_intervals,
        track_distance,
    )
    from napari_fathom.echogram.label_npz import Streamed, write_label_npz
    from napari_fathom.echogram.label_tiff import write_label_tiff
    from napari_fathom.echogram.model import Echogram
    from napari_fathom.echogram.nasc import Nasc, integrate_nasc, write_nasc
    from napari_fathom.echogram.plain import PlainOptions
    from napari_fathom.echogram.regions import mask_to_regions, regions_to_mask
    from napari_fathom.echogram.seabed import set_seabed

_HOMES = {
    "Coordinates": "coordinates",
    "Echogram": "model",
    "Grid": "coordinates",
    "IncomingLabels": "incoming",
    "Interval": "intervals",
    "LABEL_WRITERS": "exchange",
    "Line": "evl",
    "Nasc": "nasc",
    "PlainOptions": "plain",
    "Region": "evr",
    "RegionType": "evr",
    "Streamed": "label_npz",
    "convert": "conversion",
    "convert_source": "conversion",
    "describe_intervals": "intervals",
    "distance_intervals": "intervals",
    "labels_from_array": "incoming",
    "mask_to_regions": "regions",
    "integrate_nasc": "nasc",
    "open_labels": "exchange",
    "ping_intervals": "intervals",
    "read_crimac_bottom": "crimac_incoming",
    "read_crimac_labels": "crimac_incoming",
    "read_evl": "evl",
    "read_evr": "evr",
    "read_seabed_evl": "exchange",
    "regions_to_mask": "regions",
    "set_seabed": "seabed",
    "sniff": "formats",
    "sniff_labels": "exchange",
    "track_distance": "intervals",
    "write_crimac_labels": "crimac",
    "write_crimac_predictions": "crimac",
    "write_evl": "evl",
    "write_evr": "evr",
    "write_label_evr": "exchange",
    "write_label_npz": "label_npz",
    "write_label_tiff": "label_tiff",
    "write_nasc": "nasc",
    "write_seabed_evl": "exchange",
}

__all__ = [
    "LABEL_WRITERS",
    "Coordinates",
    "Echogram",
    "Grid",
    "IncomingLabels",
    "Interval",
    "Line",
    "Nasc",
    "PlainOptions",
    "Region",
    "RegionType",
    "Streamed",
    "convert",
    "convert_source",
    "describe_intervals",
    "distance_intervals",
    "integrate_nasc",
    "labels_from_array",
    "mask_to_regions",
    "open_labels",
    "ping_intervals",
    "read_crimac_bottom",
    "read_crimac_labels",
    "read_evl",
    "read_evr",
    "read_seabed_evl",
    "regions_to_mask",
    "set_seabed",
    "sniff",
    "sniff_labels",
    "track_distance",
    "write_crimac_labels",
    "write_crimac_predictions",
    "write_evl",
    "write_evr",
    "write_label_evr",
    "write_label_npz",
    "write_label_tiff",
    "write_nasc",
    "write_seabed_evl",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
