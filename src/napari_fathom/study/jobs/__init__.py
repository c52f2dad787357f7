"""The long work of a study: each job is a generator of events whose last, `Done`, is already safe on disk.

To stop a job is to set its `stop` event or to close its generator; what was in force before still is then.
"""

from napari_fathom.study.jobs.accept import accept_job, accepted_cells
from napari_fathom.study.jobs.collect import collect_job, look_job
from napari_fathom.study.jobs.convert import convert_job
from napari_fathom.study.jobs.export import EXPORT_KINDS, export_job, require_exportable
from napari_fathom.study.jobs.export_collection import (
    COLLECTION_EXPORT_KINDS,
    export_collection_job,
    require_collection_exportable,
)
from napari_fathom.study.jobs.import_labels import class_values, import_labels_job, lay_labels_job
from napari_fathom.study.jobs.import_votes import cast_votes_job, import_votes_job
from napari_fathom.study.jobs.nasc_table import NascOptions
from napari_fathom.study.jobs.predict import predict_job
from napari_fathom.study.jobs.predict_collection import predict_collection_job
from napari_fathom.study.jobs.reclass import reclass_job
from napari_fathom.study.jobs.train import train_job

__all__ = [
    "COLLECTION_EXPORT_KINDS",
    "EXPORT_KINDS",
    "NascOptions",
    "accept_job",
    "accepted_cells",
    "cast_votes_job",
    "class_values",
    "collect_job",
    "convert_job",
    "export_collection_job",
    "export_job",
    "import_labels_job",
    "import_votes_job",
    "lay_labels_job",
    "look_job",
    "predict_collection_job",
    "predict_job",
    "reclass_job",
    "require_collection_exportable",
    "require_exportable",
    "train_job",
]
