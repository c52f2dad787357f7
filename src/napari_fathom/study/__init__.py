"""A study on disk: it joins data, labels, models and answers, and runs the jobs. No Qt.

Names are fetched when first used, so that importing this room costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari_fathom.study.answers import Answers
    from napari_fathom.study.collection_study import CollectionStudy
    from napari_fathom.study.document import StudyDocument
    from napari_fathom.study.models import ModelRecord
    from napari_fathom.study.prediction_store import PredictionStore
    from napari_fathom.study.study import Study

_HOMES = {
    "Answers": "answers",
    "CollectionStudy": "collection_study",
    "ModelRecord": "models",
    "PredictionStore": "prediction_store",
    "Study": "study",
    "StudyDocument": "document",
}

__all__ = ["Answers", "CollectionStudy", "ModelRecord", "PredictionStore", "Study", "StudyDocument"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
