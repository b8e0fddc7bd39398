"""Names that look alike: "\u0435van" with a Cyrillic letter is not told from "evan" by eye.

Strategy: each character is replaced by the one that stands for all it is confused with, before and after folding, so
that two names look alike exactly if their skeletons are equal. The table is the library's, read when first asked for.

Source: Unicode Technical Standard 39, section 4 (confusable detection).
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from chatroom.core.names import look_ascii


@cache
def _prototypes() -> dict[int, str]:
    """What stands for each character that is confused with another.

    The table names for each character those it is confused with: many for the one that stands for all, and for each of
    those that one alone. Of a pair, the first stands for both.
    """
    from confusable_homoglyphs import confusables

    table = {name: [other["c"] for other in others] for name, others in confusables.confusables_data.items()}
    found = {}
    for name, [first, *more] in table.items():
        if len(name) == 1 and not more and (len(table.get(first, ())) > 1 or first < name):
            found[ord(name)] = first
    return found


def guise(name: str) -> str:
    """The same for all names that could pass for one another, also within ASCII; the table is read only if need be."""
    return look_ascii(name if name.isascii() else skeleton(name.casefold()))


@lru_cache(maxsize=65536)
def skeleton(folded: str) -> str:
    """The same for all names, folded, that look alike."""
    decomposed = unicodedata.normalize("NFD", folded)
    replaced = decomposed.translate(_prototypes()).casefold().translate(_prototypes())
    return unicodedata.normalize("NFD", replaced)
