import numpy as np
from napari.components import LayerList
from napari.layers import Image
from pytestqt.qtbot import QtBot

from napari_fathom.events import Box
from napari_fathom.viewer.lazy_layers import LazyLayers
from napari_fathom.viewer.pyramid import as_layer_data
from napari_fathom.viewer.tiles import Array


class Ramp:
    """Two levels of numbers."""

    shapes = ((8, 4000), (4, 2000))
    dtype = np.dtype(np.float32)
    trailing: tuple[int, ...] = ()

    def read(self, level: int, box: Box) -> Array:
        top, bottom, left, right = box
        cells = np.arange(self.shapes[level][1], dtype=np.float32)[left:right]
        return np.broadcast_to(cells, (bottom - top, right - left))


def test_a_refresh_reaches_the_canvas_but_not_the_layer_list(qtbot: QtBot) -> None:
    lazy = LazyLayers()
    layer = lazy.build(Ramp(), 1.0, lambda levels: Image(**as_layer_data(levels)))
    everyone: list[str] = []
    layers = LayerList([layer])
    layers.events.connect(lambda event: everyone.append(event.type))
    drawn: list[str] = []
    layer.events.set_data.connect(lambda event: drawn.append(event.type))
    lazy.forget(layer)
    qtbot.waitUntil(lambda: bool(drawn))
    layer.scale_factor = 0.5  # a step of a zoom
    lazy.close()
    assert not {"set_data", "scale_factor"} & set(everyone)
