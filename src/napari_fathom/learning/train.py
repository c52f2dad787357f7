"""Training, as others call it: arrays in, a model out."""

from collections.abc import Iterator, Sequence
from threading import Event as StopEvent

from napari_fathom.events import Done, Event
from napari_fathom.learning.batch import Batch
from napari_fathom.learning.field import Field, LabelField
from napari_fathom.learning.loop import Loop
from napari_fathom.learning.model import Model
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.pixel_task import PixelTask
from napari_fathom.learning.settings import TrainSettings

__all__ = ["Training"]


class Training(Loop[Network, Batch, Model]):
    """One run on a survey, from painted strokes to a model.

    Parameters
    ----------
    field : Field
    labels : LabelField
        Partial labels of the same shape; must not change meanwhile.
    class_names : sequence of str
        Names of the class values 1…C.
    settings : TrainSettings
    start : Model, optional
        Where to go on from; without it, from random weights.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        Ends the run within a second when set, also from inside a step; a method that learns no clusters then
        takes as long as a few steps to find some.

    Raises
    ------
    TrainingError
        If the labels don't fit the field, or `start` doesn't fit the settings.
    """

    def __init__(
        self,
        field: Field,
        labels: LabelField,
        class_names: Sequence[str],
        settings: TrainSettings,
        *,
        start: Model | None = None,
        device: str | None = None,
        stop: StopEvent | None = None,
    ) -> None:
        self._pixels = PixelTask(field, labels, class_names, settings, start)
        super().__init__(self._pixels, device=device, stop=stop)

    def events(self) -> Iterator[Event[Model]]:
        """Train, as `Loop.events`; at the end clusters are found, unless the method has learned some."""
        for event in super().events():
            if isinstance(event, Done):
                self._best = self._pixels.finished(event.result, self._device, self._batch)
                event = Done(self._best)
            yield event
