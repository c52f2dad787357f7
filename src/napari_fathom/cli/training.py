"""Training with a Ctrl-C that keeps what there is, for every command that trains."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from napari_fathom.cli.console import Console
from napari_fathom.errors import Cancelled

if TYPE_CHECKING:
    from napari_fathom.learning.shared_settings import SharedSettings
    from napari_fathom.study import CollectionStudy, ModelRecord, Study
    from napari_fathom.study.jobs.starts import Start

__all__ = ["model_sentence", "train"]

_FORMER = "No new model was kept, for no epoch was over; the study is as it was."


def train(
    study: "Study | CollectionStudy",
    settings: "SharedSettings",
    console: Console,
    *,
    start: "Start" = "scratch",
    aliases: Mapping[str, str] = MappingProxyType({}),
    device: str | None = None,
) -> "ModelRecord":
    """Train, showing how it goes; parameters as for `train_job`.

    Raises
    ------
    Cancelled
        After Ctrl-C; the message says which model is kept, if any.
    """
    from napari_fathom.study.jobs import train_job

    job = train_job(study, settings, start=start, aliases=aliases, device=device, stop=console.stop)
    marks_best = settings.keep == "best"
    record = console.follow(job, kept=_FORMER, polls_stop=True, marks_best=marks_best)
    if console.stop.is_set():
        which = "The best model so far" if marks_best else "The model as it was after its last whole epoch"
        raise Cancelled(f"{which} is kept: {model_sentence(record)}.")
    return record


def model_sentence(record: "ModelRecord") -> str:
    """Name a model, its method and how good it is."""
    if record.kappa is None:
        judged = (
            "none held out to judge it" if record.held_out_images == 0 else "not judged by held-out labels"
        )
    elif record.held_out_images is None:
        judged = f"kappa {record.kappa:.2f} on held-out labels"
    else:
        judged = f"kappa {record.kappa:.2f}, {record.held_out_images:,} images held out"
    return f"model {record.number} ({record.method}), {judged}"
