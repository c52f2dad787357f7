"""Partial labels of a survey: classes, and the store that keeps every stroke on disk."""

from napari_fathom.labels.classes import DEFAULT_CLASSES, LARGEST_VOTE, Classes, ClassInfo
from napari_fathom.labels.journal import LabelEvent
from napari_fathom.labels.store import LabelStore

__all__ = ["DEFAULT_CLASSES", "LARGEST_VOTE", "ClassInfo", "Classes", "LabelEvent", "LabelStore"]
