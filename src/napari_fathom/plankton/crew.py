"""Helpers that look at images in processes of their own: Python does one thing at a time in one.

A helper is this module run as a program. It reads `start stop` lines, does that chunk as `look.look_at` does,
writes it into the store itself, and tells how many images it has seen. A chunk counts once it is whole, so
that a helper may be killed at any time; nothing is sent that could not be typed, and nobody's script is run
again, as `multiprocessing` would.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

__all__ = ["Chunk", "cores", "look_in_crew"]

Chunk = tuple[int, int]
"""First row and end of what is looked at and written at once."""

LARGEST_CREW = 16
"""Each takes some 150 MB."""
_DONE = "done"
_PATIENCE_S = 0.5
"""Between two signs of life, so that Stop is heard while all helpers are busy with large images."""

if sys.platform == "win32":  # each would flash up a console beside napari's window
    _NO_CONSOLE = subprocess.CREATE_NO_WINDOW
else:
    _NO_CONSOLE = 0


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Helper:
    """One process, and the chunk it is at."""

    def __init__(self, store: Path, heard: SimpleQueue[tuple[_Helper, str]]) -> None:
        self.chunk: Chunk | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what it fails at is done again, and told, by whoever called it
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            creationflags=_NO_CONSOLE,
        )
        self._listener = threading.Thread(target=self._listen, args=(heard,), daemon=True)
        self._listener.start()

    def give(self, chunk: Chunk) -> None:
        """Let it do a chunk."""
        self.chunk = chunk
        try:
            _write(self._process.stdin, f"{chunk[0]} {chunk[1]}\n")
        except OSError:  # it has died, which its last line will tell
            return

    def end(self) -> None:
        """Stop it, whatever it is at."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                _close(stream)

    def _listen(self, heard: SimpleQueue[tuple[_Helper, str]]) -> None:
        for line in self._process.stdout or ():
            heard.put((self, line.strip()))
        heard.put((self, ""))


def look_in_crew(store: Path, chunks: Sequence[Chunk], helpers: int) -> Generator[int, None, list[Chunk]]:
    """Have chunks looked at by helpers; closing the generator kills them.

    Parameters
    ----------
    store : Path
        Of the collection; nobody else writes to it meanwhile.
    chunks : sequence of (int, int)
        In the order they are taken up.
    helpers : int
        How many processes at most.

    Yields
    ------
    int
        Images seen since the last time.

    Returns
    -------
    list of (int, int)
        Chunks that no helper could finish; empty as a rule.
    """
    waiting, unfinished = deque(chunks), []
    heard: SimpleQueue[tuple[_Helper, str]] = SimpleQueue()
    crew: list[_Helper] = []
    try:
        for _ in range(min(helpers, LARGEST_CREW, len(chunks))):
            try:
                crew.append(_Helper(store, heard))
            except OSError:  # no more processes to be had: those there are do it all
                break
            crew[-1].give(waiting.popleft())
        while any(helper.chunk is not None for helper in crew):
            try:
                helper, said = heard.get(timeout=_PATIENCE_S)
            except Empty:
                yield 0
                continue
            if said.isdigit():
                yield int(said)
                continue
            if said != _DONE and helper.chunk is not None:
                unfinished.append(helper.chunk)
            helper.chunk = None
            if said == _DONE and waiting:
                helper.give(waiting.popleft())
        return [*unfinished, *waiting]
    finally:
        for helper in crew:
            helper.end()


def _write(stream: IO[str] | None, words: str) -> None:
    if stream is not None:
        stream.write(words)
        stream.flush()


def _close(stream: IO[str]) -> None:
    try:
        stream.close()
    except OSError:  # a line that a dead helper never read
        return


def _help(store: Path) -> None:
    """Do what a helper does, until no more is asked of it."""
    from napari_fathom.plankton.look import look_at
    from napari_fathom.plankton.model import Collection
    from napari_fathom.plankton.store import look_arrays

    collection, group = Collection.open(store), look_arrays(store, "r+")
    for line in sys.stdin:
        start, stop = map(int, line.split())
        before = 0
        for seen in look_at(collection, group, start, stop):
            _write(sys.stdout, f"{seen - before}\n")
            before = seen
        _write(sys.stdout, f"{_DONE}\n")


if __name__ == "__main__":
    _help(Path(sys.argv[1]))
