"""Who may not come into the chat at all: bans of the whole server, by address, network, account or mask.

Strategy: addresses are looked up by the few lengths of prefixes there are, so that it costs the same however many are
barred, and a door can ask for every newcomer; masks are tried one after the other, once for each who comes in.
"""

from __future__ import annotations

import ipaddress

from chatroom.core.event import Event, Who
from chatroom.core.listed import Fold, Listed
from chatroom.core.modes import ACCOUNT, fits, list_mask
from chatroom.core.order_events import Unbarred

MOST = 5000  # at once
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network_in(word: str) -> Network | None:
    """The address or network that `word` writes; None for anything else."""
    try:
        return ipaddress.ip_network(word, strict=False)
    except ValueError:
        return None


def bar_mask(word: str) -> str:
    """`word` as it is kept: a network, `a:account`, or nick!username@host."""
    network = network_in(word)
    if network is None:
        return list_mask(word)
    return str(network.network_address) if network.num_addresses == 1 else str(network)


class Bars:
    """Those there are, by mask (folded)."""

    def __init__(self, fold: Fold) -> None:
        self.entries: dict[str, Listed] = {}
        self._fold = fold
        self._lengths: dict[tuple[int, int], dict[int, str]] = {}  # by version and length: masks by the prefix's bits
        self._others: dict[str, None] = {}  # masks that are no addresses

    def put(self, listed: Listed) -> str:
        """Bar whom `listed.mask` fits; the mask as it is compared."""
        mask = self._fold(listed.mask)
        self.entries[mask] = listed
        network = network_in(mask)
        if network is None:
            self._others[mask] = None
        else:
            length = (network.version, network.prefixlen)
            self._lengths.setdefault(length, {})[int(network.network_address)] = mask
        return mask

    def drop(self, mask: str) -> None:
        """No longer."""
        mask = self._fold(mask)
        self.entries.pop(mask, None)
        self._others.pop(mask, None)
        network = network_in(mask)
        if network is not None:
            length = (network.version, network.prefixlen)
            masks = self._lengths.get(length, {})
            masks.pop(int(network.network_address), None)
            if not masks:
                self._lengths.pop(length, None)

    def of_address(self, address: str) -> Listed | None:
        """What bars everybody at `address`; nothing bars a Unix socket."""
        if not self._lengths:
            return None
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return None
        for (version, length), masks in self._lengths.items():
            if version == found.version:
                unused = found.max_prefixlen - length
                mask = masks.get(int(found) >> unused << unused)
                if mask is not None:
                    return self.entries[mask]
        return None

    def of_person(self, who: Who, address: str) -> Listed | None:
        """What bars `who`, be it by their address, their account, or by what they are called and where they are."""
        if not self.entries:
            return None
        seen, real = self._fold(who.mask), self._fold(who._replace(host=address).mask)
        account = self._fold(who.account)
        masks = (mask for mask in self._others if fits(mask, seen, account) or fits(mask, real, account))
        found = next(masks, None)
        return self.entries[found] if found is not None else self.of_address(address)

    def of_account(self, account: str) -> Listed | None:
        """What bars the owner of `account`, wherever they are."""
        folded = self._fold(account)
        masks = (mask for mask in self._others if mask.startswith(ACCOUNT) and fits(mask, "", folded))
        return next((self.entries[mask] for mask in masks), None)

    # ---- what ends by itself

    def until(self, letter: str, value: str) -> int:
        """When that ends (ms); 0 when it is not there, or has no end."""
        return self.entries[value].until if value in self.entries else 0

    def ended(self, by: Who, letter: str, value: str) -> Event:
        """What happens when its time has come."""
        entry = self.entries[value]
        return Unbarred(by, entry.mask, about=entry.about)
