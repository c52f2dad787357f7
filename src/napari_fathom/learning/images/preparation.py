"""What is looked at, decided and said before anything is learned from images."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_fathom.errors import TrainingError
from napari_fathom.events import Note
from napari_fathom.learning.images.holdout import conflicting_groups, hold_out_images
from napari_fathom.learning.images.scaling import ImageScaling, fit_scaling
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import CachedImages, ImageLabels, ImageSet

__all__ = ["Prepared", "prepare_images", "require_labels", "require_same_collection"]

_SAMPLE = 2048  # images that the scaling of grey values is fitted on
_MEASURED = 50_000  # images that the scaling of measures is fitted on
_NAMED = 5  # classes named in one note


@dataclass(frozen=True)
class Prepared:
    """A collection ready to be learned from.

    Parameters
    ----------
    images : CachedImages
    target : ndarray of int64, shape (N,)
        0 where nobody has said or the label is held out, 1…C.
    soft : ndarray of float32, shape (N, C), optional
        What is to be learned of images that people disagree about; None where all agree.
    held_out : ndarray of int64, shape (h,)
        Rows of held-out labels.
    pool : ndarray of int64, shape (n,)
        Rows that may be learned from without a label: all but the held-out groups.
    scaling : ImageScaling
    record : dict
        Labels by class name, for the model's provenance.
    """

    images: CachedImages
    target: npt.NDArray[np.int64]
    soft: npt.NDArray[np.float32] | None
    held_out: npt.NDArray[np.int64]
    pool: npt.NDArray[np.int64]
    scaling: ImageScaling
    record: dict[str, Any]

    def counts(self, classes: int) -> npt.NDArray[np.int64]:
        """Labels to learn from of each class, shape (C,)."""
        return np.bincount(self.target, minlength=classes + 1)[1:]


def prepare_images(
    images: CachedImages,
    labels: ImageLabels,
    class_names: Sequence[str],
    settings: ImageSettings,
    scaling: ImageScaling | None,
    check: Callable[[], None],
) -> Generator[Note, None, Prepared]:
    """Hold labels out, fit the scaling, and say what the user should know.

    Parameters
    ----------
    images : CachedImages
        Of as many images as there are labels.
    labels : ImageLabels
    class_names : sequence of str
    settings : ImageSettings
    scaling : ImageScaling, optional
        Of the model to go on from; without it, one is fitted.
    check : callable
        Raises when the user pressed Stop.
    """
    held = hold_out_images(labels, settings.held_out, settings.seed)
    said = labels.target.astype(np.int64)
    target = np.where(held, 0, said)
    if said.any():
        yield from _remarks(labels, said, held, class_names, settings.held_out)
    images.load(check)
    if scaling is None:
        random = np.random.default_rng([settings.seed, 13])
        order = random.permutation(len(images))
        seen, measured = np.sort(order[:_SAMPLE]), np.sort(order[:_MEASURED])
        measures = images.measures if settings.measures else None
        scaling = fit_scaling(images.read(seen), None if measures is None else measures[measured])
    return Prepared(
        images,
        target,
        labels.soft if settings.soft_targets else None,
        np.flatnonzero(held & (said > 0)),
        np.flatnonzero(~held),
        scaling,
        {
            "labelled_images": _by_name(target, class_names),
            "held_out_images": _by_name(np.where(held, said, 0), class_names),
        },
    )


def require_same_collection(labels: ImageLabels, images: ImageSet) -> None:
    """Refuse labels of other images.

    Raises
    ------
    TrainingError
    """
    if len(images) != len(labels.target):
        raise TrainingError(
            f"There are labels for {len(labels.target)} images, but {len(images)} images; "
            "they must be of the same collection."
        )


def require_labels(labels: ImageLabels, class_names: Sequence[str]) -> None:
    """Refuse labels from which nothing can be learned, and say what to label.

    Raises
    ------
    TrainingError
        If one class only or none is labelled, or a value has no class.
    """
    counts = labels.counts()
    if labels.soft is not None and labels.soft.shape[1] != len(class_names):
        raise TrainingError(
            f"There are soft labels of {labels.soft.shape[1]} classes, but {len(class_names)} classes."
        )
    if counts and max(counts) > len(class_names):
        raise TrainingError(
            f"Images are labelled with class value {max(counts)}, but there are {len(class_names)} classes. "
            "Add the class, or clear those labels."
        )
    if len(counts) < 2:
        known = [f"Only {class_names[value - 1]} ({n} images) is" for value, n in counts.items()]
        raise TrainingError(
            f"{known[0] if known else 'No image is'} labelled; two classes are needed to tell apart. "
            "Label a few images of each of two classes or more."
        )


def _remarks(
    labels: ImageLabels,
    said: npt.NDArray[np.int64],
    held: npt.NDArray[np.bool_],
    class_names: Sequence[str],
    wanted: float,
) -> Generator[Note, None, None]:
    counts = labels.counts()
    missing = [name for value, name in enumerate(class_names, start=1) if value not in counts]
    if missing:
        yield Note(f"No image of {_listed(missing)} is labelled; the model won't propose it.", "warning")
    if conflicts := conflicting_groups(labels):
        yield Note(
            f"Twins (the same pixels, or one group) have different classes in {conflicts} "
            f"{'case' if conflicts == 1 else 'cases'}. They are learned from as they are.",
            "warning",
        )
    judged = set(np.unique(said[held & (said > 0)]).tolist())
    if not wanted:
        yield Note("No label is held out, as wished: the model is judged by its loss, not by kappa.")
    elif len(judged) < 2:
        yield Note(
            "Too few labels to hold some out: the model is judged by its loss, not by kappa.", "warning"
        )
    elif few := [class_names[value - 1] for value in sorted(counts) if value not in judged]:
        yield Note(f"Too few labels of {_listed(few)} to hold one out: kappa says nothing of it.")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more classes" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _by_name(target: npt.NDArray[np.int64], class_names: Sequence[str]) -> dict[str, int]:
    counts = np.bincount(target, minlength=len(class_names) + 1)[1:]
    return {name: int(count) for name, count in zip(class_names, counts, strict=False) if count}
