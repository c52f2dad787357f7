"""Every value that training on a survey depends on, with its bounds and a sentence for its tooltip."""

from typing import Literal, Self

from pydantic import Field, model_validator

from napari_fathom.learning.geometry import PATCH_SIDE, Geometry, Voting, alignment, body_of, geometry_of
from napari_fathom.learning.scaling import Scaling
from napari_fathom.learning.shared_settings import Share, SharedSettings

__all__ = ["TrainSettings"]


class TrainSettings(SharedSettings):
    """All settings of a training run on pixels; the defaults are the preset *Paper*."""

    # The network
    width: int = Field(
        64,
        ge=1,
        le=256,
        description="Channels of the U-Net's first stage, each stage doubles them; units of the filter bank.",
    )
    depth: int = Field(5, ge=1, le=7, description="Stages of the U-Net.")
    voting: Voting = Field(
        "8",
        description="SemiClf: patches so many cells apart vote, seen exactly; or all (dense), in one pass "
        "that shows each its surroundings, which it never learned from.",
    )

    # The data
    floor_db: float = Field(-75.0, description="Weaker and missing values become this, dB re 1 m⁻¹.")
    ceiling_db: float = Field(0.0, description="Stronger values become this, dB re 1 m⁻¹.")
    scale_db: float = Field(1.0, gt=0, description="Decibels in one unit of the network's input.")
    patch: int = Field(256, ge=8, le=2048, description="Side of the square training patches, cells.")
    flip: bool = Field(False, description="Mirror half of the patches along the track.")
    gain_db: float = Field(
        0.0, ge=0, le=20, description="Shift all channels of a patch by a normal of this spread, dB."
    )
    channel_gain_db: float = Field(
        0.0, ge=0, le=20, description="Shift each channel by a normal of this spread, dB."
    )
    noise_db: float = Field(0.0, ge=0, le=20, description="Add normal noise of this spread to each cell, dB.")

    # The labels
    annotation_ratio: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Share of the painted patches (on a grid of side patch) whose labels are learned from; "
        "the others count as unlabelled. To compare, as PredKlus' tables do.",
    )
    class_weights: Literal["predicted", "none"] = Field(
        "predicted",
        description="Weigh classes by how seldom the network predicts them (Eq. 5), or not at all.",
    )
    weight_memory: float = Field(
        0.9, ge=0, lt=1, description="How much of the last batch's predicted class shares is kept for Eq. 5."
    )
    weight_limit: float = Field(
        20.0, ge=1, description="Largest ratio between the weights of a rare class and of an average one."
    )
    mine: Share = Field(
        0.0,
        description="Share of the patches around painted cells that are drawn where the last epoch's network "
        "surely contradicted the strokes; 0 draws all alike.",
    )

    # The unpainted
    rest_class: str = Field(
        "", description="Class that nearly every unpainted cell is of (background); empty: assume nothing."
    )
    rest_weight: float = Field(
        1.0, ge=0, le=100, description="Weight of that assumption against the painted pixels."
    )
    rare_share: Share = Field(
        0.01,
        description="Share of the survey that all other classes together are thought to have; the fewer of "
        "them are painted, the more a painted pixel counts.",
    )
    grow: float = Field(
        0.0,
        ge=0,
        le=0.2,
        description="Painted areas of other classes grow over connected cells that resemble them more than "
        "all but this share of the survey does; 0 leaves them as painted.",
    )

    # The clusters
    in_turn: bool = Field(
        True,
        description="PredKlus: a step for the clusters and one for the classes in turn, as in the paper; "
        "otherwise one for their sum, which is half the work.",
    )
    components: int = Field(32, ge=1, description="Principal components kept of the features before k-means.")
    kmeans_iterations: int = Field(10, ge=1, le=100, description="k-means iterations for each mini-batch.")
    cluster_pixels: int = Field(
        131072, ge=64, description="At most this many pixels of a mini-batch are clustered and learned from."
    )
    reseed_after: int = Field(
        10, ge=1, description="A cluster empty for this many mini-batches starts anew at the farthest pixel."
    )

    # The ambiguity
    ambiguity_pixels: int = Field(
        4096, ge=16, description="Pixels of a mini-batch that DC3's losses look at."
    )

    # The machine
    tile: int = Field(1024, ge=32, description="Side of the tiles of a prediction, halo included, cells.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        step = alignment(self.depth)
        if self.patch % step:
            raise ValueError(
                f"patch is {self.patch} cells; with depth {self.depth} it must be a multiple of {step}"
            )
        if body_of(self.method) == "patches" and self.patch % PATCH_SIDE:
            raise ValueError(
                f"patch is {self.patch} cells; for {self.method} it must be a multiple of {PATCH_SIDE}, the "
                "side of what it classifies"
            )
        if self.ceiling_db <= self.floor_db:
            raise ValueError(f"ceiling_db ({self.ceiling_db}) must lie above floor_db ({self.floor_db})")
        return self

    @property
    def step_size(self) -> float:
        """The learning rate; five times as much for the filter bank, whose single layer needs it."""
        return self.learning_rate * (5 if body_of(self.method) == "filter-bank" else 1)

    @property
    def dc3_items(self) -> int:
        """How many of a mini-batch's pixels DC3's losses look at."""
        return self.ambiguity_pixels

    @property
    def geometry(self) -> Geometry:
        """How the tiles of a prediction lie."""
        return geometry_of(body_of(self.method), self.depth, self.voting)

    @property
    def scaling(self) -> Scaling:
        """The three dB values as one."""
        return Scaling(self.floor_db, self.ceiling_db, self.scale_db)
