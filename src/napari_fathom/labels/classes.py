"""The names a scientist gives to what is in the water: small, immutable, ordered."""

import colorsys
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from napari_fathom.errors import LabelError
from napari_fathom.names import folded

__all__ = ["DEFAULT_CLASSES", "LARGEST_VALUE", "LARGEST_VOTE", "ClassInfo", "Classes"]

LARGEST_VALUE = 254
"""Of a pixel: uint8 holds 255 too; it stays free for programs that use it as "ignore"."""
LARGEST_VOTE = 65_534
"""Of an image: collections know more than 254 taxa, and their values are uint16."""
_MOST_TOLD = 20  # classes that a message lists

# Okabe and Ito's colours first (told apart by the colour-blind too), then Tol's for the rest.
_COLOURS = (
    "#56b4e9", "#e69f00", "#cc79a7", "#009e73", "#f0e442", "#d55e00", "#0072b2",
    "#88ccee", "#ddcc77", "#cc6677", "#117733", "#aa4499", "#44aa99", "#999933",
)  # fmt: skip


@dataclass(frozen=True)
class ClassInfo:
    """One class.

    Parameters
    ----------
    value : int
        What stands in the label array, from 1 on. 0 is nobody's: it means *unlabelled*.
    name : str
        As the scientist says it; also the classification of exported regions. A taxon may stand below others:
        `Metazoa>Crustacea>Copepoda`.
    colour : str
        `#rrggbb`.
    key : str
        The key that selects it while painting; empty for none.

    Raises
    ------
    LabelError
        If a part is out of its bounds; the message says which.
    """

    value: int
    name: str
    colour: str
    key: str = ""

    def __post_init__(self) -> None:
        if self.value < 1:
            raise LabelError(
                f"Class {self.name!r} has the value {self.value}; values begin with 1 (0 means unlabelled). "
                "Choose another value."
            )
        if not self.name.strip():
            raise LabelError(f"Class {self.value} has no name. Give it one.")
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.colour):
            raise LabelError(f"Class {self.name!r} has the colour {self.colour!r}; write it as #rrggbb.")
        if len(self.key) > 1:
            raise LabelError(f"Class {self.name!r} has the key {self.key!r}; a key is one character or none.")

    @property
    def short_name(self) -> str:
        """The last part of a name that says what it stands below: `Copepoda` of `Crustacea>Copepoda`."""
        return self.name.rsplit(">", 1)[-1].strip() or self.name


