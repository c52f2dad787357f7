import threading
from typing import Any

import pytest
from qtpy.QtCore import QThread

from napari_fathom.viewer import paint_thread
from napari_fathom.viewer.paint_thread import LabelThread


def test_a_read_asked_for_after_a_write_sees_it_and_answers_in_the_gui_thread(qtbot: Any) -> None:
    thread, store, seen = LabelThread(), [], []
    thread.write(lambda: store.append(1))
    thread.read(
        lambda: list(store), lambda found: seen.append((found, QThread.currentThread() is thread.thread()))
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [([1], True)]
    assert thread.close()


def test_a_write_that_fails_is_told_and_tried_again_before_anything_else(
    qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paint_thread, "RETRY_S", 0.01)
    tries: list[str] = []

    def write() -> None:
        tries.append("stroke")
        if len(tries) < 3:
            raise OSError("no space left on device")

    thread, told = LabelThread(), []
    thread.failed.connect(told.append)
    thread.write(write)
    thread.write(lambda: tries.append("next"))
    assert thread.wait(5)
    assert tries == ["stroke", "stroke", "stroke", "next"]
    qtbot.waitUntil(lambda: len(told) == 2)
    assert thread.close()


def test_closing_finishes_what_was_asked_for() -> None:
    thread, done, go = LabelThread(), [], threading.Event()
    thread.write(lambda: go.wait(5))
    thread.write(lambda: done.append(1))
    go.set()
    assert thread.close()
    assert done == [1]
    with pytest.raises(RuntimeError, match="closed"):
        thread.read(lambda: 1, print)
