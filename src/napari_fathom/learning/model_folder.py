"""A model's folder: weights as safetensors, everything else as JSON beside them. Never pickle."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from napari_fathom import files
from napari_fathom.errors import FormatError
from napari_fathom.learning.calibration import Calibration

__all__ = [
    "FORMAT_VERSION",
    "JSON_NAME",
    "WEIGHTS_NAME",
    "Kind",
    "calibration_from",
    "calibration_json",
    "load_folder",
    "part",
    "save_folder",
]

FORMAT_VERSION = 1
JSON_NAME, WEIGHTS_NAME = "model.json", "weights.safetensors"

Kind = Literal["pixels", "images"]
M = TypeVar("M")

_FORMAT = "napari-fathom model"
_KINDS = {"pixels": "the pixels of surveys", "images": "the images of collections"}
_OTHERWISE = "Choose another model, or train again."


def save_folder(
    folder: Path, kind: Kind, described: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    """Write a model into a folder, made if need be; other files there stay.

    The JSON goes last and holds the weights' checksum: a crash between the two leaves a pair that
    `load_folder` refuses, never one that is quietly mixed. To lose no former model, give each its own folder.

    Parameters
    ----------
    folder : Path
    kind : {'pixels', 'images'}
    described : mapping of str to Any
        Plain JSON values.
    tensors : mapping of str to Tensor

    Raises
    ------
    OSError
        A full or read-only disk.
    """
    weights = save({name: value.detach().cpu().contiguous() for name, value in tensors.items()})
    head = {"format": _FORMAT, "version": FORMAT_VERSION, "kind": kind}
    files.replace_bytes(folder / WEIGHTS_NAME, weights)
    files.replace_json(
        folder / JSON_NAME, head | dict(described) | {"sha256": hashlib.sha256(weights).hexdigest()}
    )


def load_folder(folder: Path, kind: Kind, restore: Callable[[dict[str, Any], dict[str, Tensor]], M]) -> M:
    """Read a model that `save_folder` wrote.

    Parameters
    ----------
    folder : Path
    kind : {'pixels', 'images'}
        What it must be for.
    restore : callable
        Makes the model of what was described and of its tensors.

    Raises
    ------
    FormatError
        If a file is missing, damaged, not ours, newer than this program, for another kind of data, or the two
        don't belong together.
    """
    described = _read_json(folder / JSON_NAME)
    found = described.get("kind", "pixels")  # models of the first version were of pixels only
    if found != kind:
        raise FormatError(
            folder / JSON_NAME,
            f"a model for {_KINDS.get(found, found)}",
            f"Choose one for {_KINDS[kind]}, or train one.",
        )
    weights = _read_bytes(folder / WEIGHTS_NAME)
    if hashlib.sha256(weights).hexdigest() != described.get("sha256"):
        raise FormatError(
            folder / WEIGHTS_NAME, "its checksum is not the one in model.json", f"It is damaged. {_OTHERWISE}"
        )
    try:
        return restore(described, load(weights))
    except (KeyError, TypeError, ValueError, ValidationError, SafetensorError, RuntimeError) as error:
        ours = type(error) is ValueError  # in words already
        found = str(error) if ours else f"{type(error).__name__}: {error}"
        raise FormatError(folder / JSON_NAME, found, _OTHERWISE) from error


def part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose name begins with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def calibration_json(calibration: Calibration) -> dict[str, Any]:
    """As JSON: NaN, which strict readers refuse, becomes null."""
    return {name: _plain(value) for name, value in vars(calibration).items()}


def calibration_from(raw: Mapping[str, Any], classes: int) -> Calibration:
    """The same again.

    Raises
    ------
    KeyError, TypeError, ValueError
        If something is missing, no number, or of another number of classes.
    """
    calibration = Calibration(
        float(raw["temperature"]),
        tuple(float(value) for value in raw["bias"]),
        int(raw["strokes"]),
        nll_before=_number(raw["nll_before"]),
        nll_after=_number(raw["nll_after"]),
        shares=tuple(float(value) for value in raw["shares"]),
    )
    if len(calibration.bias) != classes:
        raise ValueError(f"the calibration knows {len(calibration.bias)} classes, the model {classes}")
    return calibration


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        described = json.loads(_read_bytes(path))
    except ValueError as error:
        raise FormatError(path, f"not JSON ({error})", _OTHERWISE) from error
    if not isinstance(described, dict) or described.get("format") != _FORMAT:
        raise FormatError(path, "not a napari-fathom model", "Choose a folder that fathom saved a model in.")
    version = described.get("version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise FormatError(
            path,
            f"written by a newer napari-fathom (format {version})",
            f"This one reads up to {FORMAT_VERSION}: update it.",
        )
    return described


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FormatError(path, f"can't be read ({error.strerror})", _OTHERWISE) from error
