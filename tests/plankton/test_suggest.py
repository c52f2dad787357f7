from pathlib import Path

import numpy as np
from tests.plankton.sets import drawn, result, tables_of, write

from napari_fathom.plankton import (
    ImageOptions,
    Suggestion,
    lay_out_collection,
    suggest_options,
    with_offers,
)
from napari_fathom.plankton.judges import has_scale_bar


def suggestion(folder: Path) -> Suggestion:
    return suggest_options(tables_of(folder))


def offered(found: Suggestion) -> dict[str, object]:
    return {offer.option: offer.value for offer in found.offers}


def test_zooscan_vignettes_are_grey_light_and_carry_a_scale_bar(shared_data: Path) -> None:
    found = suggestion(shared_data / "plankton" / "ecotaxa" / "import_test")
    assert found.options.crop_bottom_px == 31
    assert offered(found) == {"crop_bottom_px": 31, "invert": True}
    assert not found.options.invert  # a matter of taste
    assert "11 of 11 images are grey, though stored in colour." in found.remarks


def test_uvp6_images_need_nothing(shared_data: Path) -> None:
    assert offered(suggestion(shared_data / "plankton" / "folders_uvp6_10")) == {}


def test_raw_ifcb_images_could_be_stretched_and_their_ground_is_light(shared_data: Path) -> None:
    assert {"stretch", "invert"} <= set(offered(suggestion(shared_data / "plankton" / "ifcb_bins")))


def test_a_camera_of_12_bits_is_seen_in_files_of_16(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / f"{number}.png", drawn(number).astype(np.uint16) * 16)
    assert suggestion(tmp_path).options.full_scale == 4095


def test_grounds_that_differ_are_remarked(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / f"{number}.png", drawn(number) if number % 2 else 255 - drawn(number))
    found = suggestion(tmp_path)
    assert "invert" not in offered(found)
    assert any("Backgrounds differ: 50%" in remark for remark in found.remarks)


def test_what_was_chosen_already_is_not_offered_otherwise(shared_data: Path) -> None:
    tables = tables_of(shared_data / "plankton" / "ecotaxa" / "import_test")
    found = suggest_options(tables, ImageOptions(crop_bottom_px=20, invert=True))
    assert offered(found) == {}
    assert found.options == ImageOptions(crop_bottom_px=20, invert=True)


def test_offers_are_taken_one_by_one_and_examples_show_what_they_do(shared_data: Path) -> None:
    found = suggestion(shared_data / "plankton" / "ecotaxa" / "import_test")
    (taste,) = (offer for offer in found.offers if not offer.recommended)
    assert with_offers(found.options, [taste]) == ImageOptions(crop_bottom_px=31, invert=True)
    assert 2 <= len(found.examples) <= 4
    assert all(has_scale_bar(example) for example in found.examples)


def test_a_collection_that_is_laid_out_speaks_for_the_same(shared_data: Path, tmp_path: Path) -> None:
    images = shared_data / "plankton" / "ecotaxa" / "import_test"
    collection = result(lay_out_collection(images, tmp_path / "set.collection"))
    assert suggest_options(collection) == suggestion(images)


def test_broken_images_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "1.png", b"broken")
    assert suggestion(tmp_path).looked_at == 0
    write(tmp_path / "2.png", drawn(1))
    assert suggestion(tmp_path).looked_at == 1


def test_a_bar_is_straight_thin_and_the_lowest_thing() -> None:
    ground = np.full((80, 60), 255, np.uint8)
    assert not has_scale_bar(ground)
    bar = ground.copy()
    bar[70:72, 5:20] = 0
    assert has_scale_bar(bar)
    assert has_scale_bar(255 - bar)
    block = bar.copy()
    block[60:72, 5:20] = 0
    assert not has_scale_bar(block)
    below = bar.copy()
    below[77, 30:33] = 0
    assert not has_scale_bar(below)
