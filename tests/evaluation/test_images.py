"""Collections whose truth is known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_fathom.errors import FathomError, FormatError
from napari_fathom.evaluation.images import ClassFolders, DigitImages, SimulatedImages
from napari_fathom.evaluation.known import KnownImages


def class_folders(folder: Path) -> Path:
    """Two images of each of two classes, one of them in both."""
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (20 + place, 24), np.uint8) for place in range(3)]
    for name, places in (("Copepoda__45", (0, 1)), ("darksphere__7", (1, 2))):
        (folder / name).mkdir(parents=True)
        for place in places:
            Image.fromarray(pictures[place]).save(folder / name / f"{place}.png")
    return folder


def test_folders_are_classes_and_twins_are_kept_once(tmp_path: Path) -> None:
    source = ClassFolders(source="folders", path=str(class_folders(tmp_path)))
    known = source.read(0)
    assert known.names == ("Copepoda", "darksphere")
    assert sorted(known.truth.tolist()) == [1, 2, 2]
    assert known.images.side == 64
    assert known.images.measures is not None


def test_the_fingerprint_tells_a_changed_file(tmp_path: Path) -> None:
    folder = class_folders(tmp_path)
    source = ClassFolders(source="folders", path=str(folder))
    before = source.fingerprint(0)
    (folder / "darksphere__7" / "2.png").write_bytes((folder / "darksphere__7" / "1.png").read_bytes())
    assert source.fingerprint(0) != before


def test_real_folders_of_classes(shipped_data: Path) -> None:
    known = ClassFolders(source="folders", path=str(shipped_data / "plankton" / "phyto")).read(0)
    assert known.names == ("Ciliophora", "Tripos")
    assert np.bincount(known.truth).tolist() == [0, 3, 3]


def test_rare_classes_are_rare_and_the_commonest_is_left(tmp_path: Path) -> None:
    source = ClassFolders(source="folders", path=str(class_folders(tmp_path)), rare=1)
    assert np.bincount(source.read(0).truth).tolist() == [0, 1, 2]


def test_a_folder_without_classes_is_told(tmp_path: Path) -> None:
    with pytest.raises(FathomError, match="no folder that holds one folder for each class"):
        ClassFolders(source="folders", path=str(tmp_path)).fingerprint(0)


def test_what_is_no_image_is_told_by_name(tmp_path: Path) -> None:
    folder = class_folders(tmp_path)
    (folder / "darksphere__7" / "Thumbs.db").write_bytes(b"no image")
    with pytest.raises(FormatError, match=r"Thumbs\.db: no image\. Move it away"):
        ClassFolders(source="folders", path=str(folder)).read(0)


def test_simulated_ones_have_soft_labels_and_are_others_for_each_seed() -> None:
    source = SimulatedImages(source="simulated", objects=20)
    known = source.read(1)
    assert known.soft is not None
    np.testing.assert_allclose(known.soft.labels.sum(1), 1)
    assert source.fingerprint(1) == source.model_copy(update={"objects": 30}).fingerprint(1)
    assert source.fingerprint(1) != source.fingerprint(2)
    assert source.fingerprint(1) != source.model_copy(update={"hard": True}).fingerprint(1)


@pytest.mark.parametrize(
    "source",
    [DigitImages(source="digits", most=20), SimulatedImages(source="simulated", objects=20)],
    ids=lambda source: source.source,
)
def test_what_is_kept_for_other_processes_is_the_same(
    source: DigitImages | SimulatedImages, tmp_path: Path
) -> None:
    known = source.read(0)
    known.save(tmp_path / "kept.npz")
    back = KnownImages.load(tmp_path / "kept.npz")
    np.testing.assert_array_equal(back.images.pixels, known.images.pixels)
    np.testing.assert_array_equal(back.truth, known.truth)
    assert back.names == known.names
    assert (back.soft is None) == (known.soft is None)
