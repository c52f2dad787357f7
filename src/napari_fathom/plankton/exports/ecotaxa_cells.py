"""What EcoTaxa's importer takes in one cell of a table."""

import math
import re
from datetime import datetime

from napari_fathom.plankton.exports.ecotaxa_rules import LONGEST_ID, LONGEST_TEXT, PREDEFINED, STATUSES

__all__ = ["cell_fault"]

_DEGREES = re.compile(r"(-?\d+)°(\d+) (\d+)")
_BOUNDS = {"object_lat": 90.0, "object_lon": 180.0}
_WHOLE = ("object_annotation_category_id", "img_rank")


def cell_fault(field: str, cell: str, kind: str) -> str | None:
    """Say what is wrong with a cell that isn't empty; None if nothing is.

    Parameters
    ----------
    field : str
        The column, in lower case.
    cell : str
        Without outer blanks.
    kind : str
        `[f]` or `[t]`.
    """
    if kind == "[f]":
        return _number_fault(field, cell)
    if field.endswith("_date") and field in PREDEFINED:
        return None if _is_date(cell) else f"{field} {cell!r}; YYYYMMDD is wanted."
    if field.endswith("_time") and field in PREDEFINED:
        return None if _is_time(cell) else f"{field} {cell!r}; HHMMSS is wanted."
    if field == "object_annotation_status":
        known = cell.lower() in (*STATUSES, "noid")
        return None if known else f"the status {cell!r} is none of {', '.join(STATUSES)}."
    longest = LONGEST_ID if field in PREDEFINED else LONGEST_TEXT
    if len(cell) > longest and field != "sample_dataportal_descriptor":
        return f"{field} has {len(cell)} characters; {longest} are taken."
    return None


def _number_fault(field: str, cell: str) -> str | None:
    if cell.lower() in ("nan", "na"):
        return None
    if field in _BOUNDS and (match := _DEGREES.fullmatch(cell)):
        degrees, minutes, seconds = (float(part) for part in match.groups())
        value = degrees + (minutes + seconds / 60) / 60
    else:
        try:
            value = float(cell)
        except ValueError:
            return f"{field} {cell!r} is no number."
    if math.isinf(value) or math.isnan(value):
        return f"{field} is {cell}; leave it empty."
    if abs(value) > _BOUNDS.get(field, math.inf):
        return f"{field} {cell} lies beyond ±{_BOUNDS[field]:.0f}."
    if field in _WHOLE and (value < 0 or value != int(value)):
        return f"{field} {cell} is no whole number."
    return None


def _is_date(cell: str) -> bool:
    if not re.fullmatch(r"\d{8}", cell):
        return False
    try:
        datetime.strptime(cell, "%Y%m%d")
    except ValueError:
        return False
    return True


def _is_time(cell: str) -> bool:
    if not re.fullmatch(r"\d{1,6}", cell):
        return False
    padded = cell.zfill(6) if len(cell) > 4 else cell.zfill(4) + "00"
    return int(padded[:2]) < 24 and int(padded[2:4]) < 60 and int(padded[4:]) < 60
