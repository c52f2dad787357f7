"""A head that learned on a frozen encoder, as a part of the network."""

import torch
from tests.learning.images.shapes import quick

from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.nets.image_network import build_image_network
from napari_fathom.learning.nets.projection import ProjectionHead, embed


def views(count: int, measures: int) -> Views:
    random = torch.Generator().manual_seed(count)
    return Views(
        torch.randn(count, 1, 8, 8, generator=random), torch.randn(count, measures, generator=random)
    )


def test_a_head_that_became_part_of_the_network_answers_as_before() -> None:
    network = build_image_network(quick(clusters=7), 8, 3, 2).eval()
    head = ProjectionHead(network.seen + 3, 16, 7)
    for seed in range(30):  # gives its normalisation statistics
        head(3 * torch.randn(20, network.seen + 3, generator=torch.Generator().manual_seed(seed)) + 1)
    with torch.no_grad():
        head.norm.weight.uniform_(0.5, 2)
        head.norm.bias.uniform_(-1, 1)
    head.eval().become_part(network)
    seen = views(5, 3)
    expected = head(embed(network, seen))
    torch.testing.assert_close(network.heads.clusters(network.features(seen)), expected, rtol=1e-4, atol=1e-4)


def test_embeddings_lie_equally_far_from_the_middle() -> None:
    network = build_image_network(quick(), 8, 3, 2).eval()
    lengths = embed(network, views(6, 3)).norm(dim=1)
    torch.testing.assert_close(lengths, torch.full((6,), float(network.seen + 3) ** 0.5), rtol=1e-3, atol=0)


def test_a_head_answers_about_what_it_knows_as_in_training() -> None:
    head, rows = (
        ProjectionHead(5, 4, 3),
        2 * torch.randn(30, 5, generator=torch.Generator().manual_seed(0)) - 1,
    )
    expected = head.train()(rows)
    head.know(rows)
    torch.testing.assert_close(head.eval()(rows), expected)
