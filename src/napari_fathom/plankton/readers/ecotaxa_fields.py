"""What the fields of EcoTaxa's tables mean: classes, states, times, positions, numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from napari_fathom.plankton.faults import MOST_PER_FILE, Fault
from napari_fathom.plankton.readers.text_table import TextTable
from napari_fathom.plankton.tables import STATUSES

__all__ = ["class_names", "depth_m", "free_column", "full_name", "moments", "position", "statuses"]

Column = tuple["pd.Series[Any]", list[Fault]]


def class_names(table: TextTable) -> pd.Series[str]:
    """Names of the classes, `a>b>c` from the root where the table says it."""
    said = pd.DataFrame(
        {
            "category": table.text("object_annotation_category"),
            "hierarchy": table.text("object_annotation_hierarchy"),
            "number": table.text("object_annotation_category_id"),
        }
    )
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(said))
    names = np.array([full_name(*each) for each in distinct], object)
    return pd.Series(names[codes], dtype="str")


def full_name(category: str, hierarchy: str, number: str) -> str:
    """One class from the root down.

    Parameters
    ----------
    category : str
        As EcoTaxa shows it; `egg<other` is an egg below other.
    hierarchy : str
        `Biota>other>egg`, or "". It is believed where it ends in the category; some programs write a nearby
        taxon of another list there.
    number : str
        EcoTaxa's number of the category, the last resort.

    Returns
    -------
    str
        "" where nothing is said.
    """
    path = [part.strip() for part in reversed(category.split("<"))]
    tail = [part.strip() for part in hierarchy.split(">")]
    if category and hierarchy and tail[-1].casefold() == path[-1].casefold():
        return ">".join(tail)
    return ">".join(path) if category else hierarchy or number


def statuses(table: TextTable, names: pd.Series[str]) -> tuple[pd.Series[str], list[Fault]]:
    """States of the classifications in lower case; "" where nobody and nothing has classified.

    `names` are those of the classes: one without a state is a prediction, a state without one is none.
    """
    said = table.text("object_annotation_status").str.lower().replace("noid", "")
    unknown = ~said.isin(["", *STATUSES])
    empty = (said != "") & (names == "")
    faults = [
        Fault(
            table.file,
            int(table.line[row]),
            f"the status {said.iat[row]!r} is none of {', '.join(STATUSES)}; it is taken for none."
            if unknown.iat[row]
            else f"the status {said.iat[row]!r} of no category; it is taken for none.",
        )
        for row in np.flatnonzero(unknown | empty)[: MOST_PER_FILE + 1].tolist()
    ]
    status = said.where(~(unknown | empty), "")
    return status.where((said != "") | (names == ""), "predicted"), faults


def moments(table: TextTable, date: str, time: str) -> Column:
    """Date and time of each row, datetime64[ns].

    `20140420` or `2014-04-20`; `HHMMSS`, `HH:MM:SS` or `HHMM`, whose leading zeros spreadsheets like to eat:
    one to four digits are hours and minutes. Without a time it is midnight.
    """
    day = table.text(date).str.replace(r"\D", "", regex=True)
    clock = table.text(time).str.replace(r"[\s:]", "", regex=True).str.replace(r"\.0*$", "", regex=True)
    short = clock.str.len() <= 4
    clock = clock.where(~short, clock.str.zfill(4) + "00").str.zfill(6)
    moment = _parsed(day + clock).fillna(_parsed(day + "000000"))
    wrong = moment.isna() & (table.text(date) != "")
    faults = [
        Fault(
            table.file,
            int(table.line[row]),
            f"{table.text(date).iat[row]!r} in the column {date!r} is no date (YYYYMMDD was expected).",
        )
        for row in np.flatnonzero(wrong)[: MOST_PER_FILE + 1]
    ]
    return moment, faults


def _parsed(text: pd.Series[str]) -> pd.Series[Any]:
    parsed = pd.Series(pd.to_datetime(text, format="%Y%m%d%H%M%S", errors="coerce"))
    # 64 bits of nanoseconds reach from 1677 to 2262
    return parsed.where(parsed.dt.year.between(1700, 2200)).astype("datetime64[ns]")


def position(table: TextTable, name: str, largest: float) -> Column:
    """Degrees of latitude or longitude; `DDD°MM SS` too. NaN where unknown or out of bounds."""
    text = table.text(name)
    if text.str.contains("°").any():
        parts = text.str.extract(r"^(-?\d+)\s*°\s*(\d+)\s+(\d+)").astype(float)
        degrees = parts[0].abs() + parts[1] / 60 + parts[2] / 3600
        values = degrees.where(~text.str.startswith("-"), -degrees)
        values = values.fillna(pd.Series(pd.to_numeric(text, errors="coerce")))
        faults: list[Fault] = []
    else:
        values, faults = table.numbers(name)
    outside = values.abs() > largest
    faults = faults + [
        Fault(
            table.file,
            int(table.line[row]),
            f"{text.iat[row]} in the column {name!r} lies beyond ±{largest:.0f}; it is taken for unknown.",
        )
        for row in np.flatnonzero(outside)[: MOST_PER_FILE + 1]
    ]
    return values.where(~outside), faults


def depth_m(table: TextTable) -> Column:
    """Middle of the depths an object may be from, metres; the one that is known where only one is."""
    upper, faults = table.numbers("object_depth_min")
    lower, more = table.numbers("object_depth_max")
    return pd.concat([upper, lower], axis=1).mean(axis=1), faults + more


def free_column(table: TextTable, name: str, types: dict[str, str]) -> Column:
    """A column of the source's own: numbers where the row of types says so; without one, where all are.

    Of samples, acquisitions and processes EcoTaxa keeps text whatever the row of types says.
    """
    kind = types.get(name)
    if kind == "[f]" and name.startswith("object_"):
        return table.numbers(name)
    if kind != "[t]" and not name.endswith(("_id", "_date", "_time", "_link")):
        values, faults = table.numbers(name)
        if not faults and values.notna().any():
            return values, []
    return table.text(name), []
