"""What `fathom info` tells of a study, a survey store or files: as values, and as lines for a person."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event

if TYPE_CHECKING:
    from napari_fathom.echogram import Echogram, PlainOptions
    from napari_fathom.study import ModelRecord, Study
    from napari_fathom.study.base import StudyFolder

__all__ = [
    "as_lines",
    "echogram_summary",
    "files_summary",
    "models_summary",
    "study_summary",
    "unless_damaged",
]

Summary = dict[str, Any]
T = TypeVar("T")

_SENTENCES = ("faults", "notes", "offers", "remarks")
"""Lists of sentences, by the last word of their names."""

_TOLD = 3  # sentences of a kind
_PARTICULAR = re.compile(r"""'[^']*'|"[^"]*"|\S*[\d./]\S*""")
"""Names in quotes, paths and numbers: what sentences of one kind differ in."""


def echogram_summary(echogram: "Echogram") -> Summary:
    """Return the grid, the time span and where it came from; reads vectors only, no Sv."""
    _, rows, pings = echogram.shape
    return {
        "survey": echogram.name,
        "frequencies_khz": [float(frequency) / 1000 for frequency in echogram.frequency_hz],
        "main_frequency_khz": echogram.main_frequency_hz / 1000,
        "pings": pings,
        "range_cells": rows,
        "range_step_m": round(echogram.range_step_m, 6),
        "depth_m": [round(float(echogram.depth_m[0]), 3), round(float(echogram.depth_m[-1]), 3)],
        "first_ping": str(echogram.ping_time[0]),
        "last_ping": str(echogram.ping_time[-1]),
        "upward": echogram.upward,
        "seabed_known_share": _known_share(echogram.seabed_range_m),
        "position_known_share": _known_share(echogram.latitude),
        "sources": list(echogram.sources),
        "notes": list(echogram.notes),
        "fingerprint": echogram.fingerprint,
    }


def study_summary(study: "Study") -> Summary:
    """Return the survey, painted pixels of each class, the models and the answer of a study."""
    counts = study.labels.counts()
    faults: list[str] = []
    prediction = unless_damaged(study.prediction, faults)
    return {
        "study": study.name,
        "folder": str(study.folder),
        **echogram_summary(study.echogram),
        "painted_pixels": {info.name: counts[info.value] for info in study.classes},
        **models_summary(study, faults),
        "predicted": prediction is not None,
        "predicted_by_model": None if prediction is None else prediction.record.model,
        "faults": faults,
        "study_notes": list(study.notes),
    }


def unless_damaged(look: Callable[[], T], faults: list[str]) -> T | None:
    """What there is; None where it is damaged, which is then told among the faults."""
    try:
        return look()
    except StudyError as error:
        faults.append(str(error))
        return None


def models_summary(study: "StudyFolder", faults: list[str]) -> Summary:
    """Return the whole models of a study of either kind, oldest first, and the one in force.

    Parameters
    ----------
    study : StudyFolder
    faults : list of str
        Gets what is wrong with the one in force.
    """

    def told(model: "ModelRecord") -> Summary:
        created = model.created.isoformat(sep=" ", timespec="minutes")
        return {
            "number": model.number,
            "method": model.method,
            "held_out_kappa": None if model.kappa is None else round(model.kappa, 3),
            "held_out_images": model.held_out_images,
            "created": created,
        }

    current = unless_damaged(lambda: study.current_model, faults)
    return {
        "models": [told(model) for model in study.models()],
        "current_model": None if current is None else told(current),
    }


def files_summary(paths: Sequence[Path], plain: "PlainOptions | None") -> Iterator[Event[Summary]]:
    """Look at files with their reader: format by content, channels, pings.

    Yields
    ------
    Progress, last Done(Summary)

    Raises
    ------
    FormatError
        If they are not ours, or damaged.
    """
    from napari_fathom.echogram import sniff
    from napari_fathom.echogram.formats import look

    source = yield from look(paths, plain)
    source.close()  # its channels are known; no Sv is read
    channels = [channel for part in source.parts for channel in part.channels]
    times = [time for channel in channels for time in channel.ping_time]
    summary = {
        "format": sniff(paths),
        "files": [part.name for part in source.parts],
        "frequencies_khz": sorted({channel.frequency_hz / 1000 for channel in channels}),
        "pings": max((_pings_at(channels, hertz) for hertz in {c.frequency_hz for c in channels}), default=0),
        "range_step_m": min((channel.range_step_m for channel in channels), default=None),
        "last_range_m": max((channel.last_range_m for channel in channels), default=None),
        "first_ping": str(min(times)) if times else None,
        "last_ping": str(max(times)) if times else None,
        "notes": list(source.notes),
    }
    yield Done(summary)


def as_lines(summary: Mapping[str, Any]) -> str:
    """Lay a summary out as aligned lines; what is empty or unknown is left out."""
    shown = {
        name.replace("_", " "): value
        for name, value in summary.items()
        if value not in (None, [], {}, "", False)
    }
    width = max((len(name) for name in shown), default=0)
    return "\n".join(
        f"{name if number == 0 else '':<{width}}  {line}"
        for name, value in shown.items()
        for number, line in enumerate(_lines(name, value))
    )


def _lines(name: str, value: Any) -> Sequence[str]:
    """Sentences and models take a line each; else a value takes one."""
    if name.split()[-1] in _SENTENCES:
        return _summed_up(value)
    return [_value(part) for part in value] if name == "models" else [_value(value)]


def _summed_up(sentences: Sequence[str]) -> list[str]:
    """The first sentences of each kind, and how many more there are of it."""
    told: Counter[str] = Counter()
    lines = []
    for sentence in sentences:
        kind = _PARTICULAR.sub("", sentence.partition(": ")[2] or sentence)
        told[kind] += 1
        if told[kind] <= _TOLD:
            lines.append(sentence)
    more = sum(told.values()) - len(lines)
    return [*lines, f"… and {more:,} more like these; --json lists them all"] if more else lines


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        # names stay as they are: they may be classes, which are typed again after --map
        return ", ".join(f"{name} {_value(part)}" for name, part in value.items() if part is not None)
    if isinstance(value, list | tuple):
        return ", ".join(_value(part) for part in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _known_share(vector: Any) -> float:
    import numpy as np

    return round(float(np.isfinite(vector).mean()), 4)


def _pings_at(channels: Sequence[Any], frequency_hz: float) -> int:
    return sum(len(channel.ping_time) for channel in channels if channel.frequency_hz == frequency_hz)
