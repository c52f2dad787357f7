"""How images might be seen is shown before and after, ticked as recommended, and applied when pressed."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from napari_fathom.plankton import ImageOptions, Offer, Suggestion
from napari_fathom.viewer.mosaic.options_offer import OptionsOffer

CROP = Offer("crop_bottom_px", 31, "9 of 9 images have a scale bar", True)
INVERT = Offer("invert", True, "9 of 9 images show dark things on light ground", False)
EXAMPLES = (np.full((60, 40), 200, np.uint8), np.full((80, 80), 210, np.uint8))
NOW = ImageOptions(side=96)
FOUND = Suggestion(ImageOptions(side=96, crop_bottom_px=31), (CROP, INVERT), (), 9, EXAMPLES)


@pytest.fixture
def offer(qtbot: QtBot) -> OptionsOffer:
    made = OptionsOffer()
    qtbot.addWidget(made)
    made.setValue(FOUND, NOW)
    return made


def shade(offer: OptionsOffer) -> tuple[int, int]:
    """Grey in the middle of the first example, before and after."""
    before, after = (
        label.pixmap().toImage().pixelColor(40, 40).red() for label in (offer.before, offer.after)
    )
    return before, after


def test_what_is_recommended_is_ticked_with_its_reason(offer: OptionsOffer) -> None:
    assert [box.isChecked() for box in offer.boxes] == [True, False]
    assert offer.boxes[0].text() == "Cut off the lowest 31 rows (recommended)"
    assert offer.reasons[1].text() == "9 of 9 images show dark things on light ground."
    assert offer.value() == ImageOptions(side=96, crop_bottom_px=31)


def test_a_tick_is_seen_on_the_examples_and_told(offer: OptionsOffer, qtbot: QtBot) -> None:
    assert shade(offer) == (200, 200)
    with qtbot.waitSignal(offer.valueChanged) as told:
        offer.boxes[1].setChecked(True)
    assert shade(offer) == (200, 55)
    assert told.args == [ImageOptions(side=96, crop_bottom_px=31, invert=True)]


def test_pressed_it_is_told_and_stays_until_it_is_taken_away(offer: OptionsOffer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(offer.applied) as applied:
        offer.apply.click()
    assert applied.args == [ImageOptions(side=96, crop_bottom_px=31)]
    assert not offer.isHidden()
    offer.setValue(None, None)
    assert offer.isHidden() and offer.value() is None


def test_with_nothing_ticked_there_is_nothing_to_apply(offer: OptionsOffer) -> None:
    offer.boxes[0].setChecked(False)
    assert offer.value() == NOW and not offer.apply.isEnabled()


def test_it_is_hidden_where_nothing_is_offered(offer: OptionsOffer) -> None:
    assert not offer.isHidden()
    offer.setValue(Suggestion(NOW, (), ("Sizes differ.",), 9, EXAMPLES), NOW)
    assert offer.isHidden()
