"""How far the chunks on disk are known to hold what the journal says."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from napari_fathom import files
from napari_fathom.labels.chunks import ChunkKey, ChunkSummary

__all__ = ["Checkpoint"]


@dataclass(frozen=True)
class Checkpoint:
    """Everything up to `number` is in the chunk files; what follows in the journal has to be replayed.

    Parameters
    ----------
    number : int
        The last event that is whole in the chunks.
    offset : int
        Bytes of the journal up to and with that event.
    next_stroke : int
        The id the next stroke gets.
    summaries : dict
        What lies in each painted chunk.
    """

    number: int = 0
    offset: int = 0
    next_stroke: int = 1
    summaries: dict[ChunkKey, ChunkSummary] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write it, beside and renamed."""
        chunks = {
            f"{row}.{column}": [list(summary.box), {str(value): n for value, n in summary.counts.items()}]
            for (row, column), summary in self.summaries.items()
        }
        head = {
            "number": self.number,
            "offset": self.offset,
            "next_stroke": self.next_stroke,
            "chunks": chunks,
        }
        files.replace_text(path, json.dumps(head, separators=(",", ":")))

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            If the file is damaged; the journal can replace it.
        """
        try:
            head = json.loads(path.read_text("utf-8"))
            return cls(
                int(head["number"]),
                int(head["offset"]),
                int(head["next_stroke"]),
                {_key(name): _summary(*found) for name, found in head["chunks"].items()},
            )
        except (OSError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path.name} is missing or damaged: {error!r}") from error


def _key(name: str) -> ChunkKey:
    row, column = name.split(".")
    return int(row), int(column)


def _summary(box: list[int], counts: dict[str, int]) -> ChunkSummary:
    top, bottom, left, right = (int(edge) for edge in box)
    return ChunkSummary({int(value): int(n) for value, n in counts.items()}, (top, bottom, left, right))
