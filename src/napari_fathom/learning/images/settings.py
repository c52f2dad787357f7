"""Every value that training on images depends on, with its bounds and a sentence for its tooltip."""

from typing import Literal

from pydantic import Field

from napari_fathom.learning.shared_settings import Share, SharedSettings

__all__ = ["ImageSettings"]

_OF_CLUSTER_HEADS = ("projection_heads", "neighbours", "cluster_batch", "cluster_loss")
_CLUSTERS_OF_NO_CLASS = 20


class ImageSettings(SharedSettings):
    """All settings of a training run on images."""

    method: str = Field("mean-teacher", description="How is learned: a name in IMAGE_METHODS or ROW_METHODS.")
    clusters: int = Field(
        0,
        ge=0,
        le=65535,
        description="Number of clusters; 0 for five times the classes, 20 where nothing is labelled.",
    )
    clusterer: Literal["own", "kmeans", "spectral", "mixture", "birch", "hdbscan"] = Field(
        "own",
        description="How images are clustered: 'own' is as the method learns to, or else k-means; the others "
        "go by its features.",
    )
    ambiguity_prior: Share = Field(0.6, description="Expected share of ambiguous images (DC3's p_A).")
    ambiguity_anchor: Share = Field(
        0.0,
        description="How much of the ambiguity is 1 − max p, learned from and answered; 0 is the head alone.",
    )
    batch: int = Field(64, ge=1, le=1024, description="Labelled images in a mini-batch.")

    # The network
    encoder: Literal["compact", "wide", "resnet", "conv5", "vgg16", "rotation", "pretrained"] = Field(
        "compact",
        description="A small ResNet; DC3's Wide-ResNet; DeepCluster's ResNet-18, five convolutions or VGG16; "
        "AILARON's, which no turn by 90° changes; or one that timm has trained on photographs.",
    )
    width: int = Field(16, ge=4, le=256, description="Channels of the encoder's first stage.")
    norm: Literal["group", "batch"] = Field(
        "group", description="What the encoder normalises over: channels of one image, or the mini-batch."
    )
    features: int = Field(64, ge=2, le=2048, description="Numbers that the heads read of each image.")
    backbone: str = Field(
        "resnet18.a1_in1k", description="timm's name of the pretrained encoder (extra 'pretrained')."
    )
    measures: bool = Field(
        True, description="Let the heads see sizes and shapes as measured on the originals, too."
    )

    # What leaves an image of a class in that class
    rotate: bool = Field(True, description="Turn images by any angle.")
    flip: bool = Field(True, description="Mirror half of the images.")
    shift: float = Field(0.08, ge=0, le=0.5, description="Largest shift, as a share of the side.")
    zoom: float = Field(0.1, ge=0, le=0.9, description="Largest change of the size.")
    contrast: float = Field(0.2, ge=0, le=0.9, description="Largest change of the contrast to the border.")
    brightness: float = Field(0.05, ge=0, le=1, description="Largest change of the brightness.")
    erase: float = Field(
        0.3, ge=0, le=0.9, description="Largest side of the patch blanked in a strong view, of the image's."
    )

    # The labels
    draws: Literal["balanced", "natural"] = Field(
        "balanced",
        description="Draw every class alike, or labels as they come, rare classes weighing more.",
    )
    soft_targets: bool = Field(
        True,
        description="Learn shares where people disagree about an image, not the class that most gave it.",
    )
    unlabelled_ratio: int = Field(
        1, ge=1, le=16, description="Unlabelled images for each labelled one (FixMatch's paper: 7)."
    )

    # Learning to see, before
    pretrain: str = Field(
        "simclr", description="How that is done: a name in IMAGE_METHODS that needs no labels."
    )
    pretrain_epochs: int = Field(
        0,
        ge=0,
        description="Epochs of learning to see from all images, without labels, before. Who can't do without "
        "(SCAN, SPICE, RPSC) takes 0 for as many as epochs.",
    )
    pretrain_batch: int = Field(128, ge=2, le=4096, description="Images in a mini-batch of those epochs.")

    # The methods
    consistency_weight: float = Field(
        50.0, ge=0, description="Weight of the squared difference of two answers (Mean-Teacher, π-model)."
    )
    threshold_memory: float = Field(
        0.999,
        ge=0,
        lt=1,
        description="Memory of what sure means, at most a twentieth of the run (FreeMatch, SoftMatch).",
    )
    fairness_weight: float = Field(
        0.001, ge=0, description="Weight of the fairness between classes (FreeMatch)."
    )
    queue: int = Field(4096, ge=1, le=1_000_000, description="Former images that MoCo tells each one from.")
    projection_heads: int = Field(
        10, ge=1, le=50, description="Heads that cluster, of which the best is kept (SCAN, SPICE, RPSC)."
    )
    neighbours: int = Field(
        0,
        ge=0,
        le=1000,
        description="Nearest images that are compared; 0 for the papers' number (SCAN 20, RPSC-Semi 100).",
    )
    cluster_batch: int = Field(
        2000,
        ge=2,
        le=100_000,
        description="Images among which clusters are found in one step, 100 of each at most (SPICE, RPSC).",
    )
    cluster_loss: Literal["paper", "cross-entropy", "soft-contrastive"] = Field(
        "paper",
        description="How pseudo-labels of clusters are learned: soft contrastive (RPSC), by cross-entropy "
        "(SCAN, SPICE), or either in all of them.",
    )
    trees: int = Field(300, ge=1, le=10000, description="Trees of the forest.")

    # The answer
    answer_turns: int = Field(
        1,
        ge=1,
        le=8,
        description="Turned and (from 5 on) mirrored copies of an image whose features are averaged, "
        "as far as `rotate` and `flip` allow.",
    )

    def pretraining(self, epochs: int) -> "ImageSettings":
        """Of the run that learns to see for so many epochs, on the same network.

        What only those read that go on from it is as by default, so that all of them ask for the same run.
        """
        fields = type(self).model_fields
        return self.model_copy(
            update={
                **{name: fields[name].default for name in _OF_CLUSTER_HEADS},
                "method": self.pretrain,
                "ambiguity": False,
                "batch": self.pretrain_batch,
                "unlabelled_ratio": 1,
                "epochs": epochs,
                "pretrain_epochs": 0,
                "keep": "last",
            }
        )

    @property
    def step_size(self) -> float:
        """The learning rate; a tenth of it for SCAN, which else unlearns what its encoder sees."""
        return self.learning_rate * (0.1 if self.method == "scan" else 1)

    @property
    def copies_asked(self) -> int:
        """How many copies of an image are asked about: none is turned or mirrored that no view ever was.

        What has learned of upright images alone has never seen one that lies.
        """
        if not self.rotate:
            return 1
        return self.answer_turns if self.flip else min(self.answer_turns, 4)

    def clusters_for(self, classes: int) -> int:
        """K for C classes: 5 C where it isn't given (DC3, section 3.3); 20 where there are none."""
        return self.clusters or 5 * classes or _CLUSTERS_OF_NO_CLASS
