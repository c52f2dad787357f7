"""How images are to be seen: options of `fathom convert`."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from napari_fathom.cli.settings_options import validated

if TYPE_CHECKING:
    from napari_fathom.plankton import ImageOptions, Offer

__all__ = ["image_options", "offer_line"]

_FLAGS = {
    "invert": "--invert",
    "crop_bottom_px": "--crop-bottom",
    "stretch": "--stretch",
    "side": "--side",
    "full_scale": "--full-scale",
}
"""Which option of the command line sets which of `ImageOptions`."""


def image_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of images, handed over as `image_options`; None where none was given."""

    @wraps(command)
    def with_options(
        *args: Any,
        invert: bool | None,
        crop_bottom: int | None,
        stretch: bool | None,
        side: int | None,
        full_scale: float | None,
        **others: Any,
    ) -> Any:
        given = dict(zip(_FLAGS, (invert, crop_bottom, stretch, side, full_scale), strict=True))
        return command(*args, image_options=_options(given), **others)

    for option in (
        click.option(
            "--full-scale",
            type=float,
            metavar="GREY",
            help="Images of more than 8 bits: what counts as white, such as 4095 for a camera of 12 bits.",
        ),
        click.option("--side", type=int, metavar="PX", help="Images: side of the vignettes; default 64."),
        click.option(
            "--stretch", is_flag=True, default=None, help="Images: use the whole range of grey in each."
        ),
        click.option(
            "--crop-bottom",
            type=int,
            metavar="PX",
            help="Images: rows to cut off below; 31 is EcoTaxa's scale bar.",
        ),
        click.option("--invert", is_flag=True, default=None, help="Images: swap black and white."),
    ):
        with_options = option(with_options)
    return with_options


def offer_line(offer: "Offer") -> str:
    """An offer as what would be typed to take it, and why one might."""
    value = "" if offer.value is True else f" {offer.value:g}"
    grade = "recommended" if offer.recommended else "a matter of taste"
    return f"{_FLAGS[offer.option]}{value} ({grade}): {offer.reason}"


def _options(given: dict[str, Any]) -> "ImageOptions | None":
    from napari_fathom.plankton import ImageOptions

    values = {name: value for name, value in given.items() if value is not None}
    return validated(ImageOptions, values) if values else None
