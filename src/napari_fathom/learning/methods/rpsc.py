"""RPSC-Self: clusters by pseudo-labels that are believed the more, the nearer a cluster's centre they are."""

from typing import ClassVar

from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.self_labelling import SelfLabelling

__all__ = ["RPSC"]


class RPSC(SelfLabelling):
    """Centres in the embedding of the images as they are, and the soft contrastive loss of strong views.

    Γ_c: mean embedding of the surest γ M / K images (Eq. 1, 2); pseudo-label c: the M / K nearest to Γ_c,
    with confidence 1 − d (Eq. 3); L of their strong views (Eq. 4, 5). With `cluster_loss` "cross-entropy"
    this is the paper's RPSC-CE.

    References
    ----------
    Liu, Cao, Fu, Yang and Yu 2024 (RPSC), Eq. 1 to 5, tables 3 (which views) and 5 (cross-entropy instead).
    """

    name: ClassVar[str] = "rpsc"
    about: ClassVar[About] = About(
        "RPSC-Self",
        "Liu et al. 2024",
        "Clusters what an encoder sees, without labels; believes pseudo-labels near a cluster's centre.",
    )
