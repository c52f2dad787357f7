"""What settings of images come to."""

import pytest

from napari_fathom.learning.images.settings import ImageSettings


def test_scan_moves_an_encoder_that_sees_in_small_steps() -> None:
    assert ImageSettings(method="scan", learning_rate=0.002).step_size == pytest.approx(0.0002)
    assert ImageSettings(method="spice", learning_rate=0.002).step_size == 0.002
