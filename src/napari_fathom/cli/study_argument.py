"""What commands that work on a study have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from napari_fathom.cli.console import Console

if TYPE_CHECKING:
    from napari_fathom.study.linked import LinkedStudy

__all__ = ["device_option", "opened", "study_argument"]


AnyStudy = TypeVar("AnyStudy", bound="LinkedStudy[Any, Any]")


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
def opened(
    kind: type[AnyStudy], folder: Path, console: Console, mode: Literal["r", "a"] = "a"
) -> Iterator[AnyStudy]:
    """Open a study, of a survey or a collection, and tell what was found amiss."""
    with kind.open(folder, mode) as study:
        for note in study.notes:
            console.note(note)
        yield study
