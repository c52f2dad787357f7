"""Votes of many annotators: what is cast is kept, counted by rules, taken back, and survives reopening."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fathom.errors import LabelError, StudyError
from napari_fathom.labels import LARGEST_VOTE, Classes, VoteEvent, VoteStore

TAXA = Classes((), LARGEST_VOTE).with_all_added(["Copepoda", "detritus", "fiber"])
IDS = [f"object {number}" for number in range(6)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VoteStore]:
    with VoteStore.create(tmp_path / "votes", IDS, TAXA) as store:
        yield store


def test_a_new_store_is_silent(store: VoteStore) -> None:
    assert len(store) == 6
    assert not store.hard().any()
    assert not store.soft().any()
    assert np.isnan(store.agreement()).all()
    assert np.isnan(store.entropy()).all()
    assert store.counts() == {1: 0, 2: 0, 3: 0}
    assert store.votes().empty
    assert store.journal() == []


def test_while_it_is_read_at_one_moment_who_votes_waits(store: VoteStore) -> None:
    voter = Thread(target=store.cast, args=([0], 1), kwargs={"annotator": "Ada"})
    with store.unchanged():
        voter.start()
        voter.join(0.05)
        assert voter.is_alive() and store.last_event == 0
    voter.join()
    assert store.last_event == 1


def test_one_cast_speaks_of_many_objects(store: VoteStore) -> None:
    event = store.cast([4, 0, 2], [1, 2, 1], annotator="Ada", note="three at once")
    assert store.hard().tolist() == [2, 0, 1, 0, 1, 0]
    assert store.status().tolist() == ["validated", "", "validated", "", "validated", ""]
    assert store.counts() == {1: 2, 2: 1, 3: 0}
    assert (event.number, event.objects, event.annotator, event.note) == (1, 3, "Ada", "three at once")
    assert store.journal() == [event]


def test_everybodys_last_word_counts_once(store: VoteStore) -> None:
    store.cast([0], 1, annotator="Ada")
    store.cast([0], 2, annotator="Ben")
    store.cast([0], 3, annotator="Ada")
    store.cast([0], 2, annotator="Cyd")
    assert store.hard()[0] == 2
    np.testing.assert_allclose(store.soft()[0], [0, 2 / 3, 1 / 3])
    assert store.agreement()[0] == pytest.approx(1 / 3)


def test_of_as_many_votes_the_latest_wins_as_in_ecotaxa(store: VoteStore) -> None:
    store.cast([0, 1], [1, 2], annotator="Ada")
    store.cast([0, 1], [2, 1], annotator="Ben")
    assert store.hard()[:2].tolist() == [2, 1]


def test_a_status_is_that_of_the_last_vote_for_the_class_that_won(store: VoteStore) -> None:
    store.cast([0], 1, annotator="Ada")
    store.cast([0], 1, annotator="Ben", status="dubious")
    store.cast([0], 2, annotator="Cyd")
    assert (store.hard()[0], store.status()[0]) == (1, "dubious")


def test_it_is_told_whose_vote_decided_and_when(store: VoteStore) -> None:
    times = np.array(["2012-02-14T10:00", "2012-02-14T11:00", "2012-02-14T12:00"], "datetime64[ms]")
    for name, value, time in zip(("Ada", "Ben", "Cyd"), (1, 1, 2), times, strict=True):
        store.cast([3], value, annotator=name, time=time)
    assert store.said_by().tolist() == ["", "", "", "Ben", "", ""]
    assert store.said_at()[3] == times[1]
    assert np.isnat(store.said_at()[:3]).all()
    store.cast([3], 0, annotator="Ben")
    assert store.said_by()[3] == "Cyd"


def test_a_machine_is_heard_only_where_no_person_has_spoken(store: VoteStore) -> None:
    store.cast(range(6), 3, annotator="model 4", status="predicted")
    store.cast([1], 1, annotator="Ada", shown=3)
    assert store.hard().tolist() == [0, 1, 0, 0, 0, 0]
    assert store.label().tolist() == [3, 1, 3, 3, 3, 3]
    assert store.status()[:2].tolist() == ["predicted", "validated"]
    assert store.soft()[0].tolist() == [0, 0, 0]
    assert store.votes()["standing"].tolist() == [True, False, True, True, True, True, True]


def test_withdrawing_leaves_the_others_votes(store: VoteStore) -> None:
    store.cast([0, 1], 1, annotator="Ada")
    store.cast([0], 2, annotator="Ben")
    store.cast([0, 1], 0, annotator="Ada")
    assert store.hard()[:2].tolist() == [2, 0]
    assert store.status()[1] == ""


def test_saying_the_same_again_is_no_event(store: VoteStore) -> None:
    store.cast([0, 1], 1, annotator="Ada")
    assert store.cast([0, 1], 1, annotator="Ada").number == 0
    assert store.cast([5], 0, annotator="Ada").number == 0
    assert store.cast([0, 1, 2], 1, annotator="Ada").objects == 1
    assert store.cast([0], 1, annotator="Ada", status="dubious").objects == 1
    assert len(store.journal()) == 3


def test_what_is_taken_back_leaves_what_stood_before(store: VoteStore) -> None:
    store.cast([0, 1], 1, annotator="Ada")
    event = store.cast([0, 1, 2], 2, annotator="Ada")
    store.cast([1], 3, annotator="Ada")
    (back,) = store.revert([event])
    assert store.hard()[:3].tolist() == [1, 3, 0]
    assert (back.takes_back, back.objects) == (event.number, 3)
    assert event.number not in store.votes()["event"].tolist()


def test_taking_back_twice_changes_nothing_and_taking_back_the_taking_back_brings_it_again(
    store: VoteStore,
) -> None:
    event = store.cast([0], 2, annotator="Ada")
    (back,) = store.revert([event])
    assert store.revert([event])[0].number == 0
    (again,) = store.revert([back])
    assert store.hard()[0] == 2
    store.revert([again])
    assert store.hard()[0] == 0


def test_several_casts_are_taken_back_together(store: VoteStore) -> None:
    store.cast([0], 3, annotator="Ada")
    events = [store.cast([0, 1], value, annotator="Ada") for value in (1, 2)]
    assert [event.takes_back for event in store.revert(events)] == [3, 2]
    assert store.hard()[:2].tolist() == [3, 0]


def test_the_table_of_votes_tells_what_was_proposed_and_when(store: VoteStore) -> None:
    said = np.array(["2012-02-14T10:00:00", "2012-02-14T10:00:05"], "datetime64[ms]")
    store.cast([3, 1], [1, 2], annotator="Ada", shown=[2, 0], status="dubious", time=said)
    table = store.votes()
    assert table["row"].tolist() == [1, 3]
    assert table["class_name"].tolist() == ["detritus", "Copepoda"]
    assert table["shown"].tolist() == [0, 2]
    assert table["time"].tolist() == [said[1], said[0]]
    assert table["status"].tolist() == ["dubious", "dubious"]


def test_all_is_there_when_it_is_opened_again(store: VoteStore) -> None:
    store.cast([0, 1], 1, annotator="Ada")
    event = store.cast([1, 2], 2, annotator="Ben", shown=1)
    store.revert([event])
    table = store.votes()
    store.close()
    with VoteStore.open(store.path) as again:
        assert again.votes().equals(table)
        assert again.object_ids == tuple(IDS)
        assert again.annotators == ("Ada", "Ben")
        assert again.classes == TAXA
        assert again.notes == ()
        assert again.cast([5], 1, annotator="Cyd").number == 4


def test_more_annotators_than_room_at_first_and_more_votes(tmp_path: Path) -> None:
    with VoteStore.create(tmp_path / "votes", [str(i) for i in range(700)], TAXA) as store:
        for person in range(5):
            store.cast(range(700), 1 + person % 2, annotator=f"annotator {person}")
        assert (store.hard() == 1).all()
        assert store.soft()[:, 0] == pytest.approx(0.6)
        assert len(store.votes()) == 3500


def test_votes_know_what_they_are_of(store: VoteStore) -> None:
    assert store.is_of(IDS)
    assert not store.is_of(IDS[::-1])
    assert not store.is_of(IDS[:-1])


def test_a_snapshot_stays_as_it_was(store: VoteStore, tmp_path: Path) -> None:
    store.cast([0], 1, annotator="Ada")
    frozen = store.snapshot(tmp_path / "frozen")
    store.cast([0, 1], 2, annotator="Ada")
    assert frozen.hard().tolist() == [1, 0, 0, 0, 0, 0]
    assert frozen.is_of(IDS)
    assert not frozen.writable
    with pytest.raises(LabelError, match="snapshot is read-only"):
        VoteStore.open(tmp_path / "frozen")


def test_a_reader_sees_what_was_said_until_now_and_may_not_write(store: VoteStore) -> None:
    store.cast([0], 1, annotator="Ada")
    beside = VoteStore.open(store.path, "r")
    store.cast([1], 1, annotator="Ada")
    assert beside.hard().tolist() == [1, 0, 0, 0, 0, 0]
    with pytest.raises(LabelError, match="read-only"):
        beside.cast([1], 1, annotator="Ada")


def test_a_second_writer_is_refused(store: VoteStore) -> None:
    with pytest.raises(StudyError, match="already open"):
        VoteStore.open(store.path)


def test_a_class_with_votes_is_not_removed(store: VoteStore) -> None:
    store.cast([0, 1], 1, annotator="Ada")
    with pytest.raises(LabelError, match="'Copepoda' has 2 votes"):
        store.set_classes(TAXA.without(1))
    store.set_classes(TAXA.without(2).with_renamed(1, "Crustacea>Copepoda"))
    assert store.classes.names == ("Crustacea>Copepoda", "fiber")


def test_what_is_brought_back_is_never_of_a_class_that_is_gone(store: VoteStore) -> None:
    store.cast([0], 1, annotator="Ada")
    event = store.cast([0], 2, annotator="Ada")
    store.set_classes(TAXA.without(1))
    with pytest.raises(LabelError, match="removed since"):
        store.revert([event])
    assert store.hard()[0] == 2
    assert len(store.journal()) == 2


def test_a_class_that_only_a_hidden_machine_says_is_not_removed(store: VoteStore) -> None:
    store.cast([0], 1, annotator="model", status="predicted")
    store.cast([0], 2, annotator="Ada")
    with pytest.raises(LabelError, match="'Copepoda' has 1 votes"):
        store.set_classes(TAXA.without(1))


@pytest.mark.parametrize(
    ("rows", "values", "more", "says"),
    [
        ([6], 1, {}, "Rows go from 0 to 5; found 6"),
        ([-1], 1, {}, "Rows go from 0 to 5"),
        ([1, 3, 1], 1, {}, "Row 1 comes twice"),
        ([0.5], 1, {}, "Rows are whole numbers"),
        ([0], 4, {}, r"No class has the value \[4\]"),
        ([0], -1, {}, r"No class has the value \[-1\]"),
        ([0], 70_000, {}, r"No class has the value \[70000\]"),
        ([0, 1], [1, 2, 3], {}, "Values: 3 given for 2 rows"),
        ([0], 1, {"shown": 9}, r"No class has the value \[9\]"),
        ([0], 1, {"status": "sure"}, "predicted, dubious or validated"),
        ([0], 1, {"annotator": " "}, "needs an annotator"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(store: VoteStore, rows, values, more, says: str) -> None:
    with pytest.raises(LabelError, match=says):
        store.cast(rows, values, **{"annotator": "Ada", **more})
    assert store.journal() == []


def test_a_store_is_made_of_objects_that_can_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="two objects have the id 'a'"):
        VoteStore.create(tmp_path / "votes", ["a", "b", "a"], TAXA)
    with pytest.raises(LabelError, match="without objects"):
        VoteStore.create(tmp_path / "votes", [], TAXA)
    with pytest.raises(LabelError, match="no votes here"):
        VoteStore.open(tmp_path)


people = st.sampled_from(["Ada", "Ben", "Cyd"])
casts = st.tuples(people, st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=4))


@settings(max_examples=30)
@given(st.lists(st.one_of(casts, st.integers(0, 10), st.just("reopen")), max_size=12))
def test_any_sequence_of_casts_equals_one_plain_list(tmp_path_factory, steps) -> None:
    store = VoteStore.create(tmp_path_factory.mktemp("any") / "votes", IDS, TAXA)
    said: list[tuple[int, str, int, int]] = []
    gone: set[int] = set()
    events: list[VoteEvent] = []
    for step in steps:
        if step == "reopen":
            store.close()
            store = VoteStore.open(store.path)
        elif isinstance(step, int):
            if step < len(events) and events[step].number:
                store.revert([events[step]])
                gone.add(events[step].number)
        else:
            who, votes = step
            rows = dict(votes)
            event = store.cast(np.array(list(rows), int), np.array(list(rows.values()), int), annotator=who)
            events.append(event)
            last = {(row, name): value for row, name, value, at in said if at not in gone}
            said += [
                (row, who, value, event.number)
                for row, value in rows.items()
                if last.get((row, who), 0) != value
            ]
    with store:
        last = {}
        for row, name, value, at in said:
            if at not in gone:
                last.pop((row, name), None)
                last[row, name] = value
        for row in range(6):
            voices = [value for (place, _), value in last.items() if place == row and value]
            most = max((voices.count(value) for value in voices), default=0)
            expected = next((v for v in reversed(voices) if voices.count(v) == most), 0)
            assert store.hard()[row] == expected


def test_what_was_read_stays_as_it_was_while_others_vote(store: VoteStore) -> None:
    store.cast([0, 1], 1, annotator="Ada")
    hard, label, counts = store.hard(), store.label(), store.counts()
    store.cast([1, 2], 2, annotator="Ben")
    assert hard.tolist() == label.tolist() == [1, 1, 0, 0, 0, 0]
    assert counts == {1: 2, 2: 0, 3: 0} and store.counts() == {1: 1, 2: 2, 3: 0}
    with pytest.raises(ValueError, match="read-only"):
        hard[0] = 2
