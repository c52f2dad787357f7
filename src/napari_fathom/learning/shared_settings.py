"""What every training run depends on, of pixels or of images, with bounds and a sentence for its tooltip."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Share", "SharedSettings"]

Share = Annotated[float, Field(ge=0, le=1)]


class SharedSettings(BaseModel):
    """The loop, the optimiser and DC3; `TrainSettings` and `ImageSettings` add what is theirs.

    Frozen and stored with the model, so that a run can be told and repeated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # What is learned
    method: str = Field("predklus", description="How the network learns: a name in METHODS.")
    ambiguity: bool = Field(
        True, description="Train the ambiguity head (DC3); without it ambiguity is 1 − max p."
    )

    # The labels
    held_out: float = Field(
        0.2,
        ge=0,
        le=0.5,
        description="Share of each class's labels, whole strokes or groups, kept out to judge by.",
    )

    # The unlabelled
    strong: float = Field(
        2.5,
        ge=1,
        le=5,
        description="How much larger all random changes are in a strong view (FixMatch, UniMatch).",
    )
    pseudo_label_weight: float = Field(
        1.0, ge=0, description="Weight of what the network's own answers teach it (…Match, Pseudo-Label)."
    )
    threshold: Share = Field(
        0.95, description="How sure an answer must be to become a pseudo-label (not FreeMatch, SoftMatch)."
    )
    ramp: Share = Field(
        0.4, description="Share of the run over which the weight of the unlabelled grows to its full size."
    )
    teacher_memory: float = Field(
        0.999,
        ge=0,
        lt=1,
        description="Memory of a teacher's average of the weights (Mean-Teacher, UniMatch).",
    )

    mutual_weight: float = Field(
        1.0, ge=0, description="Weight of the mutual information of two views' clusters (FOC)."
    )
    head_copies: int = Field(
        5, ge=1, le=20, description="Heads of each kind, of which the best is kept (FOC, IIC)."
    )
    warm_up: Share = Field(0.1, description="Share of the run that says nothing of the labels yet (FOC).")

    # The clusters and the ambiguity
    clusters: int = Field(512, ge=2, le=65535, description="Number of clusters K.")
    cluster_weight: float = Field(1.0, ge=0, description="Weight of the clustering objective (PredKlus).")
    ambiguity_prior: Share = Field(
        0.1, description="Expected share of ambiguous pixels or images (DC3's p_A)."
    )
    ambiguity_anchor: Share = Field(
        0.5,
        description="How much 1 − max p, not the head itself, ranks by ambiguity; 0 is DC3's own.",
    )
    inverse_weight: float = Field(10.0, ge=0, description="Weight of DC3's inverse cross-entropy.")
    ambiguity_weight: float = Field(0.1, ge=0, description="Weight of DC3's ambiguity loss.")
    similarity_weight: float = Field(
        0.1, ge=0, description="Weight of DC3's similarity of two views of the same thing."
    )

    # The optimiser
    batch: int = Field(2, ge=1, le=1024, description="Patches or images in a mini-batch.")
    optimiser: Literal["adam", "nesterov"] = Field(
        "adam", description="Adam, or stochastic gradient descent with Nesterov's momentum."
    )
    learning_rate: float = Field(
        3e-5, gt=0, le=1, description="The optimiser's step size; the filter bank's is five times as large."
    )
    beta1: float = Field(0.9, ge=0, lt=1, description="Memory of the gradient; Nesterov's momentum.")
    beta2: float = Field(0.999, ge=0, lt=1, description="Adam's memory of the squared gradient.")
    weight_decay: float = Field(1e-5, ge=0, description="The optimiser's pull of the weights to zero.")
    schedule: Literal["constant", "cosine", "gentle"] = Field(
        "constant",
        description="Keep the step size, lower it to zero along a cosine, or only to a fifth (FixMatch's).",
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
    seed: int = Field(0, ge=0, description="All randomness starts here.")

    @property
    def step_size(self) -> float:
        """The learning rate that the network is trained with."""
        return self.learning_rate

    @property
    def dc3_items(self) -> int | None:
        """How many of a mini-batch's items DC3's losses look at; None for all."""
        return None
