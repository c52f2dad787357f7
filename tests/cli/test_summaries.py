"""What `fathom info` tells as lines for a person."""

from napari_fathom.cli.summaries import as_lines


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
