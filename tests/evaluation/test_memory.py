"""What a piece of work needed at most."""

import sys

import numpy as np
import pytest

from napari_fathom.evaluation.memory import peak_mb, reset_peak


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere an earlier peak may be higher")
def test_the_peak_holds_what_was_given_back_since() -> None:
    reset_peak()
    before = peak_mb()
    large = np.ones(40 * 2**20)  # 320 MB, every page written
    del large
    assert peak_mb() > before + 200


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets")
def test_what_was_needed_before_is_forgotten() -> None:
    large = np.ones(40 * 2**20)
    del large
    high = peak_mb()
    reset_peak()
    assert peak_mb() < high - 200
