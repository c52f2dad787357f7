"""Every set of real files that lies beside the checkout, as a scientist would open it."""

from pathlib import Path

import numpy as np
import pytest
from tests.plankton.sets import tables_of

from napari_fathom.plankton import sniff
from napari_fathom.plankton.model import twins
from napari_fathom.plankton.pixels import fingerprint
from napari_fathom.plankton.places import ImageFiles, place_at, place_columns

COUNTS = {
    "folders_phyto_6": ("folders", 105, 105, 6),
    "folders_uvp6_10": ("folders", 1250, 1250, 10),
    "ifcb_nodc/folders": ("folders", 30, 30, 2),
    "ifcb_nodc/bins": ("ifcb", 17, 17, 0),
    "ifcb_bins": ("ifcb", 25, 25, 0),
    "ifcb_scores/test_data.zip": ("ifcb", 2, 2, 1),
    "ifcb_scores/ecotaxa_table_with_classification.tsv": ("ecotaxa", 9, 0, 5),
    "ifcb_scores/ecotaxa_table_without_classification.tsv": ("ecotaxa", 5, 0, 0),
    "ifcb_scores/example_table_ifcb.tsv": ("ecotaxa", 2, 0, 1),
    "ecotaxa/import_test": ("ecotaxa", 11, 11, 9),
    "ecotaxa/exports/doi": ("ecotaxa", 11, 12, 6),
    "ecotaxa/exports/tsv_by_taxon": ("ecotaxa", 12, 12, 7),
}
"""Format, objects, images, classes."""


@pytest.mark.parametrize("name", COUNTS)
def test_every_set_has_its_objects_images_and_classes(shared_data: Path, name: str) -> None:
    path = shared_data / "plankton" / name
    tables = tables_of(path)
    classes = set(tables.objects["class_name"]) - {""}
    assert (sniff(path), len(tables.objects), len(tables.images), len(classes)) == COUNTS[name]
    assert tables.objects["object_id"].is_unique


def test_bins_that_are_empty_or_lack_a_file_are_told_and_the_others_load(shared_data: Path) -> None:
    tables = tables_of(shared_data / "plankton" / "ifcb_bins")
    assert [fault.file for fault in tables.faults] == [
        "data/2012/IFCB5_2012_028/000_decoy/decoy.adc",
        "data/skip/IFCB5_2006_001_121212.adc",
        "empty/D20150411T205456_IFCB012.adc",
        "empty/IFCB5_2017_001_033645.adc",
        "invalid/D20130101T101010_IFCB099.adc",
        "partial/IFCB5_2012_028_081515.adc",
    ]


def test_both_exports_of_ecotaxa_say_the_same_of_the_same_objects(shared_data: Path) -> None:
    exports = shared_data / "plankton" / "ecotaxa" / "exports"
    doi, taxa = (
        tables_of(exports / name).objects.set_index("object_id").sort_index()
        for name in ("doi", "tsv_by_taxon")
    )
    same = doi.index.intersection(taxa.index)
    assert len(same) >= 10
    for column in ("status", "sample", "acquisition", "depth_m", "object_area", "latitude"):
        assert doi.loc[same, column].tolist() == taxa.loc[same, column].tolist()


def test_the_darkspheres_of_uvp6_are_copepods_too(shared_data: Path) -> None:
    tables = tables_of(shared_data / "plankton" / "folders_uvp6_10")
    places, files = place_columns(tables.images), ImageFiles()
    prints = [fingerprint(files.pixels(place_at(places, at))) for at in range(len(tables.images))]
    first = twins(np.array(prints, np.uint64))
    again = np.flatnonzero(first != np.arange(len(first)))
    classes = tables.objects["class_name"]
    assert len(set(prints)) == 1150
    assert set(classes.iloc[again]) == {"darksphere"}
    assert set(classes.iloc[first[again]]) == {"Copepoda"}
