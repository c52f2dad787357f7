"""The images of a study seen with other options: measured anew, while nothing that was said is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.plankton.sets import drawn, write

from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Progress
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.plankton import ImageOptions
from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import collect_job, look_job, predict_collection_job, train_job

COUNT = 20


def result(events: Any) -> Any:
    *_, done = events
    assert isinstance(done, Done)
    return done.result


@pytest.fixture
def study(tmp_path: Path) -> Iterator[CollectionStudy]:
    for number in range(COUNT):
        write(tmp_path / "set" / "ab"[number % 2] / f"{number:02d}.png", drawn(number))
    with result(collect_job(tmp_path / "set", tmp_path / "set.fathom")) as made:
        result(look_job(made))
        made.votes.cast([0, 1], 2, annotator="someone")
        yield made


def test_other_options_give_other_vignettes_and_keep_every_vote(study: CollectionStudy) -> None:
    before, said = study.collection.read(0), study.votes.hard().tolist()
    result(look_job(study, options=ImageOptions(invert=True, side=32)))
    assert study.collection.vignettes.shape == (COUNT, 32, 32)
    assert study.collection.looked_at.all()
    np.testing.assert_array_equal(study.collection.read(0), 255 - before)
    assert study.votes.hard().tolist() == said
    study.close()
    with CollectionStudy.open(study.folder) as again:
        assert again.collection.options == ImageOptions(invert=True, side=32)
        assert again.votes.hard().tolist() == said


def test_the_same_options_look_at_nothing_again(study: CollectionStudy) -> None:
    events = list(look_job(study, options=study.collection.options))
    assert Progress("look", 0, COUNT) not in events


def test_stopped_between_it_opens_and_goes_on(study: CollectionStudy) -> None:
    job = look_job(study, options=ImageOptions(stretch=True))
    next(job)
    job.close()
    study.close()
    with CollectionStudy.open(study.folder) as again:
        assert again.collection.options.stretch and not again.collection.looked_at.any()
        result(look_job(again))
        assert again.collection.looked_at.all()


def test_no_answer_is_made_of_images_half_seen_so_and_half_otherwise(study: CollectionStudy) -> None:
    result(train_job(study, ImageSettings(method="forest", trees=5, clusters=2), device="cpu"))
    job = predict_collection_job(study, device="cpu")
    next(job)
    result(look_job(study, options=ImageOptions(invert=True)))
    with pytest.raises(StudyError, match="seen otherwise meanwhile"):
        list(job)
    assert study.answers() is None
