"""Under which headings the training settings are shown."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["IMAGE_SETTINGS_GROUPS", "SETTINGS_GROUPS"]

_OPTIMISER = (
    "steps",
    "epochs",
    "patience",
    "batch",
    "optimiser",
    "learning_rate",
    "beta1",
    "beta2",
    "weight_decay",
    "schedule",
    "weight_average",
    "keep",
)

SETTINGS_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Network": ("width", "depth", "voting"),
        "Data": (
            "floor_db",
            "ceiling_db",
            "scale_db",
            "patch",
            "flip",
            "gain_db",
            "channel_gain_db",
            "noise_db",
        ),
        "Labels": (
            "held_out",
            "annotation_ratio",
            "class_weights",
            "weight_memory",
            "weight_limit",
            "mine",
            "rest_class",
            "rest_weight",
            "rare_share",
            "grow",
        ),
        "Unlabelled": ("strong", "pseudo_label_weight", "threshold", "ramp", "teacher_memory"),
        "Heads": ("mutual_weight", "head_copies", "warm_up"),
        "Clusters": (
            "cluster_weight",
            "in_turn",
            "clusters",
            "components",
            "kmeans_iterations",
            "cluster_pixels",
            "reseed_after",
        ),
        "Ambiguity": (
            "ambiguity",
            "ambiguity_prior",
            "ambiguity_anchor",
            "ambiguity_pixels",
            "inverse_weight",
            "ambiguity_weight",
            "similarity_weight",
        ),
        "Optimiser": _OPTIMISER,
        "Machine": ("precision", "channels_last", "tile", "seed"),
    }
)
"""Heading to fields of `TrainSettings`, in the order they are shown."""

IMAGE_SETTINGS_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Network": ("encoder", "width", "norm", "features", "backbone", "measures"),
        "Images": ("rotate", "flip", "shift", "zoom", "contrast", "brightness", "strong", "erase"),
        "Labels": ("held_out", "draws", "soft_targets", "unlabelled_ratio"),
        "Learning to see, before": ("pretrain", "pretrain_epochs", "pretrain_batch", "queue"),
        "Methods": (
            "consistency_weight",
            "pseudo_label_weight",
            "threshold",
            "threshold_memory",
            "fairness_weight",
            "mutual_weight",
            "head_copies",
            "warm_up",
            "ramp",
            "teacher_memory",
            "trees",
        ),
        "Clusters": (
            "clusters",
            "cluster_weight",
            "clusterer",
            "projection_heads",
            "cluster_batch",
            "cluster_loss",
            "neighbours",
        ),
        "Ambiguity": (
            "ambiguity",
            "ambiguity_prior",
            "ambiguity_anchor",
            "inverse_weight",
            "ambiguity_weight",
            "similarity_weight",
        ),
        "Optimiser": _OPTIMISER,
        "Machine": ("precision", "channels_last", "answer_turns", "seed"),
    }
)
"""The same for fields of `ImageSettings`."""
