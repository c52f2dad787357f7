"""What is said of a training and of its model, whatever was labelled."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_fathom.study import ModelRecord

__all__ = ["NOT_LEARNED", "keeps_words", "model_words", "short_words"]

NOT_LEARNED = "Nothing was learned yet; the former model stays in force."
"""What Stop leaves before the first epoch is over."""


def keeps_words(keep: str, judged_by: str) -> str:
    """Say what Stop leaves.

    Parameters
    ----------
    keep : {"last", "best"}
        The setting.
    judged_by : str
        What is held out: strokes, images.
    """
    if keep == "last":
        return "The network is kept as it is then."
    return f"The network is kept as it was when it judged the held-out {judged_by} best."


def model_words(
    record: "ModelRecord | None", learned_from: str, judged_by: str, *, clustering: bool = False
) -> str:
    """Say which model is in force, what it has learned from, and how good it is.

    Parameters
    ----------
    record : ModelRecord or None
    learned_from, judged_by : str
        What is counted of its labels, and what is held out.
    clustering : bool
        Its method needs no label: those that there are tell what its clusters mean.
    """
    if record is None:
        return "No model yet."
    labels, classes = sum(record.painted.values()), sum(count > 0 for count in record.painted.values())
    how = "learned clusters, named by" if clustering else "learned from"
    told = f"{how} {labels:,} {learned_from} of {classes:,} classes"
    learned = told if labels else "learned without labels"
    count = "" if record.held_out_images is None else f"{record.held_out_images:,} "
    if record.kappa is not None:
        judged = f"kappa {record.kappa:.2f} on {count}held-out {judged_by}"
    else:
        none = labels and not clustering and not record.held_out_images
        judged = "not judged" + (f", for no {judged_by} were held out" if none else "")
    when = record.created.astimezone().strftime("%d %b %H:%M")
    stopped = ", stopped early" if record.stopped else ""
    return f"In force: model {record.number}, {record.method}, {learned}; {judged}{stopped}, {when}."


def short_words(record: "ModelRecord") -> str:
    """Name a model among others."""
    judged = "" if record.kappa is None else f", kappa {record.kappa:.2f}"
    return f"Model {record.number}: {record.method}{judged}"
