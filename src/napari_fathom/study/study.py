"""A study: one survey, its labels, models and answers, in one folder that survives anything."""

from pathlib import Path
from typing import Any, ClassVar

from napari_fathom.echogram.model import Echogram
from napari_fathom.labels import DEFAULT_CLASSES, Classes, LabelEvent, LabelStore
from napari_fathom.study.document import DataKind
from napari_fathom.study.linked import LinkedStudy
from napari_fathom.study.prediction_store import PredictionStore

__all__ = ["Study"]


class Study(LinkedStudy[Echogram, LabelStore]):
    """An open study of a survey: `labels` is what was painted."""

    kind: ClassVar[DataKind] = "echogram"
    data_type: ClassVar[type[Any]] = Echogram
    labels_type: ClassVar[type[Any]] = LabelStore

    @property
    def echogram(self) -> Echogram:
        """The survey, lazy."""
        return self.data

    @property
    def journal(self) -> list[LabelEvent]:
        """Every change of the labels, oldest first."""
        return self.labels.journal()

    def prediction(self) -> PredictionStore | None:
        """The last whole answer; None before the first."""
        number = self._predictions.current
        return None if number is None else PredictionStore.open(self._predictions.path(number))

    def growing_prediction(self) -> PredictionStore | None:
        """An answer that is being made, or was left unfinished; its finished tiles can be shown."""
        current = self._predictions.current or 0
        unfinished = [number for number in self._predictions.numbers() if number > current]
        return PredictionStore.open(self._predictions.path(unfinished[-1])) if unfinished else None

    @classmethod
    def _sources(cls, data: Echogram) -> tuple[str, ...]:
        return data.sources

    @classmethod
    def _first_labels(cls, folder: Path, data: Echogram, classes: Classes | None) -> LabelStore:
        return cls._labels_for(folder, data, classes or DEFAULT_CLASSES)

    @classmethod
    def _make_labels(cls, path: Path, data: Echogram, classes: Classes) -> LabelStore:
        return LabelStore.create(path, data.shape[1:], classes)

    @classmethod
    def _fits(cls, labels: LabelStore, data: Echogram) -> bool:
        return labels.shape == data.shape[1:]