@dataclass(frozen=True)
class Classes:
    """The classes of one survey or collection, in the order they are shown.

    Iterates over `ClassInfo`; every change gives a new object.

    Parameters
    ----------
    items : tuple of ClassInfo
    largest : int
        The largest value that a label array can take: 254 for pixels, `LARGEST_VOTE` for images.
    retired : tuple of int
        Values of classes that were removed: given again only where no other is left, since old answers and
        models still mean the former class by them.

    Raises
    ------
    LabelError
        If a value is too large, or two classes share a value, a name (capitals don't count) or a key.
    """

    items: tuple[ClassInfo, ...]
    largest: int = LARGEST_VALUE
    retired: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for item in self.items:
            if item.value > self.largest:
                raise LabelError(
                    f"Class {item.name!r} has the value {item.value}; values go from 1 to {self.largest}. "
                    "Choose another value."
                )
        _refuse_twins("value", [str(item.value) for item in self.items])
        _refuse_twins("name", [folded(item.name) for item in self.items])
        _refuse_twins("key", [item.key for item in self.items if item.key])

    def __iter__(self) -> Iterator[ClassInfo]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, value: object) -> bool:
        return any(item.value == value for item in self.items)

    def __getitem__(self, value: int) -> ClassInfo:
        """Return the class with this value.

        Raises
        ------
        LabelError
            If there is none.
        """
        for item in self.items:
            if item.value == value:
                return item
        raise LabelError(f"There is no class with the value {value} (known: {self._known()}).")

    @property
    def values(self) -> tuple[int, ...]:
        """The values, in order."""
        return tuple(item.value for item in self.items)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(item.name for item in self.items)

    @property
    def short_names(self) -> dict[int, str]:
        """Value → short name; with the parent's behind it, as EcoTaxa writes, where two would be the same.

        `Copepoda>egg` and `Actinopterygii>egg` become `egg<Copepoda` and `egg<Actinopterygii`.
        """
        alike = Counter(item.short_name.casefold() for item in self.items)
        return {
            item.value: item.short_name
            if alike[item.short_name.casefold()] == 1
            else "<".join(part.strip() for part in reversed(item.name.split(">")[-2:]))
            for item in self.items
        }

    @property
    def next_value(self) -> int:
        """The smallest value that no class has or had; if there is none, the one that was retired first."""
        return next(self._free_values())

    def _free_values(self) -> Iterator[int]:
        taken = {*self.values, *self.retired}
        yield from (value for value in range(1, self.largest + 1) if value not in taken)
        yield from (value for value in self.retired if value not in self.values)
        raise LabelError(f"All {self.largest} class values are in use. Remove a class first.")

    def find(self, name: str) -> ClassInfo | None:
        """The class with this name, if there is one; capitals and outer blanks don't count."""
        wanted = folded(name)
        return next((item for item in self.items if folded(item.name) == wanted), None)

    def named(self, name: str) -> ClassInfo:
        """Return the class with this name; capitals and outer blanks don't count.

        Raises
        ------
        LabelError
            If there is none.
        """
        if (found := self.find(name)) is not None:
            return found
        raise LabelError(
            f"There is no class named {name!r} (known: {self._known()}). Name one that is there; or add it "
            "first, on the window's Label page, or for images with 'fathom train STUDY --labels CLASSES.txt' "
            "(a class a line)."
        )

    def with_added(self, name: str, *, colour: str | None = None, key: str | None = None) -> "Classes":
        """Add one class at the end, with the first free value, colour and digit key unless given."""
        value = self.next_value
        taken_keys = {item.key for item in self.items}
        free_key = next((digit for digit in "123456789" if digit not in taken_keys), "")
        added = ClassInfo(
            value=value,
            name=name,
            colour=colour or _colour(value),
            key=free_key if key is None else key,
        )
        return replace(self, items=(*self.items, added))

    def with_all_added(self, names: Iterable[str]) -> "Classes":
        """Add several classes as `with_added` does; names that are there (capitals don't count) stay."""
        known = {folded(item.name) for item in self.items}
        free = self._free_values()
        keys = iter([digit for digit in "123456789" if all(item.key != digit for item in self.items)])
        added = []
        for name in names:
            if folded(name) in known:
                continue
            known.add(folded(name))
            value = next(free)
            added.append(ClassInfo(value, name, _colour(value), next(keys, "")))
        return replace(self, items=(*self.items, *added))

    def with_renamed(self, value: int, name: str) -> "Classes":
        """Give the class another name; its value, and so everything painted, stays."""
        return self._with(replace(self[value], name=name))

    def with_recoloured(self, value: int, colour: str) -> "Classes":
        """Give the class another colour."""
        return self._with(replace(self[value], colour=colour))

    def with_key(self, value: int, key: str) -> "Classes":
        """Give the class another key, or none (empty)."""
        return self._with(replace(self[value], key=key))

    def without(self, value: int) -> "Classes":
        """Remove one class; a label store refuses that while it holds pixels of it."""
        gone = self[value]
        kept = tuple(item for item in self.items if item is not gone)
        retired = (*(former for former in self.retired if former != value), value)
        return replace(self, items=kept, retired=retired)

    def to_json(self) -> list[dict[str, Any]]:
        """Plain values, for a JSON file."""
        return [asdict(item) for item in self.items]

    @classmethod
    def from_json(
        cls,
        items: Iterable[Mapping[str, Any]],
        largest: int = LARGEST_VALUE,
        retired: Iterable[int] = (),
    ) -> "Classes":
        """Read what `to_json` gave.

        Raises
        ------
        LabelError
            If a class is incomplete or out of bounds.
        """
        try:
            return cls(
                tuple(
                    ClassInfo(
                        int(item["value"]), str(item["name"]), str(item["colour"]), str(item.get("key", ""))
                    )
                    for item in items
                ),
                largest,
                tuple(int(value) for value in retired),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise LabelError(
                f"The list of classes is damaged ({error!r}); each needs a value, a name and a colour."
            ) from error

    def _with(self, changed: ClassInfo) -> "Classes":
        items = tuple(changed if item.value == changed.value else item for item in self.items)
        return replace(self, items=items)

    def _known(self) -> str:
        told = [f"{item.value} {item.name}" for item in self.items[:_MOST_TOLD]]
        return ", ".join(told) + (" …" if len(self) > _MOST_TOLD else "") or "none"


def _colour(value: int) -> str:
    """Choose a colour for a class: the list's first, then hues a golden angle apart: none comes twice."""
    if value <= len(_COLOURS):
        return _COLOURS[value - 1]
    hue, light = value * 0.618034 % 1, (0.45, 0.6, 0.75)[value % 3]
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, light, 0.65))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _refuse_twins(what: str, found: list[str]) -> None:
    seen: set[str] = set()
    for one in found:
        if one in seen:
            raise LabelError(f"Two classes have the same {what}: {one!r}. Give one of them another.")
        seen.add(one)


DEFAULT_CLASSES = Classes(
    (
        ClassInfo(1, "background", "#56b4e9", "1"),
        ClassInfo(2, "sandeel", "#e69f00", "2"),
        ClassInfo(3, "other fish", "#cc79a7", "3"),
    )
)
"""What a new survey starts with: the three classes of the paper."""
