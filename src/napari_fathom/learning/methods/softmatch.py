"""SoftMatch: FixMatch that lets every answer count, unsure ones less."""

from typing import ClassVar

from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.certainty import TruncatedGaussian, memory_for
from napari_fathom.learning.methods.fixmatch import FixMatch
from napari_fathom.learning.methods.image_rows import ImageContext

__all__ = ["SoftMatch"]


class SoftMatch(FixMatch):
    """FixMatch with a truncated Gaussian for its threshold.

    L = CE(labelled) + w(p(weak)) · CE(strong, argmax p(weak)), w as `TruncatedGaussian` has it

    References
    ----------
    Chen et al. 2023, sections 3.2 and 3.3.
    """

    name: ClassVar[str] = "softmatch"
    about: ClassVar[About] = About(
        "SoftMatch",
        "Chen et al. 2023",
        "FixMatch in which unsure answers count too, but less.",
    )

    def __init__(self, context: ImageContext) -> None:
        memory = memory_for(context.settings)
        super().__init__(context, TruncatedGaussian(context.classes, memory, context.device))
