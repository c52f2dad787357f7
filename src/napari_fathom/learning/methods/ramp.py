"""A weight that grows while a network learns."""

from napari_fathom.learning.shared_settings import SharedSettings

__all__ = ["Ramp"]


class Ramp:
    """Grows from 0 to 1 over the first `share` of `total` mini-batches, then stays."""

    def __init__(self, share: float, total: int) -> None:
        self._length, self._count = share * total, 0

    def next(self) -> float:
        """The weight for the next mini-batch."""
        weight = 1.0 if self._count >= self._length else self._count / self._length
        self._count += 1
        return weight

    @classmethod
    def of(cls, settings: SharedSettings) -> "Ramp":
        """As the settings say."""
        return cls(settings.ramp, settings.epochs * settings.steps)
