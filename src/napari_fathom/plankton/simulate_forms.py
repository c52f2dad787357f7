"""Forms of simulated plankton: a few numbers each, so that one form turns into another step by step."""

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FORMS", "Form", "between", "varied"]


@dataclass(frozen=True)
class Form:
    """What a body looks like.

    Parameters
    ----------
    length : float
        Of the body, in pixels.
    width : float
        Relative to its length.
    taper : float
        How much wider the front is than the middle, and narrower the rear: 0 for an ellipse.
    blunt : float
        1 for the ends of an ellipse, 0 for those of a thread.
    bend : float
        How far the middle leaves the straight line between the ends, in half lengths.
    waist, cells : float
        Depth of the waists between the cells of a chain (0…1), and how many cells.
    rough : float
        Unevenness of the outline, in half lengths.
    opacity : float
        How much light it takes or gives (0…1).
    mottle : float
        Unevenness of that (0…1).
    hollow : float
        0 for a body, 1 for a shell.
    antenna, tail : float
        Lengths, in half lengths of the body.
    """

    length: float
    width: float
    taper: float = 0.0
    blunt: float = 1.0
    bend: float = 0.0
    waist: float = 0.0
    cells: float = 1.0
    rough: float = 0.0
    opacity: float = 0.7
    mottle: float = 0.1
    hollow: float = 0.0
    antenna: float = 0.0
    tail: float = 0.0


FORMS: dict[str, Form] = {
    "copepod": Form(58, 0.42, taper=0.3, opacity=0.85, mottle=0.2, antenna=1.3, tail=0.5),
    "pellet": Form(42, 0.36, opacity=0.95, mottle=0.05, rough=0.02),
    "chain": Form(86, 0.13, blunt=0.3, waist=0.75, cells=9, bend=0.15, opacity=0.7),
    "fibre": Form(112, 0.028, blunt=0.1, bend=0.5, opacity=0.65),
    "sphere": Form(34, 1.0, opacity=0.6, hollow=0.75, mottle=0.05),
    "detritus": Form(48, 0.72, rough=0.3, opacity=0.45, mottle=0.75),
}
"""The simulated classes, each by its typical form. Their sizes differ, so that size tells something."""

# Lengths, widths and counts vary and mix by factors; all else by differences, in these steps.
_BY_FACTOR = np.array([name in ("length", "width", "cells") for name in Form.__dataclass_fields__])
_SPREAD = np.array([0.22, 0.12, 0.08, 0.05, 0.12, 0.06, 0.2, 0.03, 0.08, 0.05, 0.06, 0.12, 0.08])
_LARGEST = np.array([400, 1.2, 0.8, 1, 1.2, 0.95, 30, 0.6, 1, 1, 1, 2.5, 1.5])


def between(forms: list[Form], shares: NDArray[np.floating]) -> Form:
    """Mix forms: halfway between two is a body that has half of each's traits.

    Parameters
    ----------
    forms : list of Form, length C
    shares : array, shape (C,)
        How much of each; they sum to 1.
    """
    return _form(shares @ np.array([_numbers(form) for form in forms]))


def varied(form: Form, rng: np.random.Generator, variation: float = 1.0) -> Form:
    """Draw one individual of a form: what it has of a trait differs, what it lacks it goes on lacking."""
    numbers = _numbers(form)
    change = rng.normal(0, 1, len(numbers)) * _SPREAD * variation
    present = _BY_FACTOR | (numbers != 0)
    return _form(np.where(present, numbers + change, numbers))


def _numbers(form: Form) -> NDArray[np.float64]:
    plain = np.array(astuple(form), np.float64)
    return np.where(_BY_FACTOR, np.log(np.where(_BY_FACTOR, plain, 1)), plain)


def _form(numbers: NDArray[np.float64]) -> Form:
    plain = np.where(_BY_FACTOR, np.exp(np.where(_BY_FACTOR, numbers, 0)), np.maximum(numbers, 0))
    return Form(*np.minimum(plain, _LARGEST).tolist())
