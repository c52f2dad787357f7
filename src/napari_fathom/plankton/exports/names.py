"""Names of classes and files that other programs and systems take."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

__all__ = ["Namer", "category_names", "safe_name", "unlike_names"]

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')  # on Windows; the others forbid less
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST = 120  # characters, so that a path stays below 260 in an ordinary folder


def category_names(names: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Call classes as EcoTaxa does.

    Parameters
    ----------
    names : iterable of str
        `other>egg`, from the root down.
    known : mapping of str to str
        What EcoTaxa itself called some of them.

    Returns
    -------
    dict of str to str
        By their last name, `egg`, with the parent's where two would be the same: `egg<other`. EcoTaxa asks
        during an import for what it doesn't know.
    """
    parts = {name: [part.strip() for part in name.split(">")] for name in names if name}
    alike = Counter(path[-1].casefold() for path in parts.values())
    return {
        name: known.get(name)
        or (path[-1] if alike[path[-1].casefold()] == 1 else "<".join(reversed(path[-2:])))
        for name, path in parts.items()
    }


def safe_name(text: str) -> str:
    """Make a name for a file or folder that any system takes: `other<Biota` becomes `other_Biota`."""
    name = _FORBIDDEN.sub("_", text).strip(" .")[:_LONGEST].rstrip(" .") or "_"
    return f"{name}_" if _RESERVED.fullmatch(name) else name


class Namer:
    """Gives names that differ in more than capitals: of those that don't, the later ones get `~2`, `~3`, …"""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def __call__(self, name: str) -> str:
        """Return the name, or one like it that no one has yet."""
        fresh = name
        while fresh.casefold() in self._taken:
            self._taken[name.casefold()] += 1
            fresh = f"{name}~{self._taken[name.casefold()]}"
        self._taken[fresh.casefold()] = 1
        return fresh


def unlike_names(names: Iterable[str]) -> list[str]:
    """Make names that differ in more than capitals; see `Namer`."""
    return list(map(Namer(), names))
