import threading

import numpy as np

from napari_fathom.viewer.tiles import TILE, TileCache, TileLoader, box_of, tiles_of


def test_tiles_of_a_box_cover_it() -> None:
    box = (500, 530, 1000, 2100)
    keys = list(tiles_of(0, box))
    assert keys == [(0, row, column) for row in (0, 1) for column in (0, 1, 2)]
    assert box_of(keys[-1], (600, 2100)) == (512, 600, 2048, 2100)


def test_an_empty_box_touches_no_tile() -> None:
    assert list(tiles_of(0, (TILE[0], TILE[0], 0, 10))) == []


def test_the_tile_not_used_for_longest_makes_room() -> None:
    cache = TileCache(budget=200)
    tile = np.zeros(100, np.uint8)
    cache.put((0, 0, 0), tile)
    cache.put((0, 0, 1), tile)
    assert cache.get((0, 0, 0)) is not None  # used again: now the second is the oldest
    cache.put((0, 0, 2), tile)
    assert cache.get((0, 0, 1)) is None
    assert cache.get((0, 0, 0)) is not None


def test_a_new_wish_replaces_what_the_same_asker_still_waits_for() -> None:
    done: list[str] = []
    begun, go = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go.wait(5)
        done.append("first")

    loader = TileLoader()
    loader.wish(1, [first, lambda: done.append("left the screen")])
    begun.wait(5)
    loader.wish(1, [lambda: done.append("now in view")])
    go.set()
    assert loader.wait_idle(5)
    loader.close()
    assert done == ["first", "now in view"]


def test_the_latest_asker_is_served_first() -> None:
    done: list[int] = []
    begun, go = threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        go.wait(5)

    loader = TileLoader()
    loader.wish(0, [block])
    begun.wait(5)
    loader.wish(1, [lambda: done.append(1)])
    loader.wish(2, [lambda: done.append(2)])
    go.set()
    assert loader.wait_idle(5)
    loader.close()
    assert done == [2, 1]
