"""napari's way in: File ▸ Open and drag-and-drop of studies, survey stores, raw files and their kin."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from napari_fathom.viewer.opening import is_ours, is_study, needs_words

__all__ = ["get_reader", "layer_data", "window_that_asks"]

LayerData = tuple[Any, ...]
PathOrPaths = str | Path | Sequence[str | Path]
NOTHING: list[LayerData] = [(None,)]
"""What napari takes for "read, but there are no layers to add"."""


def get_reader(path: PathOrPaths) -> Callable[[PathOrPaths], list[LayerData]] | None:
    """Decide by content whether a path is ours; None for everything else, and it never raises for those.

    Parameters
    ----------
    path : path or list of paths
        What the user opened or dropped.
    """
    try:
        return read if is_ours(_paths(path)) else None
    except OSError:  # unreadable or gone: not ours to explain, other readers may know
        return None


def read(path: PathOrPaths) -> list[LayerData]:
    """Open what `get_reader` accepted.

    In a window the study is opened (files are converted first) by the window's worker with progress, so
    napari gets no layers from here. Without a window a study or survey store gives its Sv layers at once.

    Raises
    ------
    FormatError
        Without a window, for files that have to be converted first; the message says how.
    """
    paths = _paths(path)
    viewer = window_that_asks()
    if viewer is not None:
        from napari_fathom.viewer.main_dock import open_in

        open_in(viewer, paths)
        return NOTHING
    return layer_data(paths)


def layer_data(paths: Sequence[Path]) -> list[LayerData]:
    """Sv layers of a study or survey store as plain napari layer data, lazy."""
    from napari_fathom.echogram import Echogram, sniff
    from napari_fathom.errors import FormatError
    from napari_fathom.study import Study

    if is_study(paths[0]):
        with Study.open(paths[0], "r") as study:
            return _sv_layers(study.echogram)
    if sniff(paths) == "store":
        return _sv_layers(Echogram.open(paths[0]))
    if needs_words(paths):
        raise FormatError(
            paths[0], "a bare array", "Open it in a window, or use 'fathom convert' and say its axes."
        )
    raise FormatError(
        paths[0], "a file that must be converted first", "Use 'fathom convert', then open the study it makes."
    )


def _sv_layers(echogram: Any) -> list[LayerData]:
    from napari_fathom.viewer.layers import Frame
    from napari_fathom.viewer.palette import DEFAULT_LIMITS_DB, echosounder_colormap
    from napari_fathom.viewer.roles import Role, tag

    placement = Frame.of(echogram).placement()
    found = []
    for index, hertz in enumerate(echogram.frequency_hz):
        levels = [level[index] for level in echogram.levels]
        attributes = {
            "name": f"{hertz / 1000:g} kHz",
            "colormap": echosounder_colormap(),
            "contrast_limits": DEFAULT_LIMITS_DB,
            "multiscale": len(levels) > 1,
            "visible": bool(hertz == echogram.main_frequency_hz),
            "metadata": tag(
                Role.SV, echogram.fingerprint, frequency_hz=float(hertz), source=str(echogram.path)
            ),
            **placement,
        }
        found.append((levels if len(levels) > 1 else levels[0], attributes, "image"))
    return found


def window_that_asks() -> Any:
    """The napari viewer that asks, or None where there is no window."""
    import napari

    return napari.current_viewer()


def _paths(path: PathOrPaths) -> list[Path]:
    return [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
