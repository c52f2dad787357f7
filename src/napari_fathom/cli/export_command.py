"""`fathom export`: labels and answers for other tools."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.settings_options import validated
from napari_fathom.cli.study_argument import opened, study_argument

if TYPE_CHECKING:
    from napari_fathom.study.jobs.export import ExportKind, ExportSource
    from napari_fathom.study.jobs.export_collection import CollectionExportKind

__all__ = ["command"]

Kind = TypeVar("Kind", bound=str)

_HELP: "dict[ExportKind, tuple[str, str]]" = {
    "crimac": ("NAME.zarr", "CRIMAC annotation zarr, class probabilities as float16."),
    "evr": ("NAME.evr", "Echoview regions of each class, holes kept."),
    "evl": ("NAME.evl", "Echoview line of the seabed."),
    "tiff": ("NAME.tif", "Image of the classes."),
    "npz": ("NAME.npz", "Classes with their coordinates, for numpy."),
    "nasc": ("NAME.csv", "NASC of each class by interval and layer."),
}

_IMAGES: "dict[CollectionExportKind, tuple[str, str]]" = {
    "ecotaxa": ("NAME.zip", "Images: EcoTaxa import set, with status, ambiguity, cluster, probabilities."),
    "folders": ("DIR", "Images: a folder for each class."),
    "table": ("NAME.csv", "Images: one row an object; .csv or .parquet."),
    "dcic": ("DIR", "Images: data set of the DCIC benchmark with everybody's votes."),
    "ifcb": ("DIR", "Images: class scores of each IFCB bin."),
}


def _format_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for kind, (metavar, text) in reversed([*_HELP.items(), *_IMAGES.items()]):
        command = click.option(f"--{kind}", type=click.Path(path_type=Path), metavar=metavar, help=text)(
            command
        )
    return command


@click.command("export")
@study_argument
@_format_options
@click.option("--painted", is_flag=True, help="Export what is painted instead of the answer.")
@click.option(
    "--class", "class_names", multiple=True, metavar="NAME", help="Only this class; may be repeated."
)
@click.option("--khz", type=float, metavar="KHZ", help="NASC: frequency; default the main one.")
@click.option("--layer", type=float, metavar="METRES", help="NASC: height of a layer; default 10.")
@click.option("--interval-nmi", type=float, metavar="NMI", help="NASC: length where positions are known.")
@click.option("--interval-pings", type=int, metavar="PINGS", help="NASC: length where they are not.")
@console_options
def command(
    study_folder: Path,
    painted: bool,
    class_names: tuple[str, ...],
    khz: float | None,
    layer: float | None,
    interval_nmi: float | None,
    interval_pings: int | None,
    console: Console,
    **paths: Path | None,
) -> None:
    """Write the answer, or what is painted, of STUDY in the formats of other tools.

    Give as many formats as you like; nothing is written where one can't be, such as EVL without a seabed.
    A file that is there already is replaced when the new one is whole.

    \b
    Examples:
      fathom export hake.fathom --evr hake.evr --evl seabed.evl
      fathom export hake.fathom --nasc hake.csv --khz 38 --layer 20 --class "other fish"
      fathom export plankton.fathom --ecotaxa plankton.zip --table plankton.csv
      fathom export hake.fathom --painted --npz strokes.npz
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.study import Study
    from napari_fathom.study.jobs import NascOptions, export_job, require_exportable
    from napari_fathom.study.kinds import holds_images

    if holds_images([study_folder]):
        _export_collection(study_folder, _wanted(_IMAGES, paths), class_names, console)
        return
    wanted = _wanted(_HELP, paths)
    given = {
        "frequency_hz": None if khz is None else 1000 * khz,
        "layer_m": layer,
        "interval_nmi": interval_nmi,
        "interval_pings": interval_pings,
    }
    nasc = validated(NascOptions, {name: value for name, value in given.items() if value is not None})
    with opened(Study, study_folder, console, "r") as study:
        values = [study.classes.named(name).value for name in class_names] or None
        source: ExportSource = "labels" if painted else "prediction"
        require_exportable(study, wanted, source)
        for kind, path in wanted.items():
            job = export_job(
                study,
                kind,
                path,
                source=source,
                classes=values,
                nasc=nasc,
                stop=console.stop,
            )
            console.follow(job, kept="Files that are whole stay.", polls_stop=True)
    written = {str(kind): str(path) for kind, path in wanted.items()}
    console.result(written, "\n".join(f"{kind}: {path}" for kind, path in written.items()))


def _wanted(kinds: "Mapping[Kind, object]", paths: Mapping[str, Path | None]) -> "dict[Kind, Path]":
    """Formats that were asked for, and where to; all must fit the data.

    Raises
    ------
    click.UsageError
        If there are none, or some are of the other kind of data.
    """
    wanted = {kind: path for kind in kinds if (path := paths[kind]) is not None}
    strange = [kind for kind, path in paths.items() if path is not None and kind not in kinds]
    if strange or not wanted:
        offered = ", ".join(f"--{kind}" for kind in kinds)
        found = f"--{strange[0]} is not for this kind of data" if strange else "say what to write"
        raise click.UsageError(f"{found}: {offered}")
    return wanted


def _export_collection(
    folder: Path,
    wanted: "dict[CollectionExportKind, Path]",
    class_names: tuple[str, ...],
    console: Console,
) -> None:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.study.jobs import export_collection_job, require_collection_exportable

    with opened(CollectionStudy, folder, console, "r") as study:
        values = [study.classes.named(name).value for name in class_names] or None
        require_collection_exportable(study, wanted)
        for kind, path in wanted.items():
            job = export_collection_job(study, kind, path, classes=values, stop=console.stop)
            console.follow(job, kept="Files that are whole stay.", polls_stop=True)
    written = {str(kind): str(path) for kind, path in wanted.items()}
    console.result(written, "\n".join(f"{kind}: {path}" for kind, path in written.items()))
