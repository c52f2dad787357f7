"""A bar that watches a job in a worker thread, and stops it."""

from collections.abc import Iterator
from threading import Event as StopEvent

from qtpy.QtWidgets import QApplication

from napari_fathom.events import Done, Progress
from napari_fathom.viewer.jobs_ui import JobBar
from napari_fathom.viewer.worker import Worker


def make() -> JobBar:
    """Return the widget, filled."""
    bar = JobBar("Nothing runs.")
    worker = Worker("example", bar)

    def count(stop: StopEvent) -> Iterator[Progress | Done[int]]:
        for number in range(200):
            yield Progress("counting", number, 200)
            if stop.wait(0.05):
                return
        yield Done(200)

    bar.watch(worker.submit("Counting", count, owner=bar))
    return bar


if __name__ == "__main__":
    app = QApplication([])
    widget = make()
    widget.show()
    app.exec()
