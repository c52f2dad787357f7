"""One file for each published method; `METHODS`, `IMAGE_METHODS` and `ROW_METHODS` name them."""

from napari_fathom.errors import TrainingError
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.autoencoder import Autoencoder
from napari_fathom.learning.methods.base import Loss, Method, MethodContext, PixelMethod, Rows
from napari_fathom.learning.methods.dc3 import DC3
from napari_fathom.learning.methods.dec import DEC
from napari_fathom.learning.methods.deepcluster import DeepCluster
from napari_fathom.learning.methods.discriminant import Discriminant
from napari_fathom.learning.methods.filter_bank import FilterBank
from napari_fathom.learning.methods.fixmatch import FixMatch
from napari_fathom.learning.methods.foc import FOC, FOCLight
from napari_fathom.learning.methods.forest import Forest
from napari_fathom.learning.methods.freematch import FreeMatch
from napari_fathom.learning.methods.iic import IIC
from napari_fathom.learning.methods.image_predklus import ImagePredKlus
from napari_fathom.learning.methods.image_rows import ImageContext, ImageMethod
from napari_fathom.learning.methods.mean_teacher import MeanTeacher
from napari_fathom.learning.methods.moco import MoCo
from napari_fathom.learning.methods.pi_model import PiModel
from napari_fathom.learning.methods.pixel_foc import PixelFOC
from napari_fathom.learning.methods.predklus import PredKlus
from napari_fathom.learning.methods.pseudo_label import PseudoLabel
from napari_fathom.learning.methods.row_method import RowClassifier
from napari_fathom.learning.methods.rpsc import RPSC
from napari_fathom.learning.methods.rpsc_semi import RPSCSemi
from napari_fathom.learning.methods.scan import SCAN
from napari_fathom.learning.methods.semiclf import SemiClf
from napari_fathom.learning.methods.semicps import SemiCPS
from napari_fathom.learning.methods.simclr import SimCLR
from napari_fathom.learning.methods.softmatch import SoftMatch
from napari_fathom.learning.methods.spice import SPICE
from napari_fathom.learning.methods.supervised import Supervised
from napari_fathom.learning.methods.supseg import SupSeg
from napari_fathom.learning.methods.unimatch import UniMatch
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.settings import TrainSettings

__all__ = [
    "BLIND_METHODS",
    "CLUSTERING_METHODS",
    "DC3",
    "IMAGE_METHODS",
    "METHODS",
    "PRETRAINING_METHODS",
    "ROW_METHODS",
    "Loss",
    "Method",
    "MethodContext",
    "PredKlus",
    "Rows",
    "SupSeg",
    "learns_clusters",
    "make_image_method",
    "make_method",
]

METHODS: dict[str, type[PixelMethod]] = {
    SupSeg.name: SupSeg,
    UniMatch.name: UniMatch,
    PredKlus.name: PredKlus,
    SemiCPS.name: SemiCPS,
    PixelFOC.name: PixelFOC,
    SemiClf.name: SemiClf,
    FilterBank.name: FilterBank,
}
"""Methods of pixels by the name that `TrainSettings.method` uses; add a paper by a file and a line here."""

IMAGE_METHODS: dict[str, type[ImageMethod]] = {
    MeanTeacher.name: MeanTeacher,
    FixMatch.name: FixMatch,
    FreeMatch.name: FreeMatch,
    SoftMatch.name: SoftMatch,
    FOC.name: FOC,
    FOCLight.name: FOCLight,
    ImagePredKlus.name: ImagePredKlus,
    PseudoLabel.name: PseudoLabel,
    PiModel.name: PiModel,
    Supervised.name: Supervised,
    SimCLR.name: SimCLR,
    MoCo.name: MoCo,
    IIC.name: IIC,
    Autoencoder.name: Autoencoder,
    DeepCluster.name: DeepCluster,
    DEC.name: DEC,
    SCAN.name: SCAN,
    SPICE.name: SPICE,
    RPSC.name: RPSC,
    RPSCSemi.name: RPSCSemi,
}
"""Methods of images that train a network, by the name that `ImageSettings.method` uses."""

_LABEL_FREE = {name: kind.trains_clusters for name, kind in IMAGE_METHODS.items() if not kind.needs_labels}

BLIND_METHODS = tuple(name for name, clusters in _LABEL_FREE.items() if not clusters)
"""Those that look at no label, and leave an encoder for others to start from."""

PRETRAINING_METHODS = tuple(name for name in _LABEL_FREE if not IMAGE_METHODS[name].before)
"""Those that look at no label and begin with nothing, and so can be what another begins with: DEC can't."""

CLUSTERING_METHODS = tuple(name for name, clusters in _LABEL_FREE.items() if clusters)
"""Those that need no label, and whose answer is a cluster; what it means, labels tell."""

ROW_METHODS: dict[str, type[RowClassifier]] = {Discriminant.name: Discriminant, Forest.name: Forest}
"""Methods of images that fit rows of features and measures at once, by the same kind of name."""


def learns_clusters(settings: TrainSettings) -> bool:
    """Whether the cluster head of such a network of pixels learns; else its clusters are found in the end."""
    kind = METHODS.get(settings.method)
    return settings.ambiguity or (kind is not None and kind.trains_clusters)


def make_method(context: MethodContext) -> Method:
    """The method that the settings name, wrapped by DC3 if they ask for ambiguity.

    Raises
    ------
    TrainingError
        If there is none of that name.
    """
    name = context.settings.method
    if name not in METHODS:
        raise TrainingError(f"No method is called {name!r}; there are {', '.join(sorted(METHODS))}.")
    method = METHODS[name](context)
    return DC3(method, context) if context.settings.ambiguity else method


def make_image_method(context: ImageContext) -> Method[ImageNetwork, ImageBatch]:
    """The same for images; the name must be in `IMAGE_METHODS`."""
    kind = IMAGE_METHODS[context.settings.method]
    method = kind(context)
    return DC3(method, context) if context.settings.ambiguity and kind.needs_labels else method
