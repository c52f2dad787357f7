"""What a collection's labels and answers are written as, for other programs."""

from napari_fathom.plankton.exports.answers import answer_columns
from napari_fathom.plankton.exports.class_folders import write_class_folders
from napari_fathom.plankton.exports.dcic import write_dcic
from napari_fathom.plankton.exports.ecotaxa import write_ecotaxa
from napari_fathom.plankton.exports.ecotaxa_check import check_ecotaxa
from napari_fathom.plankton.exports.ifcb_scores import require_bins, write_ifcb_scores
from napari_fathom.plankton.exports.pictures import require_new_folder
from napari_fathom.plankton.exports.table import write_table

__all__ = [
    "answer_columns",
    "check_ecotaxa",
    "require_bins",
    "require_new_folder",
    "write_class_folders",
    "write_dcic",
    "write_ecotaxa",
    "write_ifcb_scores",
    "write_table",
]
