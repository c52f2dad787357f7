import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.plankton.sets import drawn, encoded, result, write

from napari_fathom.errors import FormatError
from napari_fathom.events import Note, Progress
from napari_fathom.plankton import Collection, ImageOptions, convert_collection, lay_out_collection, sniff
from napari_fathom.plankton.conversion import lay_out_anew
from napari_fathom.plankton.look import see
from napari_fathom.plankton.measures import MEASURE_NAMES, measure
from napari_fathom.plankton.options import vignette
from napari_fathom.plankton.store import read_record

COUNT = 40
CHUNK = 16
"""What a look of so few images writes at once."""


@pytest.fixture
def images(tmp_path: Path) -> Path:
    for number in range(COUNT):
        write(tmp_path / "set" / f"class{number % 3}" / f"{number:02d}.png", drawn(number, 10 + number, 24))
    return tmp_path / "set"


def convert(paths: Path | Sequence[Path], store: Path, options: ImageOptions | None = None) -> Collection:
    collection = result(convert_collection(paths, store, options=options))
    assert isinstance(collection, Collection)
    return collection


def test_a_look_knows_size_fingerprint_vignette_and_measures_of_every_image(
    images: Path, tmp_path: Path
) -> None:
    collection = convert(images, tmp_path / "set.collection")
    assert len(collection) == COUNT
    assert collection.looked_at.all()
    assert collection.measure_names == tuple(MEASURE_NAMES)
    for row, name in enumerate(collection.objects["object_id"]):
        picture = drawn(int(name), 10 + int(name), 24)
        np.testing.assert_array_equal(collection.read(row), picture)
        np.testing.assert_array_equal(collection.vignettes[row], vignette(picture, 64))
        np.testing.assert_array_equal(collection.measures[row], measure(picture))
        assert collection.objects["height_px"][row] == len(picture)
        assert collection.objects["fingerprint"][row] == see(picture, ImageOptions()).fingerprint


def test_the_originals_are_only_read(images: Path, tmp_path: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in images.rglob("*.png")}
    convert(images, tmp_path / "set.collection")
    assert {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in images.rglob("*") if path.is_file()
    } == before


def test_a_closed_look_goes_on_where_it_stopped(images: Path, tmp_path: Path) -> None:
    store = tmp_path / "set.collection"
    events = convert_collection(images, store)
    for event in events:
        if event == Progress("look", 2 * CHUNK, COUNT):
            break
    events.close()
    half = Collection.open(store)
    assert half.looked_at.tolist() == [True] * 32 + [False] * 8
    assert (half.objects["fingerprint"] != 0).tolist() == [True] * 32 + [False] * 8
    assert np.isnan(half.measures[32:]).all()

    events = list(convert_collection(images, store))
    assert Progress("look", 2 * CHUNK, COUNT) in events
    assert Progress("look", CHUNK, COUNT) not in events
    whole = Collection.open(store)
    other = convert(images, tmp_path / "other.collection")
    pd.testing.assert_frame_equal(whole.objects, other.objects)
    np.testing.assert_array_equal(whole.vignettes[:], other.vignettes[:])


def test_a_collection_opens_before_it_has_been_looked_at(images: Path, tmp_path: Path) -> None:
    collection = result(lay_out_collection(images, tmp_path / "set.collection"))
    assert not collection.looked_at.any()
    assert collection.objects["twin"].tolist() == list(range(COUNT))
    np.testing.assert_array_equal(collection.thumbnails([5, 2])[1], vignette(collection.read(2), 64))
    # a store can be given instead of its files
    assert sniff(collection.path) == "store"
    assert convert(collection.path, collection.path).looked_at.all()


