"""Images through a narrow place and out again."""

import pytest
import torch
from tests.learning.images.shapes import quick
from tests.learning.methods.test_image_methods import BATCH, CLASSES, CPU, network

from napari_fathom.learning.methods import MethodContext
from napari_fathom.learning.methods.autoencoder import Autoencoder
from napari_fathom.learning.nets.decoder import Decoder


def made(side: int = 8, seed: int = 0) -> Autoencoder:
    settings = quick(method="autoencoder", measures=True, clusters=6, seed=seed)
    return Autoencoder(MethodContext(settings, CLASSES, CPU, lambda: None, seen=network().seen, side=side))


@pytest.mark.parametrize("side", [8, 64, 96, 70])
def test_images_come_out_as_large_as_they_were(side: int) -> None:
    assert Decoder(32, side, seed=0)(torch.zeros(2, 32)).shape == (2, 1, side, side)


def test_the_loss_is_the_mean_squared_error_and_falls() -> None:
    net, method = network(), made()
    assert BATCH.unlabelled is not None
    found = []
    optimiser = torch.optim.Adam([*net.parameters(), *method.parameters()], lr=0.01)
    for _ in range(15):
        [loss] = method.objectives(net, BATCH)
        found.append(float(loss.total.detach()))
        optimiser.zero_grad()
        loss.total.backward()
        optimiser.step()
    assert found[-1] < 0.8 * found[0]
    assert found[0] > 0.5  # of pixels of variance one


def test_a_run_goes_on_with_the_decoder_that_it_had() -> None:
    first, second = made(seed=1), made(seed=2)
    second.restore(first.state())
    for mine, theirs in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)
    other = made(side=32)
    before = [value.clone() for value in other.parameters()]
    other.restore(first.state())  # of another size: it starts anew
    for mine, now in zip(before, other.parameters(), strict=True):
        torch.testing.assert_close(mine, now)
