"""Classes of a model to start from, and those of now: a class keeps its name, not its number."""

from collections.abc import Iterator, Sequence

from napari_fathom.events import Note

__all__ = ["others_of_as_many", "shared_classes", "strangers"]


def shared_classes(theirs: Sequence[str], ours: Sequence[str]) -> list[tuple[int, int]]:
    """Places (here, there), counted from 0, of each class that both know."""
    known = {name: place for place, name in enumerate(theirs)}
    return [(place, known[name]) for place, name in enumerate(ours) if name in known]


def others_of_as_many(theirs: Sequence[str], ours: Sequence[str]) -> bool:
    """Whether what a method keeps of each class would fit, and yet be another's."""
    return len(theirs) == len(ours) and tuple(theirs) != tuple(ours)


def strangers(theirs: Sequence[str], ours: Sequence[str], labelled: str) -> Iterator[Note]:
    """Say which classes the start model doesn't know, and which of its own it has to forget.

    Parameters
    ----------
    theirs, ours : sequence of str
    labelled : str
        What one does to give a class: 'painted', 'labelled'.
    """
    if new := [name for name in ours if name not in theirs]:
        yield Note(f"The model to start from doesn't know {', '.join(new)}; that is learned from scratch.")
    if gone := [name for name in theirs if name not in ours]:
        yield Note(
            f"The model to start from knows {', '.join(gone)}, of which nothing is {labelled} now.",
            "warning",
        )
