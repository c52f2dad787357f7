"""Simulated plankton: forms that turn into each other, with soft labels that are known."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError
from skimage.measure import label, regionprops

from napari_fathom.errors import FormatError
from napari_fathom.plankton.simulate import (
    PlanktonSettings,
    simulate_objects,
    simulate_plankton,
    write_simulated_plankton,
)
from napari_fathom.plankton.simulate_draw import draw
from napari_fathom.plankton.simulate_forms import FORMS, between, varied

PURE = {"ambiguous_share": 0.0, "noise": 0.0, "slip": 0.0}


def lone_body(image: np.ndarray):
    regions = regionprops(label(image > 25))
    return max(regions, key=lambda region: region.area)


def test_equal_settings_give_equal_images_however_many_follow() -> None:
    few, more = (list(simulate_objects(PlanktonSettings(objects=n, seed=3))) for n in (3, 5))
    for one, other in zip(few, more, strict=False):
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.votes, other.votes)
    assert not np.array_equal(few[0].image, next(simulate_objects(PlanktonSettings(seed=4))).image)


def test_forms_look_like_their_names() -> None:
    rng = np.random.default_rng(0)
    body = {name: lone_body(draw(form, rng, 0, False)) for name, form in FORMS.items()}
    assert body["fibre"].area < 0.05 * body["fibre"].axis_major_length ** 2
    assert body["sphere"].eccentricity < 0.4
    assert body["copepod"].solidity < body["pellet"].solidity  # antennae
    assert body["pellet"].eccentricity == pytest.approx(np.sqrt(1 - 0.36**2), abs=0.05)
    assert body["fibre"].area_filled < body["sphere"].area_filled < body["copepod"].area_filled


@pytest.mark.parametrize("name", FORMS)
def test_nothing_of_a_body_is_cut_off(name: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        image = draw(varied(FORMS[name], rng, 2.0), rng, 0, False)
        edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert edge.max() < 20


def test_size_tells_something_of_the_class() -> None:
    made = simulate_plankton(PlanktonSettings(objects=60, **PURE))
    longest = made.truth[["height_px", "width_px"]].max(axis=1)
    median = longest.groupby(made.truth["class_name"]).median()
    assert median["sphere"] < median["copepod"] < median["fibre"]


def test_between_two_forms_lies_every_form_in_between() -> None:
    pair = [FORMS["pellet"], FORMS["sphere"]]
    rng = np.random.default_rng(0)
    roundness = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        body = lone_body(draw(between(pair, np.array([1 - share, share])), rng, 0, False))
        roundness.append(body.axis_minor_length / body.axis_major_length)
    assert roundness == sorted(roundness)


def test_a_form_without_variation_is_itself() -> None:
    for form in FORMS.values():
        same = varied(form, np.random.default_rng(0), 0)
        np.testing.assert_allclose(list(vars(same).values()), list(vars(form).values()))


def test_soft_labels_are_what_the_votes_are_drawn_from() -> None:
    made = simulate_plankton(PlanktonSettings(objects=60, seed=1, annotators=300, votes=300, noise=0))
    np.testing.assert_allclose(made.soft.sum(1), 1)
    said = pd.crosstab(made.votes["row"], made.votes["class_name"]).reindex(
        columns=list(made.class_names), fill_value=0
    )
    spread = np.sqrt(made.soft * (1 - made.soft) / 300)
    assert (np.abs(said / 300 - made.soft) < 5 * spread + 0.005).to_numpy().all()
    assert not made.votes.duplicated(["row", "annotator"]).any()


def test_the_asked_share_is_ambiguous_and_slips_make_no_vote_impossible() -> None:
    soft = simulate_plankton(PlanktonSettings(objects=120, ambiguous_share=0.4, noise=0, votes=0)).soft
    assert np.mean(soft.max(1) < 0.95) == pytest.approx(0.4, abs=0.12)
    assert soft.min() > 0
    clear = simulate_plankton(PlanktonSettings(objects=30, **PURE)).soft
    assert set(np.unique(clear)) == {0, 1}


def test_a_bright_background_is_the_dark_ones_reverse() -> None:
    dark, bright = (
        next(simulate_objects(PlanktonSettings(background=kind, noise=0, variation=0)))
        for kind in ("dark", "bright")
    )
    assert dark.image.shape == bright.image.shape
    assert dark.image[0, 0] < 20
    assert bright.image[0, 0] > 200
    assert np.abs(dark.image.astype(int) - 12 - (215 - bright.image.astype(int))).max() <= 1


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    settings = PlanktonSettings(objects=25, seed=5)
    made = simulate_plankton(settings)
    images = write_simulated_plankton(tmp_path, settings)
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert len(list(images.rglob("*.png"))) == 25
    for row in range(25):
        with Image.open(tmp_path / truth["path"][row]) as picture:
            np.testing.assert_array_equal(np.asarray(picture), made.images[row])
        assert Path(truth["path"][row]).parent.name == truth["class_name"][row]
    np.testing.assert_allclose(truth[[f"p_{name}" for name in made.class_names]], made.soft, atol=1e-6)
    assert len(pd.read_csv(tmp_path / "votes.csv")) == 125
    assert PlanktonSettings.model_validate_json((tmp_path / "settings.json").read_text()) == settings


def test_the_truth_is_also_told_as_the_benchmark_of_soft_labels_has_it(tmp_path: Path) -> None:
    write_simulated_plankton(tmp_path, PlanktonSettings(objects=10))
    record = json.loads((tmp_path / "dataset.json").read_text())
    sets = json.loads((tmp_path / "annotations.json").read_text())
    assert len(record["images"]) == 10
    assert all(abs(sum(entry["soft_gt"]) - 1) < 1e-6 for entry in record["images"])
    assert all(record["classes"][entry["gt"]] == entry["gt_verbose"] for entry in record["images"])
    assert sum(len(one["annotations"]) for one in sets) == 50
    assert {one["user_mail"] for one in sets} == {"INVALID"}
    known = {entry["path"] for entry in record["images"]}
    assert {entry["image_path"] for one in sets for entry in one["annotations"]} == known


def test_a_folder_of_other_images_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with pytest.raises(FormatError, match="no simulation made"):
        write_simulated_plankton(tmp_path, PlanktonSettings(objects=1))


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"class_names": ("copepod", "whale")}, "no form is called whale"),
        ({"class_names": ("copepod", "copepod")}, "named twice"),
        ({"class_names": ("copepod",)}, "at least 2"),
        ({"annotators": 2, "votes": 3}, "3 votes on each object by 2 annotators"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(wish: dict, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        PlanktonSettings(**wish)
