"""What a tile must see so that tiles together equal the whole; plain numbers, no torch."""

__all__ = ["alignment", "halo"]


def alignment(depth: int) -> int:
    """Cells on whose multiples a tile must start: the pixels under one cell of the deepest stage.

    Parameters
    ----------
    depth : int
        Number of stages.
    """
    return 1 << (depth - 1)


def halo(depth: int) -> int:
    """Cells that a tile must see around itself so that its prediction equals that of the whole survey.

    Counts backwards what one output pixel needs: two 3×3 convolutions widen the need by 2 cells of their
    stage, going a stage deeper halves it (rounded up), going a stage up doubles it. Holds for tiles that
    start and end on multiples of `alignment(depth)`, to which the result is rounded up: 96 for five stages.

    Parameters
    ----------
    depth : int
        Number of stages.
    """
    need = 2
    for _ in range(depth - 1):  # down the decoder
        need = -(-need // 2) + 2
    for _ in range(depth - 1):  # up the encoder
        need = 2 * need + 2
    step = alignment(depth)
    return -(-need // step) * step
