"""Nicks in any script, by RFC 8265's profile for user names; those that look alike are told apart."""

from __future__ import annotations

from dataclasses import replace

from precis_i18n import get_profile

from chatroom.core.names import ASCII, RFC1459, Casemapping
from chatroom.server.confusables import guise, skeleton


def _enforced(name: str) -> str | None:
    try:
        return str(get_profile("UsernameCaseMapped").enforce(name))
    except UnicodeEncodeError:
        return None


def fold(name: str) -> str:
    """The form in which names are compared; what the profile refuses, such as the # of #tea, folds as Unicode does."""
    return _enforced(name) or name.casefold()


def is_nick(nick: str) -> bool:
    """Whether the profile allows `nick`, and an IRC line can carry it."""
    return _enforced(nick) is not None and not nick[0].isdigit() and not set(nick) & set(" ,*?!@#&:+~%.$")


def look(name: str) -> str:
    """The same for names that look alike."""
    return skeleton(fold(name))


_MAPPINGS = (ASCII, RFC1459, Casemapping("precis", fold, is_nick, look))
CASEMAPPINGS = {mapping.name: replace(mapping, guise=guise) for mapping in _MAPPINGS}
