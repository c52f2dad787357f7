"""What the columns of an `.adc` file mean in the instrument's two generations, and what a bin's name says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Layout", "layout_of", "start_of"]

_NEW = re.compile(r"D(\d{8}T\d{6})_IFCB\d+")
_OLD = re.compile(r"IFCB\d+_(\d{4}_\d{3}_\d{6})")


@dataclass(frozen=True)
class Layout:
    """Columns of an `.adc` file, from 0.

    Attributes
    ----------
    x, width, height, start : int
        Left edge in the camera's frame (the upper edge follows), size in pixels, first byte in the `.roi`.
    free : mapping of str to int
        Further measurements, by the names they get.
    """

    x: int
    width: int
    height: int
    start: int
    free: Mapping[str, int] = field(default_factory=dict)


_VERSION_2 = Layout(
    13,
    15,
    16,
    17,
    {
        "pmt_a": 2,
        "pmt_b": 3,
        "pmt_c": 4,
        "pmt_d": 5,
        "peak_a": 6,
        "peak_b": 7,
        "peak_c": 8,
        "peak_d": 9,
        "time_of_flight": 10,
    },
)
_VERSION_1 = Layout(9, 11, 12, 13)


def start_of(name: str) -> pd.Timestamp | None:
    """When a bin was begun, by its name; None if it is not the name of a bin.

    `DYYYYMMDDTHHMMSS_IFCBnnn` of the second generation, `IFCBn_YYYY_DDD_HHMMSS` (DDD the day of the year) of
    the first.
    """
    new, old = _NEW.fullmatch(name), _OLD.fullmatch(name)
    try:
        if new:
            return pd.Timestamp(pd.to_datetime(new[1], format="%Y%m%dT%H%M%S"))
        return pd.Timestamp(pd.to_datetime(old[1], format="%Y_%j_%H%M%S")) if old else None
    except ValueError:  # a thirteenth month
        return None


def layout_of(name: str) -> Layout:
    """The columns of a bin, by the generation that its name is of."""
    return _VERSION_2 if _NEW.fullmatch(name) else _VERSION_1
