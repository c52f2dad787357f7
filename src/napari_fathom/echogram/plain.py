"""What npy, npz and mat files don't say of themselves, and how to find out what they do say."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["PlainOptions"]

Axis = Literal["frequency", "range", "ping"]


class PlainOptions(BaseModel):
    """What has to be known of a bare array to make an echogram of it.

    Attributes
    ----------
    axes : tuple of str
        Order of the array's axes, out of `frequency`, `range`, `ping`; a 2-D array has no `frequency`.
    scale : {"db", "linear"}
        Sv in dB re 1 m⁻¹, or sv in m⁻¹.
    frequencies_hz : tuple of float
        One for each index of the frequency axis, in the array's order.
    range_step_m : float
        Height of a range cell.
    ping_interval_s : float
        Time between two pings.
    first_range_m : float
        Middle of the first cell, metres from the transducer. Default: half a step.
    start : datetime
        UTC time of the first ping. Default: 1970-01-01, said in a note.
    variable : str
        Which array of an npz or mat file. Default: its only one with 2 or 3 axes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    axes: tuple[Axis, ...] | None = None
    scale: Literal["db", "linear"] | None = None
    frequencies_hz: tuple[float, ...] | None = None
    range_step_m: float | None = Field(default=None, gt=0)
    ping_interval_s: float | None = Field(default=None, gt=0)
    first_range_m: float | None = Field(default=None, ge=0)
    start: datetime | None = None
    variable: str | None = None
