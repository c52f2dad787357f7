"""Suites are YAML that says at once, and where, what no suite can be."""

from pathlib import Path

import pytest

from napari_fathom.errors import FathomError, FormatError
from napari_fathom.evaluation.figures import FIGURES
from napari_fathom.evaluation.runs import settings_of
from napari_fathom.evaluation.suite import read_suite, shipped_suites

IMAGES = """
about: A test.
kind: images
data: {mine: {source: folders, path: classes}}
methods: [discriminant]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", shipped_suites())
def test_what_ships_names_methods_presets_and_settings_that_exist(name: str) -> None:
    suite = read_suite(name)
    assert suite.name == name
    assert len(suite.seeds) >= 3
    assert set(suite.figures) <= set(FIGURES)
    for data in suite.data:
        assert set(settings_of(suite, data)) == {entrant.called for entrant in suite.methods}


def test_the_echogram_suites_are_as_large_as_they_say() -> None:
    small = settings_of(read_suite("echogram-small"), "simulated").values()
    assert {(each.patch, each.width) for each in small} == {(64, 16)}  # type: ignore[union-attr]
    paper = settings_of(read_suite("echogram-paper"), "simulated")["predklus"]
    assert (paper.patch, paper.clusters) == (256, 512)  # type: ignore[union-attr]


def test_a_suite_is_called_as_its_file_and_paths_start_beside_it(tmp_path: Path) -> None:
    suite = read_suite(written(tmp_path, IMAGES))
    assert suite.name == "mine"
    assert suite.data["mine"].path == str(tmp_path / "classes")  # type: ignore[union-attr]


def test_neither_a_file_nor_one_that_ships() -> None:
    with pytest.raises(FathomError, match=r"plankton-large: neither a YAML file nor .* plankton-small"):
        read_suite("plankton-large")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("about: [unclosed", "mine.yaml: .*line 1"),
        ("- a list", "mine.yaml: a list"),
        (IMAGES + "seeds: []", "seeds: .*at least 1"),
        (IMAGES + "seeds: [0, -1]", r"seeds.1: .*greater than or equal to 0 \(found -1\)"),
        (IMAGES.replace("[discriminant]", "[{name: 'a, b', method: forest}]"), r"methods.0.name: .*'a, b'"),
        (IMAGES + "colour: red", "colour: Extra inputs are not permitted"),
        (IMAGES + "seeds: [2, 2]", "the seed 2 stands there twice"),
        (IMAGES.replace("[discriminant]", "[forest, forest]"), "the method forest stands there twice"),
        (IMAGES.replace("folders", "zip"), "data.mine: .*'zip'"),
        (IMAGES.replace("path: classes", "path: classes, rare: 0"), "data.mine.rare: .*found 0"),
        (IMAGES.replace("images", "sounds"), "'sounds'"),
        (IMAGES + "figures: [beauty]", "figures.*beauty"),
        (IMAGES + "data_settings: {yours: {epochs: 3}}", "data_settings has 'yours'; .* mine"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FormatError, match=told):
        read_suite(written(tmp_path, text))


@pytest.mark.parametrize(
    ("methods", "told"),
    [
        ("[discriminant, alchemy]", r"mine: methods.1 \(alchemy\): no method of images .* ecotaxa-forest"),
        ("[predklus]", "no method of images is called 'predklus'"),
        ("[{method: forest, preset: Large}]", "no preset is called 'Large'; there are Paper"),
        ("[{method: forest, settings: {epochs: 0}}]", r"methods.0 \(forest\): settings.epochs: .*found 0"),
        ("[{method: forest, settings: {epoch: 3}}]", "settings.epoch: Extra inputs"),
    ],
)
def test_methods_presets_and_settings_are_checked_before_anything_runs(
    tmp_path: Path, methods: str, told: str
) -> None:
    suite = read_suite(written(tmp_path, IMAGES.replace("[discriminant]", methods)))
    with pytest.raises(FathomError, match=told):
        settings_of(suite, "mine")


def test_settings_can_be_changed_for_some_of_the_data(tmp_path: Path) -> None:
    more = "data_settings: {mine: {rotate: false, epochs: 3}}"
    suite = read_suite(written(tmp_path, IMAGES + more))
    changed = settings_of(suite, "mine")["discriminant"]
    assert (changed.rotate, changed.epochs) == (False, 3)  # type: ignore[union-attr]
