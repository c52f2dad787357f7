"""Tile by tile, with nothing larger than a tile in memory, and exactly as if it were one piece."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event as StopEvent

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.errors import FathomError
from napari_fathom.events import Box, Done, Event, Note, Tile
from napari_fathom.learning.field import Field, read_window
from napari_fathom.learning.geometry import Geometry
from napari_fathom.learning.hardware import best_device, is_out_of_memory, release_memory
from napari_fathom.learning.model import Model, reduced_precision
from napari_fathom.learning.stopping import heeding, raise_if_set
from napari_fathom.learning.tiles import area_tiles, quarters

__all__ = ["Output", "predict", "predict_box"]


@dataclass(frozen=True)
class Output:
    """What the model says of one tile.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (C, h, w)
        Calibrated; sums to 1 over classes.
    cluster : ndarray of uint16, shape (h, w)
        0…K−1.
    ambiguity : ndarray of float32, shape (h, w)
        In [0, 1]: DC3's head, or 1 − max p for a model trained without it.
    """

    probabilities: npt.NDArray[np.float32]
    cluster: npt.NDArray[np.uint16]
    ambiguity: npt.NDArray[np.float32]


def predict(
    model: Model,
    field: Field,
    write: Callable[[Box, Output], None],
    *,
    first: Box | None = None,
    region: Box | None = None,
    device: str | None = None,
    stop: StopEvent | None = None,
) -> Iterator[Event[int]]:
    """Predict a survey or a part of it.

    Tiles start on multiples of the network's alignment and see its halo around them, so that together
    they equal the prediction of the whole exactly (`docs/method.md`).

    Parameters
    ----------
    model : Model
    field : Field
        With the model's channels.
    write : callable
        Gets each tile's box and output; called in this thread.
    first : Box, optional
        Predicted first; the rest follows outward from it.
    region : Box, optional
        The part to predict; without it, all.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        Ends the work within a second when set.

    Yields
    ------
    Tile
        After each tile is written.
    Note
        If the memory didn't suffice and tiles became smaller.
    Done
        Holding the number of tiles.

    Raises
    ------
    FathomError
        If the channels differ, or not even the smallest tile fits into memory.
    Cancelled
        If stopped; tiles already written stay.
    """
    if field.channels != model.channels:
        raise FathomError(
            f"The model was trained on {model.channels} channels, this survey has {field.channels}. "
            "Choose a survey with the same channels, or train a model on this one."
        )
    height, width = field.shape
    step, margin = model.settings.geometry.alignment, model.settings.geometry.halo
    where = torch.device(device or best_device())
    core = max(model.settings.tile - 2 * margin, model.settings.geometry.smallest)
    waiting = area_tiles(region or (0, height, 0, width), core, step, first)[::-1]
    done = 0
    network = model.network.to(where, memory_format=_layout(model))  # type: ignore[call-overload]
    try:
        with heeding(network, stop):
            while waiting:
                raise_if_set(stop)
                box = waiting.pop()
                output = _try_box(model, field, box, where)
                if output is None:
                    release_memory(where)
                    waiting = [part for tile in waiting for part in quarters(tile, step)]
                    waiting += _smaller(box, step, where)
                    yield Note(f"Out of memory on {where}: going on with smaller tiles.", "warning")
                    continue
                write(box, output)
                done += 1
                yield Tile(done, done + len(waiting), box)
    finally:
        network.cpu()
    yield Done(done)


@torch.no_grad()
def predict_box(model: Model, field: Field, box: Box, device: torch.device) -> Output:
    """Predict one box, from a window with the halo around it.

    Beyond the survey's last row and column the window is filled with "nothing measured" up to the network's
    alignment; before the first ones and beyond that, the convolutions' own zeros stand, which mean the same.

    Parameters
    ----------
    model : Model
        Its network on `device`.
    field : Field
    box : Box
        Inside the field.
    device : torch.device
    """
    window = _window(box, field.shape, model.settings.geometry)
    scaled = torch.from_numpy(model.scaling.apply(read_window(field, window)))[None]
    inner = (
        slice(box[0] - window[0], box[1] - window[0]),
        slice(box[2] - window[2], box[3] - window[2]),
    )
    with reduced_precision(model.settings, device):
        answer = model.network.answer(scaled.to(device, memory_format=_layout(model)), inner)
    probabilities = model.calibration.apply(answer.probabilities.cpu().numpy())
    return Output(
        probabilities,
        answer.clusters.cpu().numpy().astype(np.uint16),
        answer.ambiguity.cpu().numpy() if model.settings.ambiguity else 1 - probabilities.max(0),
    )


def _layout(model: Model) -> torch.memory_format:
    return torch.channels_last if model.settings.channels_last else torch.contiguous_format


def _window(box: Box, shape: tuple[int, int], geometry: Geometry) -> Box:
    """The box with its halo, aligned at both ends, as far as the (filled-up) survey reaches."""
    step, margin = geometry.alignment, geometry.halo

    def span(start: int, stop: int, length: int) -> tuple[int, int]:
        filled = -(-length // step) * step
        return max(start // step * step - margin, 0), min(-(-stop // step) * step + margin, filled)

    return *span(box[0], box[1], shape[0]), *span(box[2], box[3], shape[1])


def _try_box(model: Model, field: Field, box: Box, device: torch.device) -> Output | None:
    """Predict a box; None if the memory doesn't suffice."""
    try:
        return predict_box(model, field, box, device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return None


def _smaller(tile: Box, step: int, device: torch.device) -> list[Box]:
    parts = quarters(tile, step)
    if len(parts) == 1:
        raise FathomError(
            f"Not even {tile[1] - tile[0]} × {tile[3] - tile[2]} cells fit into the memory of {device}. "
            "Close other programs, or predict on the CPU."
        )
    return parts[::-1]
