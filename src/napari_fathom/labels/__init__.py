"""What people say: partial labels of a survey, votes on a collection, and the stores that keep them."""

from napari_fathom.labels.class_match import NameMatch, match_names
from napari_fathom.labels.classes import DEFAULT_CLASSES, LARGEST_VOTE, Classes, ClassInfo
from napari_fathom.labels.journal import LabelEvent
from napari_fathom.labels.store import LabelStore
from napari_fathom.labels.vote_journal import VoteEvent
from napari_fathom.labels.votes import VoteStore

__all__ = [
    "DEFAULT_CLASSES",
    "LARGEST_VOTE",
    "ClassInfo",
    "Classes",
    "LabelEvent",
    "LabelStore",
    "NameMatch",
    "VoteEvent",
    "VoteStore",
    "match_names",
]
