"""Options for what npy, npz and mat files don't say of themselves."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import click

__all__ = ["plain_options"]

AXES = ("frequency", "range", "ping")


def _axes(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    axes = tuple(axis.strip() for axis in value.split(","))
    if not set(axes) <= set(AXES) or len(set(axes)) != len(axes):
        raise click.BadParameter(f"{value!r}: expected frequency, range and ping in some order")
    return axes


def _hertz(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[float, ...] | None:
    if value is None:
        return None
    try:
        return tuple(1000 * float(part) for part in value.split(","))
    except ValueError as error:
        raise click.BadParameter(f"{value!r}: expected numbers in kHz, such as 18,38,120,200") from error


_OPTIONS = (
    click.option("--axes", callback=_axes, metavar="A,B,C", help="The array's axes: frequency,range,ping."),
    click.option("--scale", type=click.Choice(["db", "linear"]), help="Sv in dB, or linear sv in 1/m."),
    click.option("--khz", callback=_hertz, metavar="18,38,...", help="Frequencies in the array's order."),
    click.option("--range-step", type=float, metavar="METRES", help="Height of one cell."),
    click.option("--first-range", type=float, metavar="METRES", help="Middle of the first cell."),
    click.option("--ping-interval", type=float, metavar="SECONDS", help="Time between two pings."),
    click.option("--start", type=click.DateTime(), help="UTC time of the first ping."),
    click.option("--variable", help="Which array of an npz or mat file."),
)


def plain_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options; it gets `plain`, a `PlainOptions`, or None where none was given."""

    @wraps(command)
    def with_plain(
        *args: Any,
        axes: tuple[str, ...] | None,
        scale: str | None,
        khz: tuple[float, ...] | None,
        range_step: float | None,
        first_range: float | None,
        ping_interval: float | None,
        start: datetime | None,
        variable: str | None,
        **options: Any,
    ) -> Any:
        from napari_fathom.cli.settings_options import validated
        from napari_fathom.echogram.plain import PlainOptions

        given = {
            "axes": axes,
            "scale": scale,
            "frequencies_hz": khz,
            "range_step_m": range_step,
            "first_range_m": first_range,
            "ping_interval_s": ping_interval,
            "start": None if start is None else start.replace(tzinfo=UTC),
            "variable": variable,
        }
        said = {name: value for name, value in given.items() if value is not None}
        return command(*args, plain=validated(PlainOptions, said) if said else None, **options)

    for option in reversed(_OPTIONS):
        with_plain = option(with_plain)
    return with_plain
