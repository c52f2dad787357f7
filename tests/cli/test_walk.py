"""The whole way on the command line, on one small simulated survey: convert, look, train, predict."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from napari_fathom.cli.app import fathom

TINY = ["--epochs", "1", "--seed", "1", "--device", "cpu"]
TINY += [f"--set={pair}" for pair in ("width=4", "depth=3", "patch=32", "steps=2", "batch=2", "clusters=8")]
TINY += ["--set=components=4", "--set=cluster_pixels=256", "--set=ambiguity=false"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(fathom, [str(argument) for argument in arguments])


def values(*arguments: object) -> dict[str, Any]:
    outcome = run(*arguments, "--json")
    assert outcome.exit_code == 0, outcome.output
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    settings = ["--pings", 128, "--set", "samples=64", "--set", "frequency_hz=38000,200000"]
    assert (
        run("simulate", "echogram", folder, *settings, "--set", "fish_share=0.1", "--painted", 5).exit_code
        == 0
    )
    return folder


@pytest.fixture(scope="module")
def study(simulated: Path) -> Path:
    """A study that has been through train and predict."""
    folder = simulated / "sim.fathom"
    values("convert", simulated / "survey.npz", "--study", folder)
    values("train", folder, "--labels", simulated / "strokes.npz", *TINY)
    values("predict", folder, "--device", "cpu")
    return folder


def test_files_are_told_by_what_is_in_them(simulated: Path) -> None:
    found = values("info", simulated / "survey.npz")
    assert (found["format"], found["pings"], found["frequencies_khz"]) == ("described", 128, [38.0, 200.0])


def test_a_file_that_is_not_ours_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear captain")
    outcome = run("info", path)
    assert outcome.exit_code == 1
    assert "letter.txt" in outcome.stderr


def test_convert_wants_to_know_where_to(simulated: Path) -> None:
    assert run("convert", simulated / "survey.npz").exit_code == 2


def test_convert_never_writes_over_a_study(simulated: Path, study: Path) -> None:
    outcome = run("convert", simulated / "survey.npz", "--study", study)
    assert outcome.exit_code == 1
    assert "already" in outcome.stderr


def test_a_survey_store_can_be_made_alone_and_is_the_same_survey(
    simulated: Path, study: Path, tmp_path: Path
) -> None:
    store = tmp_path / "sim.sv.zarr"
    values("convert", simulated / "survey.npz", "--store", store)
    assert values("info", store)["fingerprint"] == values("info", study)["fingerprint"]


def test_classes_can_be_named_when_a_study_is_made(simulated: Path, tmp_path: Path) -> None:
    folder = tmp_path / "krill.fathom"
    found = values(
        "convert", simulated / "survey.npz", "--study", folder, "--class", "water", "--class", "krill"
    )
    assert found["painted_pixels"] == {"water": 0, "krill": 0}


def test_a_trained_and_predicted_study_says_so(study: Path) -> None:
    found = values("info", study)
    assert found["current_model"]["number"] == 1
    assert found["predicted"]
    assert sum(found["painted_pixels"].values()) == round(0.05 * 64 * 128)


def test_a_survey_without_a_stroke_takes_the_classes_of_its_first_labels(
    simulated: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "bare.fathom"
    values("convert", simulated / "survey.npz", "--study", folder, "--class", "krill")
    values("train", folder, "--labels", simulated / "strokes.npz", *TINY)
    painted = values("info", folder)["painted_pixels"]
    assert set(painted) == {"krill", "background", "sandeel", "other fish"}
    assert [name for name, pixels in painted.items() if not pixels] == ["krill"]


def test_shares_of_the_answer_add_up(study: Path) -> None:
    shares = values("predict", study, "--shares", "off", "--device", "cpu")["shares"]
    assert sum(shares.values()) == pytest.approx(1)


def test_an_answer_goes_out_in_every_format(study: Path, tmp_path: Path) -> None:
    kinds = {
        "crimac": "a.zarr",
        "evr": "a.evr",
        "evl": "a.evl",
        "tiff": "a.tif",
        "npz": "a.npz",
        "nasc": "a.csv",
    }
    options = [part for kind, name in kinds.items() for part in (f"--{kind}", tmp_path / name)]
    written = values("export", study, *options)
    assert written == {kind: str(tmp_path / name) for kind, name in kinds.items()}
    assert all((tmp_path / name).exists() for name in kinds.values())


def test_painted_labels_go_round_through_a_file(simulated: Path, study: Path, tmp_path: Path) -> None:
    values("export", study, "--painted", "--npz", tmp_path / "strokes.npz")
    with np.load(tmp_path / "strokes.npz") as out, np.load(simulated / "strokes.npz") as original:
        assert (out["labels"] == original["labels"]).all()


def test_export_names_the_classes_there_are(study: Path, tmp_path: Path) -> None:
    outcome = run("export", study, "--evr", tmp_path / "a.evr", "--class", "tuna")
    assert outcome.exit_code == 1
    assert "sandeel" in outcome.stderr


def test_an_export_that_lacks_its_seabed_writes_nothing_at_all(
    simulated: Path, study: Path, tmp_path: Path
) -> None:
    with np.load(simulated / "survey.npz") as survey:
        np.savez(tmp_path / "bare.npz", **{name: survey[name] for name in survey if "seabed" not in name})
    values("convert", tmp_path / "bare.npz", "--study", tmp_path / "bare.fathom")
    wanted = ["--npz", tmp_path / "a.npz", "--evl", tmp_path / "a.evl"]
    outcome = run("export", tmp_path / "bare.fathom", "--painted", *wanted)
    assert outcome.exit_code == 1
    assert "--seabed FILE" in outcome.stderr
    assert not (tmp_path / "a.npz").exists()


def test_an_export_before_the_first_answer_offers_what_is_painted(simulated: Path, tmp_path: Path) -> None:
    values("convert", simulated / "survey.npz", "--study", tmp_path / "new.fathom")
    outcome = run("export", tmp_path / "new.fathom", "--npz", tmp_path / "a.npz")
    assert outcome.exit_code == 1
    assert "--painted" in outcome.stderr


@pytest.mark.parametrize("command", [["convert", "survey.npz", "--study"], ["simulate", "echogram"]])
def test_a_place_where_nothing_can_be_made_is_named_in_one_line(
    simulated: Path, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    given = [simulated / part if part == "survey.npz" else part for part in command]
    outcome = run(*given, tmp_path / "file" / "x.fathom")
    assert outcome.exit_code == 1
    assert str(tmp_path / "file") in outcome.stderr.splitlines()[-1]
    assert "choose another place" in outcome.stderr


def test_a_setting_may_be_set_to_nothing(study: Path) -> None:
    outcome = run("train", study, "--set", "rest_class=", "--settings")
    assert outcome.exit_code == 0
    assert "rest_class" in outcome.stdout


@pytest.mark.parametrize("name", ["laptop", "Laptop CPU", "LAPTOP"])
def test_a_preset_goes_by_the_first_word_of_its_name(study: Path, name: str) -> None:
    outcome = run("train", study, "--preset", name, "--settings")
    assert outcome.exit_code == 0
    assert "preset: Laptop CPU" in outcome.stdout


def test_the_seabed_can_come_from_a_line(simulated: Path, study: Path, tmp_path: Path) -> None:
    values("export", study, "--evl", tmp_path / "seabed.evl")
    folder = tmp_path / "again.fathom"
    made = values("convert", simulated / "survey.npz", "--study", folder, "--seabed", tmp_path / "seabed.evl")
    assert made["seabed_known_share"] == values("info", folder)["seabed_known_share"] == 1
    values("export", folder, "--evl", tmp_path / "again.evl")
    assert (tmp_path / "again.evl").read_bytes() == (tmp_path / "seabed.evl").read_bytes()


def test_a_seabed_that_is_no_line_is_told_before_anything_is_converted(
    simulated: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.evl").write_text("40 m, muddy")
    folder = tmp_path / "a.fathom"
    outcome = run("convert", simulated / "survey.npz", "--study", folder, "--seabed", tmp_path / "notes.evl")
    assert outcome.exit_code == 1
    assert "notes.evl" in outcome.stderr
    assert not folder.exists()


def test_a_bare_array_asks_for_what_it_does_not_say(simulated: Path, tmp_path: Path) -> None:
    with np.load(simulated / "survey.npz") as survey:
        np.save(tmp_path / "sv.npy", survey["sv_db"])
    outcome = run("convert", tmp_path / "sv.npy", "--study", tmp_path / "a.fathom")
    assert outcome.exit_code == 1
    said = ["--axes", "frequency,range,ping", "--scale", "db", "--khz", "38,200"]
    said += ["--range-step", "0.25", "--ping-interval", "1", "--start", "2026-04-26"]
    found = values("convert", tmp_path / "sv.npy", "--study", tmp_path / "a.fathom", *said)
    assert (found["pings"], found["range_step_m"]) == (128, 0.25)
    assert found["first_ping"].startswith("2026-04-26")


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (["--preset", "Supercomputer"], "Laptop CPU"),
        (["--method", "magic"], "predklus"),
        (["--set", "epochs=0"], "greater than or equal to 1"),
    ],
)
def test_a_wrong_choice_names_the_right_ones(study: Path, wrong: list[str], advice: str) -> None:
    outcome = run("train", study, *wrong)
    assert outcome.exit_code == 2
    assert advice in outcome.stderr


def test_labels_of_other_names_are_learned_from_once_they_are_mapped(simulated: Path, tmp_path: Path) -> None:
    with np.load(simulated / "strokes.npz") as strokes:
        theirs = [f"{name}s" for name in strokes["class_names"]]
        np.savez(tmp_path / "theirs.npz", labels=strokes["labels"], class_names=theirs)
    folder = tmp_path / "a.fathom"
    values("convert", simulated / "survey.npz", "--study", folder)
    options = [part for name in theirs for part in ("--map", f"{name}={name[:-1]}")]
    values("train", folder, "--labels", tmp_path / "theirs.npz", *options, *TINY)
    assert sum(values("info", folder)["painted_pixels"].values()) == round(0.05 * 64 * 128)


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [(["--map", "sand eel"], "FOUND=CLASS"), (["--map", "sand eel=sandeel"], "--labels")],
)
def test_a_map_that_makes_no_sense_is_a_wrong_option(study: Path, wrong: list[str], advice: str) -> None:
    outcome = run("train", study, *wrong)
    assert outcome.exit_code == 2
    assert advice in outcome.stderr


def test_training_without_labels_says_what_to_do(simulated: Path, tmp_path: Path) -> None:
    values("convert", simulated / "survey.npz", "--study", tmp_path / "bare.fathom")
    outcome = run("train", tmp_path / "bare.fathom", *TINY)
    assert outcome.exit_code == 1
    assert "--labels FILE" in outcome.stderr
