"""What commands that work on a study have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from napari_fathom.cli.console import Console

if TYPE_CHECKING:
    from napari_fathom.study import Study

__all__ = ["device_option", "opened", "study_argument"]


def study_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its first argument: the folder of a study, as `study_folder`."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.argument("study_folder", type=kind, metavar="STUDY")(command)


def device_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--device`."""
    return click.option("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps; default the best here.")(
        command
    )


@contextmanager
def opened(folder: Path, console: Console, mode: Literal["r", "a"] = "a") -> "Iterator[Study]":
    """Open a study, and tell what was found amiss."""
    from napari_fathom.study import Study

    with Study.open(folder, mode) as study:
        for note in study.notes:
            console.note(note)
        yield study
