"""`fathom convert`: files to a survey store, and a study of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from napari_fathom.cli.console import Console, console_options
from napari_fathom.cli.plain_options import plain_options
from napari_fathom.cli.summaries import echogram_summary, study_summary

if TYPE_CHECKING:
    from napari_fathom.echogram import Echogram, PlainOptions
    from napari_fathom.labels import Classes

__all__ = ["command"]

_KEPT = "What is converted stays; the same command goes on from there."


@click.command("convert")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--study", type=click.Path(path_type=Path), metavar="NAME.fathom", help="Make this study.")
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="NAME.sv.zarr",
    help="Make only a survey store, no study.",
)
@click.option(
    "--main-khz", type=float, metavar="KHZ", help="Frequency whose cells are the grid; default the finest."
)
@click.option("--upward/--downward", default=None, help="The sounder looks up from a mooring; default down.")
@click.option(
    "--class",
    "class_names",
    multiple=True,
    metavar="NAME",
    help="What may be painted, once for each class; default background, sandeel, other fish.",
)
@plain_options
@console_options
def command(
    files: tuple[Path, ...],
    study: Path | None,
    store: Path | None,
    main_khz: float | None,
    upward: bool | None,
    class_names: tuple[str, ...],
    plain: "PlainOptions | None",
    console: Console,
) -> None:
    """Read files of one survey, put all frequencies on one grid, and keep it as a study.

    FILES may be EK60/EK80 .raw (a .bot beside one becomes the seabed), echopype Sv or MVBS, CRIMAC zarr,
    npz, or bare npy, npz and mat with the options that say what they don't. An interrupted conversion goes
    on where it stopped when the same command is given again.

    \b
    Examples:
      fathom convert Summer2017-*.raw --study hake.fathom
      fathom convert sv.npy --axes frequency,range,ping --scale db --khz 38,120 --range-step 0.2 \\
          --ping-interval 1 --study mine.fathom
    """  # noqa: D301 - click wants the backspace character itself
    hertz = None if main_khz is None else 1000 * main_khz
    if (study is None) == (store is None):
        raise click.UsageError("say where to: --study NAME.fathom, or --store NAME.sv.zarr for no study")
    if store is not None:
        from napari_fathom.echogram import convert

        events = convert(files, store, main_frequency_hz=hertz, plain=plain, upward=upward)
        echogram = console.follow(events, kept=_KEPT)
        console.result(echogram_summary(echogram), f"{store}: {_size(echogram)}")
    elif study is not None:
        from napari_fathom.study.jobs import convert_job

        classes = _classes(class_names)
        job = convert_job(files, study, classes=classes, main_frequency_hz=hertz, plain=plain, upward=upward)
        with console.follow(job, kept=_KEPT) as made:
            console.result(study_summary(made), f"{study}: {_size(made.echogram)}. Next: fathom open {study}")


def _classes(names: tuple[str, ...]) -> "Classes | None":
    from napari_fathom.labels import Classes

    if not names:
        return None
    classes = Classes(())
    for name in names:
        classes = classes.with_added(name)
    return classes


def _size(echogram: "Echogram") -> str:
    frequencies = ", ".join(f"{hertz / 1000:g}" for hertz in echogram.frequency_hz)
    return f"{echogram.shape[2]} pings of {echogram.shape[1]} cells at {frequencies} kHz"
