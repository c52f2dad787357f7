"""How images might be seen, as it is offered when a collection opens."""

import numpy as np
from qtpy.QtWidgets import QApplication

from napari_fathom.plankton import ImageOptions, Offer, Suggestion
from napari_fathom.viewer.mosaic.options_offer import OptionsOffer


def make() -> OptionsOffer:
    """Return the widget, filled."""
    rows, columns = np.mgrid[-1:1:90j, -1:1:60j]
    examples = tuple(
        np.where(rows**2 + (size * columns) ** 2 < 0.3, 60, 240).astype(np.uint8) for size in (1, 2, 3, 4)
    )
    for example in examples:
        example[-12:-10, 5:30] = 0  # a scale bar
    offers = (
        Offer("crop_bottom_px", 31, "4 of 4 images have a scale bar in their lowest 31 rows", True),
        Offer("invert", True, "4 of 4 images show dark things on light ground", False),
    )
    offer = OptionsOffer()
    offer.setValue(Suggestion(ImageOptions(crop_bottom_px=31), offers, (), 4, examples), ImageOptions())
    return offer


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
