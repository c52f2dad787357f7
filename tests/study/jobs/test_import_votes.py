"""Labels that somebody made elsewhere become votes on the objects of the same ids."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.plankton.sets import drawn, result, write

from napari_fathom.errors import LabelError
from napari_fathom.events import Event, Note
from napari_fathom.labels import LARGEST_VOTE, Classes, lines
from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import collect_job, import_votes_job

CLASSES = Classes((), LARGEST_VOTE).with_all_added(["Metazoa>krill", "egg"])
KRILL, EGG = CLASSES.values


@pytest.fixture
def study(tmp_path: Path) -> Iterator[CollectionStudy]:
    """Four images that nobody has labelled."""
    for number in range(4):
        write(tmp_path / "set" / f"{number}.png", drawn(number))
    with result(collect_job(tmp_path / "set", tmp_path / "set.fathom", classes=CLASSES)) as made:
        yield made


def notes(events: list[Event[object]]) -> str:
    return " ".join(event.message for event in events if isinstance(event, Note))


def test_names_that_are_alike_are_taken_and_told(study: CollectionStudy, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "id,label\n0,Krill\n1,EGG\n2,ctenophore\n")
    events = list(import_votes_job(study, path))
    assert study.votes.hard().tolist() == [KRILL, EGG, 0, 0]
    assert "'Krill' is taken for 'Metazoa>krill'" in notes(events)
    assert "'ctenophore' (1 labels) is no class of this study" in notes(events)
    assert "EGG" not in notes(events)


def test_an_alias_says_what_a_name_means(study: CollectionStudy, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "id,label\n0.PNG,Euphausia\n1,egg\n")
    result(import_votes_job(study, path, aliases={"Euphausia": "metazoa>krill"}))
    assert study.votes.hard().tolist() == [KRILL, EGG, 0, 0]
    with pytest.raises(LabelError, match="no class named 'whale'"):
        result(import_votes_job(study, path, aliases={"Euphausia": "whale"}))


def test_votes_are_of_whom_the_file_names_else_the_one_given(study: CollectionStudy, tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv",
        "id,label,annotator,status\n0,egg,Ada,dubious\n1,egg,,\n2,egg,net 5,predicted\n",
    )
    result(import_votes_job(study, path, annotator="Grace"))
    assert set(study.votes.annotators) == {"Ada", "Grace", "net 5"}
    assert study.votes.status().tolist() == ["dubious", "validated", "predicted", ""]


def test_what_a_machine_predicted_takes_the_place_of_nobodys_word(
    study: CollectionStudy, tmp_path: Path
) -> None:
    study.votes.cast([0], KRILL, annotator="Grace")
    path = write(tmp_path / "t.csv", "id,label,status\n0,egg,predicted\n1,egg,predicted\n")
    result(import_votes_job(study, path, annotator="Grace"))
    assert study.votes.hard().tolist() == [KRILL, 0, 0, 0]
    assert study.votes.label().tolist() == [KRILL, EGG, 0, 0]
    assert study.votes.annotators == ("Grace", "t.csv")


def test_of_several_lines_of_one_person_the_last_counts(study: CollectionStudy, tmp_path: Path) -> None:
    result(import_votes_job(study, write(tmp_path / "t.csv", "id,label\n3,egg\n3,krill\n")))
    assert study.votes.hard().tolist() == [0, 0, 0, KRILL]


def test_an_import_is_taken_back_and_does_nothing_twice(study: CollectionStudy, tmp_path: Path) -> None:
    study.votes.cast([0], KRILL, annotator="Ada")
    path = write(tmp_path / "t.csv", "id,label,annotator\n0,egg,Ada\n1,egg,Grace\n")
    events = result(import_votes_job(study, path))
    assert result(import_votes_job(study, path)) == ()
    study.votes.revert(events)
    assert study.votes.hard().tolist() == [KRILL, 0, 0, 0]


@pytest.mark.parametrize(
    ("room", "message"),
    [(150, "could not be saved"), (0, "Votes of Ada were cast already, and could not be taken back")],
)
def test_an_import_that_fails_halfway_is_taken_back_where_the_disk_lets(
    study: CollectionStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, message: str
) -> None:
    study.votes.cast([0], KRILL, annotator="Ada")
    path = write(tmp_path / "t.csv", "id,label,annotator\n0,egg,Ada\n1,egg,Grace\n")
    with monkeypatch.context() as patch:
        patch.setattr(lines, "_write_all", full_after_one(lines._write_all, room))
        with pytest.raises(LabelError, match=message):
            result(import_votes_job(study, path))
    assert study.votes.hard().tolist() == [KRILL if room else EGG, 0, 0, 0]
    result(import_votes_job(study, path))
    assert study.votes.hard().tolist() == [EGG, EGG, 0, 0]


def full_after_one(write_all: Callable[[int, bytes], None], room: int) -> Callable[[int, bytes], None]:
    """A disk that takes one line, and then only such as are no longer than `room`."""
    taken = 0

    def refuse(handle: int, data: bytes) -> None:
        nonlocal taken
        taken += 1
        if taken > 1 and len(data) > room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_all(handle, data)

    return refuse


def test_objects_that_are_not_here_are_counted(study: CollectionStudy, tmp_path: Path) -> None:
    events = list(import_votes_job(study, write(tmp_path / "t.csv", "id,label\n0,egg\n17,egg\n18,egg\n")))
    assert "2 objects of t.csv are not in this collection (17, 18, …)" in notes(events)
    with pytest.raises(LabelError, match="none of its 1 ids"):
        result(import_votes_job(study, write(tmp_path / "t.csv", "id,label\n17,egg\n")))


def test_a_list_of_classes_adds_what_is_missing(study: CollectionStudy, tmp_path: Path) -> None:
    assert result(import_votes_job(study, write(tmp_path / "classes.txt", "EGG\nctenophore\n"))) == ()
    assert study.classes.names == ("Metazoa>krill", "egg", "ctenophore")


def test_a_study_without_classes_takes_the_files(tmp_path: Path) -> None:
    write(tmp_path / "set" / "0.png", drawn(0))
    with result(collect_job(tmp_path / "set", tmp_path / "set.fathom")) as study:
        result(import_votes_job(study, write(tmp_path / "t.csv", "id,label\n0,krill\n")))
        assert study.classes.names == ("krill",)
        np.testing.assert_array_equal(study.votes.hard(), study.classes.values)


def test_a_study_without_classes_gets_those_of_the_map_or_none(tmp_path: Path) -> None:
    write(tmp_path / "set" / "0.png", drawn(0))
    with result(collect_job(tmp_path / "set", tmp_path / "set.fathom")) as study:
        with pytest.raises(LabelError, match="none of its 1 ids"):
            result(import_votes_job(study, write(tmp_path / "wrong.csv", "id,label\n7,junk\n")))
        table = write(tmp_path / "t.csv", "id,label\n0,Ceratium\n")
        assert not len(study.classes)
        events = list(import_votes_job(study, table, aliases={"ceratium": "Tripos", "Balaena": "whale"}))
        assert study.classes.names == ("Tripos", "whale")
        assert study.votes.hard().tolist() == [study.classes.named("Tripos").value]
        assert "t.csv: no label is called 'Balaena', which was to mean 'whale'" in notes(events)
