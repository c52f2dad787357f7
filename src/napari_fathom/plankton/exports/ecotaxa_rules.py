"""What EcoTaxa's importer asks for: the numbers and names that its writer and its check share.

Read in the importer's sources (ecotaxa_back, py/BO), not tried against a running EcoTaxa.
"""

__all__ = [
    "FREE_LIMITS",
    "LONGEST_ID",
    "LONGEST_TEXT",
    "MOST_INDEX_FILES",
    "PREDEFINED",
    "PREFIXES",
    "STATUSES",
]

PREFIXES = ("object", "sample", "acq", "process")
"""Tables whose columns are free; `img` is the fifth, whose columns are not."""

PREDEFINED = {
    "object_id": "[t]",
    "object_lat": "[f]",
    "object_lon": "[f]",
    "object_date": "[t]",
    "object_time": "[t]",
    "object_link": "[t]",
    "object_depth_min": "[f]",
    "object_depth_max": "[f]",
    "object_annotation_status": "[t]",
    "object_annotation_category": "[t]",
    "object_annotation_category_id": "[f]",
    "object_annotation_hierarchy": "[t]",
    "object_annotation_date": "[t]",
    "object_annotation_time": "[t]",
    "object_annotation_person_name": "[t]",
    "object_annotation_person_email": "[t]",
    "img_file_name": "[t]",
    "img_rank": "[f]",
    "sample_id": "[t]",
    "sample_dataportal_descriptor": "[t]",
    "acq_id": "[t]",
    "acq_instrument": "[t]",
    "process_id": "[t]",
    "complement_info": "[t]",
}
"""Fields with a meaning of their own, and their types."""

FREE_LIMITS = {
    ("object", "[f]"): 500,
    ("object", "[t]"): 20,
    ("sample", "[t]"): 60,
    ("acq", "[t]"): 30,
    ("process", "[t]"): 30,
}
"""How many other fields each table takes. All but objects' are text, whatever the types line says."""

LONGEST_TEXT = 250
"""Characters of a free text."""
LONGEST_ID = 255
"""Characters of an object's id and link."""
MOST_INDEX_FILES = 2000
"""Tables in one import."""
STATUSES = ("predicted", "dubious", "validated", "discarded")
"""Of a classification; capitals don't count."""
