"""Every value that training depends on, with its bounds and a sentence for its tooltip."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from napari_fathom.learning.geometry import alignment
from napari_fathom.learning.scaling import Scaling

__all__ = ["TrainSettings"]

Share = Annotated[float, Field(ge=0, le=1)]


class TrainSettings(BaseModel):
    """All settings of a training run; the defaults are the preset *Paper*.

    Frozen and stored with the model, so that a run can be told and repeated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # What is learned
    method: str = Field("predklus", description="How the network learns: a name in METHODS.")
    ambiguity: bool = Field(
        True, description="Train the ambiguity head (DC3); without it ambiguity is 1 − max p."
    )

    # The network
    width: int = Field(
        64, ge=1, le=256, description="Channels of the U-Net's first stage; each stage doubles them."
    )
    depth: int = Field(5, ge=1, le=7, description="Stages of the U-Net.")

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
    held_out: float = Field(
        0.2,
        ge=0,
        le=0.5,
        description="Share of each class's painted pixels, whole strokes, kept out to judge by.",
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

    # The unpainted
    rest_class: str = Field(
        "", description="Class that nearly every unpainted cell is of (background); empty: assume nothing."
    )
    rest_weight: float = Field(
        4.0, ge=0, le=100, description="Weight of that assumption against the painted pixels."
    )

    # The clusters
    cluster_weight: float = Field(1.0, ge=0, description="Weight of the clustering objective.")
    clusters: int = Field(512, ge=2, le=65535, description="Number of clusters K.")
    components: int = Field(32, ge=1, description="Principal components kept of the features before k-means.")
    kmeans_iterations: int = Field(10, ge=1, le=100, description="k-means iterations for each mini-batch.")
    cluster_pixels: int = Field(
        131072, ge=64, description="At most this many pixels of a mini-batch are clustered and learned from."
    )
    reseed_after: int = Field(
        10, ge=1, description="A cluster empty for this many mini-batches starts anew at the farthest pixel."
    )

    # The ambiguity
    ambiguity_prior: Share = Field(0.1, description="Expected share of ambiguous pixels (DC3's p_A).")
    ambiguity_anchor: Share = Field(
        0.5,
        description="How much 1 − max p, not the head itself, ranks pixels by ambiguity; 0 is DC3's own.",
    )
    ambiguity_pixels: int = Field(
        4096, ge=16, description="Pixels of a mini-batch that DC3's losses look at."
    )
    inverse_weight: float = Field(10.0, ge=0, description="Weight of DC3's inverse cross-entropy.")
    ambiguity_weight: float = Field(0.1, ge=0, description="Weight of DC3's ambiguity loss.")
    similarity_weight: float = Field(
        0.1, ge=0, description="Weight of DC3's similarity of two views of a patch."
    )

    # The optimiser
    batch: int = Field(2, ge=1, le=1024, description="Patches in a mini-batch.")
    learning_rate: float = Field(3e-5, gt=0, le=1, description="Adam's step size.")
    beta1: float = Field(0.9, ge=0, lt=1, description="Adam's memory of the gradient.")
    beta2: float = Field(0.999, ge=0, lt=1, description="Adam's memory of the squared gradient.")
    weight_decay: float = Field(1e-5, ge=0, description="Adam's pull of the weights to zero.")
    schedule: Literal["constant", "cosine"] = Field(
        "constant", description="Keep the step size, or lower it to zero along a cosine."
    )
    weight_average: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Memory of the running average of the weights; 0 keeps the last weights.",
    )
    keep: Literal["best", "last"] = Field(
        "best", description="Keep the epoch with the best held-out kappa, or the last one (with a schedule)."
    )
    steps: int = Field(100, ge=1, description="Mini-batches in an epoch.")
    epochs: int = Field(500, ge=1, description="Epochs at most.")
    patience: int = Field(
        100, ge=1, description="Stop when held-out kappa hasn't improved for this many epochs."
    )

    # The machine
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "float32",
        description="Number format of the network's work; auto is bfloat16 where that is quicker.",
    )
    channels_last: bool = Field(True, description="Memory order that is quicker on most machines.")
    tile: int = Field(1024, ge=32, description="Side of the tiles of a prediction, halo included, cells.")
    seed: int = Field(0, ge=0, description="All randomness starts here.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        step = alignment(self.depth)
        if self.patch % step:
            raise ValueError(
                f"patch is {self.patch} cells; with depth {self.depth} it must be a multiple of {step}"
            )
        if self.ceiling_db <= self.floor_db:
            raise ValueError(f"ceiling_db ({self.ceiling_db}) must lie above floor_db ({self.floor_db})")
        return self

    @property
    def scaling(self) -> Scaling:
        """The three dB values as one."""
        return Scaling(self.floor_db, self.ceiling_db, self.scale_db)
