"""What `fathom info` tells as lines for a person."""

from pathlib import Path

from tests.viewer.surveys import make_echogram

from napari_fathom.cli.summaries import as_lines, study_summary
from napari_fathom.study import Study


def test_of_many_nearly_equal_faults_three_are_told_and_the_rest_counted() -> None:
    taken = [
        f"b.csv, line {line}: the id '{line}' is taken by a.csv, line {line}; it is called '{line}~2'."
        for line in range(3, 103)
    ]
    lines = as_lines({"objects": 7, "faults": [*taken, "c.png: cut off."]}).splitlines()
    assert [line.split()[-1] for line in lines[1:4]] == ["'3~2'.", "'4~2'.", "'5~2'."]
    assert [line.strip() for line in lines[4:]] == [
        "c.png: cut off.",
        "… and 97 more like these; --json lists them all",
    ]


def test_a_study_whose_model_is_damaged_is_told_of_with_that_among_its_faults(tmp_path: Path) -> None:
    echogram = make_echogram(tmp_path, 64, 80)
    model = tmp_path / "study.fathom" / "models" / "0001"
    with Study.create(tmp_path / "study.fathom", echogram.path) as study:
        model.mkdir(parents=True)
        (model / "record.json").write_text("{", "utf-8")
        study.model_shelf.set_current(1)
        found = study_summary(study)
    assert (found["pings"], found["models"], found["current_model"]) == (80, [], None)
    (fault,) = found["faults"]
    assert fault.startswith("models/0001/record.json: missing or damaged")