KILLED = """
import os, signal, sys
from napari_fathom.events import Progress
from napari_fathom.plankton import convert_collection
for event in convert_collection(sys.argv[1], sys.argv[2]):
    if event == Progress("look", 32, 40):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_conversion_costs_nothing_but_time(images: Path, tmp_path: Path) -> None:
    store = tmp_path / "set.collection"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(images), str(store)], check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    assert Collection.open(store).looked_at.sum() == 32
    assert convert(images, store).looked_at.all()


def test_the_same_files_under_the_same_options_are_not_looked_at_again(images: Path, tmp_path: Path) -> None:
    store = tmp_path / "set.collection"
    convert(images, store)
    events = list(convert_collection(images, store))
    assert any(isinstance(event, Note) and "already" in event.message for event in events)
    assert Progress("look", COUNT, COUNT) in events
    assert Progress("look", 0, COUNT) not in events


def test_other_files_or_options_are_looked_at_anew(images: Path, tmp_path: Path) -> None:
    store = tmp_path / "set.collection"
    plain = convert(images, store)
    inverted = convert(images, store, ImageOptions(invert=True, side=96))
    assert inverted.vignettes.shape == (COUNT, 96, 96)
    np.testing.assert_array_equal(inverted.read(0), 255 - plain.read(0))
    # what the pixels are has nothing to do with how they are shown
    assert inverted.objects["fingerprint"].tolist() == plain.objects["fingerprint"].tolist()
    write(images / "class0" / "new.png", drawn(99))
    assert len(convert(images, store)) == COUNT + 1


def test_a_collection_laid_out_anew_is_the_same_seen_otherwise(images: Path, tmp_path: Path) -> None:
    plain = convert(images, tmp_path / "set.collection")
    write(images / "class0" / "new.png", drawn(99))  # no file is read again
    inverted = lay_out_anew(plain, ImageOptions(invert=True, side=32))
    assert (len(inverted), inverted.fingerprint) == (COUNT, plain.fingerprint)
    assert not inverted.looked_at.any()
    (images / "class0" / "new.png").unlink()
    seen = convert(images, tmp_path / "set.collection", ImageOptions(invert=True, side=32))
    assert seen.looked_at.all()
    assert seen.record == inverted.record  # it was gone on with, not begun again
    np.testing.assert_array_equal(seen.read(0), 255 - plain.read(0))


def test_a_picture_saved_in_two_formats_is_one_twice(tmp_path: Path) -> None:
    write(tmp_path / "set" / "a" / "1.png", drawn(1))
    write(tmp_path / "set" / "b" / "2.bmp", drawn(1))
    write(tmp_path / "set" / "b" / "3.png", np.stack([drawn(1)] * 3, axis=-1))
    write(tmp_path / "set" / "b" / "4.png", drawn(2))
    assert convert(tmp_path / "set", tmp_path / "s.collection").objects["twin"].tolist() == [0, 0, 0, 3]


def test_a_broken_image_is_told_and_its_object_has_no_size(images: Path, tmp_path: Path) -> None:
    write(images / "class0" / "broken.png", encoded(drawn(1))[:80])
    write(images / "class0" / "empty.png", b"")
    collection = convert(images, tmp_path / "set.collection")
    objects = collection.objects.set_index("object_id")
    assert [fault.file for fault in collection.faults] == ["class0/broken.png", "class0/empty.png"]
    assert objects.loc["broken", "height_px"] == 0
    assert objects.loc["broken", "twin"] != objects.loc["empty", "twin"]
    assert (objects["height_px"] > 0).sum() == COUNT
    with pytest.raises(FormatError, match=r"broken\.png"):
        collection.read(list(objects.index).index("broken"))


def test_something_else_at_the_place_of_the_store_is_left_alone(images: Path, tmp_path: Path) -> None:
    write(tmp_path / "set.collection" / "thesis.txt", "years of work")
    with pytest.raises(FormatError, match="not a collection"):
        convert(images, tmp_path / "set.collection")
    assert (tmp_path / "set.collection" / "thesis.txt").read_text() == "years of work"


def test_faults_of_the_tables_are_notes_and_stay_with_the_collection(tmp_path: Path) -> None:
    write(tmp_path / "set" / "1.png", drawn(1))
    write(tmp_path / "set" / "t.csv", "path,label\n1.png,a\n2.png,b\n")
    events = list(convert_collection(tmp_path / "set", tmp_path / "s.collection"))
    assert any(isinstance(event, Note) and event.message.startswith("t.csv, line 3") for event in events)
    collection = Collection.open(tmp_path / "s.collection")
    assert [(fault.file, fault.line) for fault in collection.faults] == [("t.csv", 3)]
    with pytest.raises(FormatError, match="0 images"):
        collection.read(1)


def test_a_look_that_another_version_began_is_not_gone_on_with(images: Path, tmp_path: Path) -> None:
    store = tmp_path / "set.collection"
    result(lay_out_collection(images, store))
    record = read_record(store)
    names = (*record.measure_names[1:], "something_else")
    (store / "collection.json").write_text(
        record.model_copy(update={"measure_names": names}).model_dump_json()
    )
    with pytest.raises(FormatError, match="another version"):
        convert(store, store)
