"""What a simulated survey is asked to be."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

__all__ = ["SimulationSettings"]


class SimulationSettings(BaseModel):
    """A survey to simulate; equal settings give equal cells, however the survey is cut into blocks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pings: int = Field(4096, ge=16, description="Length of the survey in pings.")
    samples: int = Field(256, ge=64, description="Range cells of each ping.")
    seed: int = Field(0, ge=0, description="Another seed is another survey.")
    frequency_hz: tuple[float, ...] = Field(
        (18_000.0, 38_000.0, 120_000.0, 200_000.0), min_length=1, description="Channels, ascending, in Hz."
    )
    range_step_m: float = Field(0.25, gt=0, le=2, description="Height of one cell in metres.")
    ping_interval_s: float = Field(1.0, gt=0, description="Time between pings in seconds.")
    pulse_s: float = Field(
        1.024e-3, gt=0, description="Pulse duration in seconds; correlates speckle in range."
    )
    sound_speed_m_s: float = Field(1490.0, gt=1300, lt=1700, description="In metres per second.")
    fish_share: float = Field(0.01, ge=0, le=0.2, description="Share of cells that are fish.")
    sandeel_fraction: float = Field(0.5, ge=0, le=1, description="Share of the fish cells that are sandeel.")
    school_response_sd_db: float = Field(1.2, ge=0, description="How much schools of a species differ, dB.")
    survey_response_sd_db: float = Field(
        0.5, ge=0, description="How much a species differs between surveys, dB."
    )
    survey_gain_sd_db: float = Field(0.3, ge=0, description="Calibration error of each channel, dB.")
    dropout_share: float = Field(
        0.01, ge=0, lt=1, description="Share of pings weakened or lost (bubbles, bad weather)."
    )
    spike_share: float = Field(
        0.004, ge=0, lt=1, description="Share of pings with another sounder's pulse at 120–200 kHz."
    )

    @field_validator("frequency_hz")
    @classmethod
    def _ascending(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(b <= a for a, b in pairwise(value)) or value[0] < 1000:
            raise ValueError(f"frequencies {value}: expected ascending values in Hz, such as 18000, 38000")
        return value

    @property
    def range_m(self) -> NDArray[np.float64]:
        """Range of each cell's middle from the transducer, metres, shape (samples,)."""
        return np.asarray((np.arange(self.samples) + 0.5) * self.range_step_m, dtype=np.float64)

    @property
    def pulse_samples(self) -> int:
        """Length of the pulse in cells."""
        return max(1, round(self.pulse_s * self.sound_speed_m_s / 2 / self.range_step_m))
