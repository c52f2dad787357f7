"""What a simulated collection is asked to be."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from napari_fathom.plankton.simulate_forms import FORMS

__all__ = ["PlanktonSettings"]


class PlanktonSettings(BaseModel):
    """A collection to simulate; equal settings give equal images, however many follow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    objects: int = Field(1200, ge=1, description="How many images.")
    seed: int = Field(0, ge=0, description="Another seed is another collection.")
    class_names: tuple[str, ...] = Field(
        tuple(FORMS), min_length=2, description=f"Which of {', '.join(FORMS)}."
    )
    ambiguous_share: float = Field(
        0.35, ge=0, le=1, description="Share of objects that lie anywhere between two classes."
    )
    variation: float = Field(
        1.0, ge=0, le=2, description="How much objects of a class differ: 1 as told in the forms, 0 not."
    )
    slip: float = Field(0.02, ge=0, lt=1, description="Share of votes that are for a class at random.")
    annotators: int = Field(5, ge=1, description="People who vote.")
    votes: int = Field(5, ge=0, description="How many of them see each object.")
    noise: float = Field(4.0, ge=0, le=50, description="Spread of the camera's noise in grey levels.")
    background: Literal["dark", "bright"] = Field(
        "dark", description="Dark as of an UVP, or bright as of a scanner or flow camera."
    )

    @field_validator("class_names")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(names) - set(FORMS):
            raise ValueError(
                f"no form is called {', '.join(sorted(unknown))}; choose from {', '.join(FORMS)}"
            )
        if len(set(names)) < len(names):
            raise ValueError("a class is named twice; name each once")
        return names

    @field_validator("votes")
    @classmethod
    def _enough_people(cls, votes: int, info: object) -> int:
        people = getattr(info, "data", {}).get("annotators", votes)
        if votes > people:
            raise ValueError(f"{votes} votes on each object by {people} annotators; each votes once")
        return votes
