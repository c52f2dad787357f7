"""Three sets of settings, and which of them suits this machine."""

from napari_fathom.learning.hardware import Hardware
from napari_fathom.learning.settings import TrainSettings

__all__ = ["LAPTOP", "PAPER", "PRESETS", "WORKSTATION", "propose"]

PAPER = "Paper"
WORKSTATION = "Workstation GPU"
LAPTOP = "Laptop CPU"

_PAPER = TrainSettings()

_LIVELY = TrainSettings(
    method="supseg",
    scale_db=25.0,
    flip=True,
    gain_db=1.5,
    channel_gain_db=1.0,
    rest_class="background",
    grow=0.01,
    teacher_memory=0.99,
    schedule="cosine",
    weight_average=0.98,
    keep="last",
    precision="auto",
)
"""What both quick presets share: hundreds of steps, not fifty thousand, must do.

Chosen on simulated surveys (`docs/benchmarks.md`), the method too: in so few steps nothing is clearly ahead
of SupSeg, and PredKlus takes twice as long (`docs/choosing-a-method.md`). By the end of a cosine the averaged
weights are at their best, while the few strokes that are held out can't tell one epoch from another: the last
is kept.
"""

PRESETS: dict[str, TrainSettings] = {
    PAPER: _PAPER,
    WORKSTATION: _LIVELY.model_copy(
        update={
            "width": 64,
            "patch": 256,
            "batch": 8,
            "learning_rate": 3e-4,
            "steps": 50,
            "epochs": 60,
            "patience": 20,
        }
    ),
    LAPTOP: _LIVELY.model_copy(
        update={
            "width": 16,
            "patch": 64,
            "batch": 4,
            "clusters": 64,
            "components": 16,
            "cluster_pixels": 8192,
            "ambiguity_pixels": 1024,
            "similarity_weight": 0.0,
            "learning_rate": 2e-3,
            "steps": 40,
            "epochs": 20,
            "patience": 20,
            "tile": 512,
        }
    ),
}
"""By name, as the menu shows them; every value of each can be changed."""


def propose(hardware: Hardware) -> str:
    """Name of the preset for a machine.

    Parameters
    ----------
    hardware : Hardware
        As `find_hardware` finds it.

    Returns
    -------
    str
        A key of `PRESETS`. *Paper* is never proposed: it wants fifty thousand steps.
    """
    return WORKSTATION if hardware.device == "cuda" and hardware.memory_gb >= 8 else LAPTOP
