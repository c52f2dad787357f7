"""Sets of settings for images, and which of them suits this machine."""

from napari_fathom.learning.hardware import Hardware
from napari_fathom.learning.images.settings import ImageSettings

__all__ = ["IMAGE_PRESETS", "LAPTOP", "PAPER", "WORKSTATION", "propose_for_images"]

PAPER = "Paper"
WORKSTATION = "Workstation GPU"
LAPTOP = "Laptop CPU"

_PAPER = ImageSettings(
    encoder="wide",
    width=32,
    norm="batch",
    features=128,
    measures=False,
    rotate=False,
    shift=0.125,
    zoom=0.0,
    contrast=0.0,
    brightness=0.0,
    draws="natural",
    optimiser="nesterov",
    learning_rate=0.01,
    weight_decay=5e-4,
    schedule="gentle",
    weight_average=0.999,
    keep="last",
    steps=128,
    epochs=128,
    patience=128,
)
"""DC3's own run: 64 labelled and 64 unlabelled images in each of 16,384 steps (README of its code)."""

_LIVELY = ImageSettings(
    method="discriminant",
    learning_rate=2e-3,
    weight_decay=1e-4,
    schedule="cosine",
    weight_average=0.98,
    teacher_memory=0.99,
    threshold_memory=0.99,
    keep="last",
    precision="auto",
    answer_turns=4,
    consistency_weight=10.0,
    ambiguity_anchor=1.0,
)
"""What both quick presets share: hundreds of steps must do, and averages must forget as fast.

The method is the one that won (`docs/benchmarks-plankton.md`): few labels teach a network less than they
teach a discriminant on many measures that learns from the unlabelled images too.

`docs/method-images.md` has what a consistency of 50 cost in so few steps, and what an ambiguity head that
ranks by itself had to say.
"""

IMAGE_PRESETS: dict[str, ImageSettings] = {
    PAPER: _PAPER,
    WORKSTATION: _LIVELY.model_copy(
        update={"width": 32, "features": 128, "steps": 100, "epochs": 40, "patience": 40}
    ),
    LAPTOP: _LIVELY.model_copy(update={"batch": 32, "steps": 40, "epochs": 15, "patience": 15}),
}
"""By name, as the menu shows them; every value of each can be changed."""


def propose_for_images(hardware: Hardware) -> str:
    """Name of the preset for a machine.

    Parameters
    ----------
    hardware : Hardware
        As `find_hardware` finds it.

    Returns
    -------
    str
        A key of `IMAGE_PRESETS`. *Paper* is never proposed: it wants sixteen thousand steps.
    """
    return WORKSTATION if hardware.device == "cuda" and hardware.memory_gb >= 8 else LAPTOP
