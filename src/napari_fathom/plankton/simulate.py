"""A simulated collection whose soft labels are known: forms that turn into each other, and people's votes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom import files
from napari_fathom.errors import FormatError
from napari_fathom.plankton.exports.dcic import annotation_sets, dataset_record
from napari_fathom.plankton.exports.pictures import png_bytes
from napari_fathom.plankton.simulate_draw import draw
from napari_fathom.plankton.simulate_forms import FORMS, between, varied
from napari_fathom.plankton.simulate_settings import PlanktonSettings

__all__ = [
    "PlanktonSettings",
    "SimulatedObject",
    "SimulatedPlankton",
    "simulate_objects",
    "simulate_plankton",
    "write_simulated_plankton",
]

_IMAGES = "images"
_FIRST_VOTE = np.datetime64("2026-04-26T08:00:00", "ms")


@dataclass(frozen=True, eq=False)
class SimulatedObject:
    """One image, and the truth of it.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w)
    soft : ndarray of float64, shape (C,)
        What share of all annotators, were there many, would say each class.
    votes : ndarray of int64, shape (V, 2)
        Annotator (0, 1, …) and place of the class each voted for (0…C−1).
    """

    image: NDArray[np.uint8]
    soft: NDArray[np.float64]
    votes: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SimulatedPlankton:
    """A collection in memory.

    Parameters
    ----------
    images : tuple of ndarray of uint8
        Of different sizes.
    class_names : tuple of str, length C
    soft : ndarray of float64, shape (N, C)
        The known soft labels; rows sum to 1.
    truth : DataFrame
        object_id · class_name (the most likely) · height_px · width_px · entropy_bits, one row an object.
    votes : DataFrame
        row · annotator · class_name · time, one row a vote.
    """

    images: tuple[NDArray[np.uint8], ...]
    class_names: tuple[str, ...]
    soft: NDArray[np.float64]
    truth: pd.DataFrame
    votes: pd.DataFrame


def simulate_objects(settings: PlanktonSettings) -> Iterator[SimulatedObject]:
    """Make one object after the other; each has its own random stream.

    An object is of one class or, for a share of them, lies anywhere between two. Its form is mixed from
    theirs in the same shares w, and so is its soft label: (1 − s) w + s / C, where s is the chance that an
    annotator slips.
    """
    forms = [FORMS[name] for name in settings.class_names]
    classes = len(forms)
    for number in range(settings.objects):
        rng = np.random.default_rng([settings.seed, 2, number])
        shares = np.zeros(classes)
        first, second = rng.choice(classes, 2, replace=False)
        shares[first] = 1 if rng.random() >= settings.ambiguous_share else rng.random()
        shares[second] += 1 - shares[first]
        soft = (1 - settings.slip) * shares + settings.slip / classes
        form = varied(between(forms, shares), rng, settings.variation)
        image = draw(form, rng, settings.noise, settings.background == "bright")
        crowd = np.random.default_rng([settings.seed, 3, number])  # votes are the same however it is drawn
        people = crowd.choice(settings.annotators, settings.votes, replace=False)
        said = crowd.choice(classes, settings.votes, p=soft)
        yield SimulatedObject(image, soft, np.stack([people, said], axis=1).astype(np.int64))


def simulate_plankton(settings: PlanktonSettings) -> SimulatedPlankton:
    """Make the whole collection in memory (about 5 kB and 10 ms an object)."""
    objects = list(simulate_objects(settings))
    soft = np.stack([one.soft for one in objects])
    names = np.array(settings.class_names, object)
    truth = pd.DataFrame(
        {
            "object_id": [f"plankton_{number:06d}" for number in range(len(objects))],
            "class_name": names[soft.argmax(1)],
            "height_px": [one.image.shape[0] for one in objects],
            "width_px": [one.image.shape[1] for one in objects],
            "entropy_bits": _entropy_bits(soft),
        }
    )
    return SimulatedPlankton(
        tuple(one.image for one in objects), settings.class_names, soft, truth, _votes(objects, names)
    )


def write_simulated_plankton(folder: Path, settings: PlanktonSettings) -> Path:
    """Write a collection that the reader of class folders opens without a question, and its truth beside it.

    Parameters
    ----------
    folder : Path
        Gets `images/CLASS/plankton_000000.png` (in the folder of the most likely class), `truth.csv` (with
        the soft label, `p_CLASS`), `votes.csv`, `annotations.json` and `dataset.json` (as the DCIC benchmark
        has them) and `settings.json`.

    Returns
    -------
    Path
        The folder of images.

    Raises
    ------
    FormatError
        If `folder` has images that no simulation put there.
    """
    images, record = folder / _IMAGES, folder / "settings.json"
    if images.exists() and not record.exists():
        raise FormatError(images, "something is there that no simulation made", "Choose another folder.")
    made = simulate_plankton(settings)
    truth, votes = made.truth, made.votes
    paths = [
        f"{_IMAGES}/{name}/{object_id}.png"
        for name, object_id in zip(truth["class_name"], truth["object_id"], strict=True)
    ]
    files.replace_json(record, settings.model_dump(mode="json"))
    with files.replace_folder(images) as beside:
        for path, image in zip(paths, made.images, strict=True):
            file = beside / path.removeprefix(f"{_IMAGES}/")
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(png_bytes(image))
    shares = pd.DataFrame(made.soft.round(6), columns=[f"p_{name}" for name in made.class_names])
    files.replace_text(folder / "truth.csv", _csv(pd.concat([truth.assign(path=paths), shares], axis=1)))
    told = votes.assign(object_id=truth["object_id"].to_numpy()[votes["row"]])
    files.replace_text(folder / "votes.csv", _csv(told[["object_id", "annotator", "class_name", "time"]]))
    files.replace_json(folder / "annotations.json", annotation_sets(votes, paths, _IMAGES))
    files.replace_json(
        folder / "dataset.json",
        dataset_record(paths, made.soft, made.class_names, _IMAGES, ["train"] * len(paths)),
    )
    return images


def _votes(objects: list[SimulatedObject], names: NDArray[Any]) -> pd.DataFrame:
    said = np.concatenate([one.votes for one in objects])
    rows = np.repeat(np.arange(len(objects)), [len(one.votes) for one in objects])
    return pd.DataFrame(
        {
            "row": rows,
            "annotator": [f"annotator {person + 1}" for person in said[:, 0].tolist()],
            "class_name": names[said[:, 1]],
            "time": _FIRST_VOTE + np.arange(len(rows)).astype("timedelta64[s]"),
        }
    )


def _entropy_bits(soft: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = np.log2(np.where(soft > 0, soft, 1))
    return np.asarray(np.abs((soft * logs).sum(1)))


def _csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))
