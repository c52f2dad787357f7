"""`fathom open`: the window."""

from pathlib import Path

import click

from napari_fathom.cli.console import Console, console_options

__all__ = ["command"]


@click.command("open")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--relink",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="NAME.sv.zarr",
    help="Tell the study where its survey store has moved to.",
)
@console_options
def command(paths: tuple[Path, ...], relink: Path | None, console: Console) -> None:
    """Open napari on a study, a survey store, or files of any format we read.

    Without PATHS the window opens empty, with the Fathom dock ready to open a survey.

    \b
    Examples:
      fathom open hake.fathom
      fathom open Summer2017-*.raw
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.cli.window import open_window

    if relink is not None:
        from napari_fathom.study import Study

        if len(paths) != 1:
            raise click.UsageError("--relink goes with one study")
        Study.relink(paths[0], relink)
    open_window(paths)
    console.result({"opened": [str(path) for path in paths]}, "window closed; all is saved")
