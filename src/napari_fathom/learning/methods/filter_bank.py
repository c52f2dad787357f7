"""Filter bank: SupSeg's objective on fixed Gaussian features; what the preview while painting uses."""

from typing import ClassVar

from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.supseg import SupSeg

__all__ = ["FilterBank"]


class FilterBank(SupSeg):
    """Sixteen recursive Gaussian features of each frequency, and a small network that reads them.

    Nothing deeper is learned than what a cell's surroundings of up to some 16 cells look like. It trains in
    seconds; `nets/filter_bank.py` tells the features.

    References
    ----------
    van Vliet, Young and Verbeek 1998 (the recursion). The idea: Berg et al. 2019 (ilastik), Nature Methods
    16, 1226-1232; Arganda-Carreras et al. 2017 (Trainable Weka Segmentation), Bioinformatics 33, 2424-2426.
    """

    name: ClassVar[str] = "filter-bank"
    about: ClassVar[About] = About(
        "Filter bank",
        "van Vliet et al. 1998; Berg et al. 2019",
        "Sixteen fixed filters a frequency and a small network. Trains in seconds; sees only near by.",
    )
