"""Whether the labels suffice to train, and what to do if not, in plain words. Knows no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass

from napari_fathom.labels.classes import Classes

__all__ = ["Readiness", "readiness", "readiness_of_images"]

_FEW = 50  # pixels: about one dab of the brush; below this a held-out kappa says nothing
_FEW_IMAGES = 5


@dataclass(frozen=True)
class Readiness:
    """Parameters: `ready`, whether Retrain can start; `words`, what to do next or what to keep in mind."""

    ready: bool
    words: str


def readiness(classes: Classes, counts: Mapping[int, int], cells: int) -> Readiness:
    """Judge the painted labels of a survey.

    Parameters
    ----------
    classes : Classes
        What may be painted.
    counts : mapping of int to int
        Painted pixels of each class value.
    cells : int
        Pixels of the whole survey.
    """
    painted = [item for item in classes if counts.get(item.value, 0)]
    empty = [item.name for item in classes if not counts.get(item.value, 0)]
    total = sum(counts.values())
    if not painted:
        return Readiness(
            False, "Nothing is painted yet. Choose a class, paint a few strokes of it, then of a second one."
        )
    if len(painted) == 1:
        return Readiness(
            False, f"Only {painted[0].name} is painted. Paint a few strokes of a second class to train."
        )
    words = [f"{total:,} pixels painted ({_percent(total / cells)} of the survey)."]
    few = [item.name for item in painted if counts[item.value] < _FEW]
    if few:
        words.append(f"Very little of {_listed(few)}: paint more of it, best in several strokes.")
    if empty:
        words.append(f"Nothing of {_listed(empty)}: the model will not know it.")
    return Readiness(True, " ".join(words))


def readiness_of_images(classes: Classes, counts: Mapping[int, int], needs_labels: bool = True) -> Readiness:
    """Judge the labels that people have given to images.

    Parameters
    ----------
    classes : Classes
        What may be labelled.
    counts : mapping of int to int
        Labelled images of each class value.
    needs_labels : bool
        Whether the chosen method learns from them.
    """
    given = [item for item in classes if counts.get(item.value, 0)]
    if not needs_labels:
        told = "; labels of two classes or more would tell what they mean." if len(given) < 2 else "."
        return Readiness(True, f"This method finds clusters without labels{told}")
    if len(given) < 2:
        return Readiness(False, "Label a few images of at least two classes; then train.")
    words = [f"{sum(counts.values()):,} images of {len(given)} classes are labelled."]
    few = [item.short_name for item in given if counts[item.value] < _FEW_IMAGES]
    if few:
        words.append(f"Very few of {_listed(few[:5])}: five of each are a start.")
    return Readiness(True, " ".join(words))


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
