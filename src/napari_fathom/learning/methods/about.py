"""What a scientist should know of a method before choosing it."""

from dataclasses import dataclass

__all__ = ["About"]


@dataclass(frozen=True)
class About:
    """One line of the shelf.

    Parameters
    ----------
    title : str
        As its paper calls it.
    paper : str
        Who, when.
    advice : str
        When to choose it: a sentence or two.
    """

    title: str
    paper: str
    advice: str
