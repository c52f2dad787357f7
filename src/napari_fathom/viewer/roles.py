"""What a layer is for: its role, kept under one namespaced metadata key.

Layers are found by role, never by name: a user may rename them. Pure: knows neither Qt nor a running napari.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Protocol, TypeVar

__all__ = ["KEY", "Role", "Tagged", "details_of", "find", "find_all", "role_of", "survey_of", "tag"]

KEY = "napari-fathom"
"""The one key that this plugin uses in `layer.metadata`."""

SCHEMA = 1


class Role(StrEnum):
    """What a layer shows."""

    SV = "sv"
    COMPOSITE = "composite"
    SEABED = "seabed"
    LABELS = "labels"
    """The paint window: the only layer that a hand edits."""
    OVERVIEW = "overview"
    """Strokes of the whole survey, around the paint window; never painted."""
    CLASS = "class"
    CLUSTER = "cluster"
    AMBIGUITY = "ambiguity"
    PREVIEW = "preview"
    """What the strokes so far would make of the part in view; gone when nobody wants to see it."""
    REGION = "region"
    """The rectangle that the user draws to say where."""
    MOSAIC = "mosaic"
    """The pictures of a collection's objects."""
    SELECTION = "selection"
    """Which objects of the mosaic are selected."""
    HEADING = "heading"
    """What the groups of the mosaic are called."""


class Tagged(Protocol):
    """Anything with a metadata dict, as every napari layer has."""

    @property
    def metadata(self) -> dict[Any, Any]:
        """Free for plugins to use."""


T = TypeVar("T", bound=Tagged)


def tag(role: Role, survey: str, **details: Any) -> dict[str, dict[str, Any]]:
    """Metadata for a new layer.

    Parameters
    ----------
    role : Role
        What the layer shows.
    survey : str
        The survey's fingerprint: two surveys may be open in one viewer.
    **details
        Whatever the role needs besides, such as `frequency_hz` of an Sv layer.
    """
    return {KEY: {"schema": SCHEMA, "role": str(role), "survey": survey, **details}}


def details_of(layer: Tagged) -> Mapping[str, Any]:
    """Everything under our key; empty for a layer that is not ours."""
    found = layer.metadata.get(KEY, {})
    return found if isinstance(found, Mapping) else {}


def role_of(layer: Tagged) -> Role | None:
    """The layer's role, or None for a layer that is not ours (or a newer version's role)."""
    name = details_of(layer).get("role")
    return Role(name) if name in set(Role) else None


def survey_of(layer: Tagged) -> str | None:
    """Fingerprint of the survey that the layer belongs to; None for a layer that is not ours."""
    survey = details_of(layer).get("survey")
    return None if survey is None else str(survey)


def find_all(layers: Iterable[T], role: Role, *, survey: str | None = None, **details: Any) -> Iterator[T]:
    """Every layer with this role, in the viewer's order.

    Parameters
    ----------
    layers : iterable of layers
        Such as `viewer.layers`.
    role : Role
        What to look for.
    survey : str, optional
        Only layers of this survey.
    **details
        Further entries that must match, such as `frequency_hz=38000.0`.
    """
    for layer in layers:
        if role_of(layer) is not role or (survey is not None and survey_of(layer) != survey):
            continue
        if all(details_of(layer).get(name) == value for name, value in details.items()):
            yield layer


def find(layers: Iterable[T], role: Role, *, survey: str | None = None, **details: Any) -> T | None:
    """The first layer that `find_all` finds, or None: the user may have deleted it."""
    return next(find_all(layers, role, survey=survey, **details), None)
