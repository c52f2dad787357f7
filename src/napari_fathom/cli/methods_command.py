"""`fathom methods`: how one can learn, and when to choose what."""

from collections.abc import Callable
from dataclasses import asdict
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from napari_fathom.cli.console import Console, console_options

if TYPE_CHECKING:
    from napari_fathom.learning.methods.about import About
    from napari_fathom.learning.methods.shelf import Entry

    Parts = dict[str, dict[str, About]]

__all__ = ["command"]

_WIDTH = 106  # of a line, without its margin
_FACTS = ("data", "needs_labels", "learns_to_see", "network", "presets")


@click.command("methods")
@console_options
def command(console: Console) -> None:
    """List the methods: name, paper, what each is for.

    The names are those of `fathom train --method`. What comes under *learn to see* looks at no label: trained
    by itself it clusters what it sees; or put its name into the setting `pretrain`, and a number into
    `pretrain_epochs`, to have it go before another.

    \b
    Examples:
      fathom methods
      fathom methods --json
      fathom train plankton.fathom --method mean-teacher --set pretrain=iic --set pretrain_epochs=5
      fathom train unlabelled.fathom --method autoencoder --set encoder=rotation --set clusterer=spectral
    """  # noqa: D301 - click wants the backspace character itself
    from napari_fathom.learning.clusterers import CLUSTERERS
    from napari_fathom.learning.methods.shelf import shelf

    entries = shelf()
    told = [
        {"name": entry.name, **asdict(entry.about), **{key: getattr(entry, key) for key in _FACTS}}
        for entry in entries
    ]
    ways = {name: clusterer.about for name, clusterer in CLUSTERERS.items()}
    clusterers = [{"name": name, **asdict(about)} for name, about in ways.items()]
    parts = _parts(entries) | {"To find clusters of images (setting `clusterer`)": ways}
    console.result({"methods": told, "clusterers": clusterers}, _table(parts))


def _parts(entries: "tuple[Entry, ...]") -> "Parts":
    def those(wanted: Callable[["Entry"], bool]) -> "dict[str, About]":
        return {entry.name: entry.about for entry in entries if wanted(entry)}

    return {
        "For echograms": those(lambda entry: entry.data == ("echograms",)),
        "For images": those(lambda entry: entry.data == ("images",) and entry.needs_labels),
        "To cluster images, without labels": those(
            lambda entry: not (entry.needs_labels or entry.learns_to_see)
        ),
        "To learn to see images, without labels": those(lambda entry: entry.learns_to_see),
        "Around any of them": those(lambda entry: len(entry.data) > 1),
    }


def _table(parts: "Parts") -> str:
    width = max(len(name) for part in parts.values() for name in part)
    lines = []
    for heading, part in parts.items():
        lines.append(f"{heading}:")
        for name, about in part.items():
            told = [*wrap(about.advice, _WIDTH - width), f"({about.title}: {about.paper})"]
            names = [name, *[""] * (len(told) - 1)]
            lines += [f"  {name:{width}}  {line}" for name, line in zip(names, told, strict=True)]
        lines.append("")
    return "\n".join(lines).rstrip()
