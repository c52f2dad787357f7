"""The whole way on the command line with images: draw, look, convert, train, predict, export, read again."""

from pathlib import Path

import pandas as pd
import pytest
from tests.cli.test_walk import run, values

FOREST = ["--method", "forest", "--set", "trees=20", "--set", "held_out=0"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    assert run("simulate", "plankton", folder, "--objects", 90).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def study(drawn: Path) -> Path:
    folder = drawn / "drawn.fathom"
    made = values("convert", drawn / "images", "--study", folder, "--side", 32)
    assert (made["objects"], made["images_looked_at"], made["options"]["side"]) == (90, 90, 32)
    values("train", folder, *FOREST)
    values("predict", folder)
    return folder


def test_images_are_told_by_what_is_in_them(drawn: Path) -> None:
    found = values("info", drawn / "images")
    assert (found["format"], found["objects"]) == ("folders", 90)
    assert sum(found["classes"].values()) == 90


def test_what_can_not_be_read_takes_a_line_each(shared_data: Path) -> None:
    lines = run("info", shared_data / "plankton" / "ifcb_bins").stdout.splitlines()
    (first,) = (at for at, line in enumerate(lines) if line.startswith("faults"))
    assert len(lines[first:]) == 6  # as test_data_sets names them
    assert lines[first + 1].lstrip().startswith("data/skip/IFCB5_2006_001_121212.adc: an empty .adc file.")


def test_classes_are_told_as_their_files_call_them(shipped_data: Path) -> None:
    told = run("info", shipped_data / "plankton" / "ifcb_with_scores.zip").stdout
    assert "Mesodinium_rubrum 2" in told


def test_of_a_file_that_is_no_data_both_kinds_that_are_read_are_told(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear captain")
    for command in (["info", path], ["convert", path, "--study", tmp_path / "no.fathom"]):
        outcome = run(*command)
        assert outcome.exit_code == 1
        assert "letter.txt: a format that is not read" in outcome.stderr
        assert "EK60" in outcome.stderr and "folders of images" in outcome.stderr


def test_a_study_of_images_tells_its_labels_and_model(study: Path) -> None:
    found = values("info", study)
    assert sum(found["labelled_objects"].values()) == 90
    assert found["current_model"]["method"] == "forest"
    assert found["predicted"] is True


def test_exports_are_read_again(study: Path, tmp_path: Path) -> None:
    values("export", study, "--ecotaxa", tmp_path / "set.zip", "--table", tmp_path / "set.csv")
    again = values("info", tmp_path / "set.zip")
    assert (again["format"], again["objects"], again["faults"]) == ("ecotaxa", 90, [])
    table = pd.read_csv(tmp_path / "set.csv")
    assert len(table) == 90
    assert table["dc3_ambiguity"].between(0, 1).all()


def test_formats_of_surveys_are_refused_with_those_of_images(study: Path, tmp_path: Path) -> None:
    outcome = run("export", study, "--evr", tmp_path / "no.evr")
    assert outcome.exit_code == 2
    assert "--evr is not for this kind of data" in outcome.stderr and "--ecotaxa" in outcome.stderr
    assert not list(tmp_path.iterdir())


def test_a_conversion_goes_on_where_it_was(study: Path, drawn: Path) -> None:
    again = values("convert", drawn / "images", "--study", study)
    said = run("convert", drawn / "images", "--study", study, "--suggested")
    assert f"Next: fathom open {study}, or fathom train {study}\n" in said.stdout
    assert "Nothing is recommended for these images: --suggested changes nothing." in said.stderr
    assert again["models"] == values("info", study)["models"] != []  # the study is opened, not made anew


def test_a_former_model_is_put_in_force_again_by_its_number(study: Path) -> None:
    values("train", study, *FOREST)
    found = values("info", study)
    assert [model["number"] for model in found["models"]] == [1, 2]
    assert found["current_model"]["number"] == 2
    unknown = run("predict", study, "--model", 7)
    assert unknown.exit_code == 1 and "there is no model 7; there are 1, 2." in unknown.stderr
    said = run("predict", study, "--model", 1).stdout
    assert said.startswith(
        "Answered by model 1 (forest), none held out to judge it; it is in force. Certain: "
    )
    again = values("info", study)
    assert again["current_model"]["number"] == again["predicted_by_model"] == 1
    told = run("info", study).stdout
    assert "number 1, method forest" in told and "number 2, method forest" in told


def test_labels_of_a_machine_are_accepted_in_a_persons_name(shared_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "predicted.fathom"
    values("convert", shared_data / "plankton" / "ecotaxa" / "import_test", "--study", folder)
    refused = run("train", folder, *FOREST)
    assert refused.exit_code == 1 and "--accept-predicted" in refused.stderr
    record = values("train", folder, *FOREST, "--accept-predicted", "ada")
    assert sum(record["painted"].values()) == sum(values("info", folder)["labelled_objects"].values())


def test_the_same_command_with_other_options_sees_the_images_otherwise(drawn: Path, tmp_path: Path) -> None:
    folder = tmp_path / "again.fathom"
    values("convert", drawn / "images", "--study", folder)
    again = values("convert", drawn / "images", "--study", folder, "--invert", "--side", 32)
    assert again["options"] | {"invert": True, "side": 32} == again["options"]
    assert again["images_looked_at"] == sum(again["labelled_objects"].values()) == 90
    kept = values("convert", drawn / "images", "--study", folder, "--stretch")["options"]
    assert kept["invert"] and kept["stretch"]  # what was not said again stays


def test_what_the_images_speak_for_is_offered_and_taken_when_asked(shared_data: Path, tmp_path: Path) -> None:
    images = shared_data / "plankton" / "ecotaxa" / "import_test"
    offers = values("info", images)["offers"]
    assert [offer.partition(":")[0] for offer in offers] == [
        "--crop-bottom 31 (recommended)",
        "--invert (a matter of taste)",
    ]
    outcome = run("convert", images, "--study", tmp_path / "s.fathom")
    assert "Offered: --crop-bottom 31 (recommended): 11 of 11 images have a scale bar" in outcome.stderr
    assert "are grey, though stored in colour" in outcome.stderr and "--suggested" in outcome.stderr
    assert values("info", tmp_path / "s.fathom")["options"]["crop_bottom_px"] == 0
    taken = values("convert", images, "--study", tmp_path / "s.fathom", "--suggested")["options"]
    assert (taken["crop_bottom_px"], taken["invert"]) == (31, False)


def test_shares_and_axes_are_refused_for_images(study: Path, drawn: Path, tmp_path: Path) -> None:
    outcome = run("predict", study, "--shares", "on")
    assert outcome.exit_code == 2 and "--shares is of surveys" in outcome.stderr
    outcome = run("convert", drawn / "images", "--study", tmp_path / "no.fathom", "--ping-interval", 1)
    assert outcome.exit_code == 2 and "these are images" in outcome.stderr
    assert not list(tmp_path.iterdir())


def test_settings_of_images_are_listed_and_checked(study: Path) -> None:
    assert "unlabelled_ratio" in run("train", study, "--settings").stdout
    outcome = run("train", study, "--method", "predklus")
    assert outcome.exit_code == 2
    assert "mean-teacher" in outcome.stderr


def test_options_of_surveys_are_refused_for_images(drawn: Path, tmp_path: Path) -> None:
    outcome = run("convert", drawn / "images", "--study", tmp_path / "no.fathom", "--main-khz", 38)
    assert outcome.exit_code == 2 and "these are images" in outcome.stderr


def test_a_study_of_other_images_is_not_taken_for_this_one(study: Path, tmp_path: Path) -> None:
    assert run("simulate", "plankton", tmp_path / "other", "--objects", 8).exit_code == 0
    outcome = run("convert", tmp_path / "other" / "images", "--study", study)
    assert outcome.exit_code == 1
    assert "there is a study of other images already" in outcome.stderr


def test_labels_made_elsewhere_come_in_with_a_map(drawn: Path, tmp_path: Path) -> None:
    folder, table = tmp_path / "again.fathom", tmp_path / "ours.csv"
    names = values("info", drawn / "images")["classes"]
    first, second = sorted(names)[:2]
    values("convert", drawn / "images", "--study", folder, "--side", 32)
    ids = (path.stem for path in sorted((drawn / "images").rglob("*.png")))
    rows = [f"{name},{('odd', second)[at % 2]},{'Grace' if at < 5 else ''}" for at, name in enumerate(ids)]
    table.write_text("\n".join(["object_id,label,annotator", *rows]))
    outcome = run(
        "train", folder, *FOREST, "--labels", table, "--map", f"odd={first}", "--labelled-by", "Ada"
    )
    assert outcome.exit_code == 0, outcome.stderr
    assert "ours.csv: 90 labels imported, as votes of Ada, Grace" in outcome.stderr
    assert {"Ada", "Grace"} <= set(values("info", folder)["annotators"])
    refused = run("train", folder, "--labels", table, "--overwrite")
    assert refused.exit_code == 2 and "latest vote counts" in refused.stderr
