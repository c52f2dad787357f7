"""A full disk costs the stroke that did not fit, and says so; nothing before it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from napari_fathom.labels import LabelStore

PAINT_TO_THE_LIMIT = """
import resource, signal, sys
import numpy as np
from napari_fathom.errors import LabelError
from napari_fathom.labels import LabelStore

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = LabelStore.open(sys.argv[1])
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, unlimited[1]))  # no file may grow, as on a full disk
rng = np.random.default_rng(0)
for number in range(1, 1000):
    try:
        event = store.write((0, 100, 0, 100), 1 + number % 3, rng.random((100, 100)) < 0.5, origin="paint")
    except LabelError as error:
        print(number - 1, error)
        break
    assert event.number == number
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
np.save(sys.argv[2], store.read((0, 300, 0, 3000)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of files are POSIX")
def test_a_stroke_that_does_not_fit_is_refused_and_all_before_it_are_kept(tmp_path: Path) -> None:
    path, seen = tmp_path / "labels", tmp_path / "seen.npy"
    LabelStore.create(path, (300, 3000)).close()
    told = subprocess.run(
        [sys.executable, "-c", PAINT_TO_THE_LIMIT, str(path), str(seen)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    kept, _, message = told.partition(" ")
    assert int(kept) > 3
    assert "could not be saved" in message
    assert "Everything before it is safe" in message
    with LabelStore.open(path) as store:
        assert len(store.journal()) == int(kept)
        np.testing.assert_array_equal(store.read((0, 300, 0, 3000)), np.load(seen))
        assert store.write((0, 100, 0, 100), 1, origin="paint").number == int(kept) + 1
