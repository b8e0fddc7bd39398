"""The accounts there are: found at once, changed together with the log, proven by password, SCRAM or certificate.

Strategy: all accounts are held in memory, since every name that is taken is looked up, and written through to the
tables beside the log, in the transaction of the turn. Hashing goes to a thread; after it nothing is taken for granted.
A name that is no account costs what one costs: the same tries, a hash of the same size, a salt made of the name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from chatroom.core.account import OFF, ON, SETTINGS, Account
from chatroom.core.names import Names
from chatroom.core.refusals import Refused, Why
from chatroom.server import passwords, scram
from chatroom.server.config import AccountSettings
from chatroom.server.limits import Tries, network_of
from chatroom.storage.history import HistoryError
from chatroom.storage.keep import Keep

TRIES_OF_ADDRESS = (10, 15.0)  # wrong passwords at once, and seconds until one more
TRIES_OF_ACCOUNT = (20, 15.0)
NEW_OF_ADDRESS = (50, 60.0)  # accounts made
MOST_KNOWN = 10_000  # places remembered from which somebody has logged in
_POLICIES = {"no": OFF, "yes": ON}  # of always-on, where nobody may choose
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Account).decode


class Accounts:
    """The accounts of one server. `offload` runs something slow elsewhere, `seconds` is a clock that never jumps.

    Raises HistoryError when what is kept can't be read.
    """

    def __init__(
        self,
        keep: Keep,
        names: Names,
        settings: AccountSettings,
        secret: bytes,
        offload: Callable[..., Any],
        seconds: Callable[[], float],
    ) -> None:
        self.settings = settings
        self._keep = keep
        self._fold = names.fold
        self._look = names.guise
        self._guises = names.guises
        self._secret = secret
        self._offload = offload
        self._seconds = seconds
        self._by_address, self._by_name = Tries(*TRIES_OF_ADDRESS), Tries(*TRIES_OF_ACCOUNT)
        self._new = Tries(*NEW_OF_ADDRESS)
        self._known: dict[tuple[str, str], None] = {}  # who logged in from where: no stranger's tries keep them out
        try:
            self._accounts = {name: _decode(body) for name, body in keep.accounts().items()}
        except msgspec.MsgspecError as error:
            raise HistoryError(f"The accounts can't be read ({error}). Restore a backup.") from error
        self._looks = {self._look(account.name): name for name, account in self._accounts.items()}
        self._certificates = {print_: name for name, its in self._accounts.items() for print_ in its.certificates}

    # ---- questions

    @property
    def may_register(self) -> bool:
        """Whether anybody may make an account."""
        return self.settings.register

    @property
    def before_connect(self) -> bool:
        """Whether they may do so before they have come in."""
        return self.settings.register and self.settings.before_connect

    def find(self, name: str) -> Account | None:
        """The account called `name`."""
        return self._accounts.get(self._fold(name))

    def lookalike(self, name: str) -> Account | None:
        """The account called `name`, or what looks the same."""
        found = (self._looks.get(guise) for guise in self._guises(name))
        return next((self._accounts[folded] for folded in found if folded is not None), None)

    def of_certificate(self, fingerprint: str) -> Account | None:
        """The account that a certificate opens."""
        name = self._certificates.get(fingerprint)
        return self._accounts[name] if name is not None else None

    def all(self) -> list[Account]:
        """Every account."""
        return list(self._accounts.values())

    def decided(self, setting: str) -> str:
        """What the server's configuration says of a setting, "" where people choose."""
        return _POLICIES.get(self.settings.always_on, "") if setting == "always-on" else ""

    def wants(self, account: Account | None, setting: str) -> bool:
        """Whether a setting is on for `account`."""
        default = ON if setting == "always-on" and self.settings.always_on == "opt-out" else SETTINGS[setting].default
        chosen = account.settings.get(setting, default) if account is not None else OFF
        return (self.decided(setting) or chosen) == ON and account is not None

    # ---- proofs

    def prove(self, name: str, password: str, address: str) -> Account | None:
        """The account called `name`, if that is its password. Slow; Refused after too many wrong ones."""
        self._take_try(name, address)
        before = self.find(name)
        compared = before.password if before is not None and before.password else passwords.nobodys(self.settings)
        is_right = self._offload(passwords.verified, compared, password)
        account = self.find(name)
        if not is_right or account is None or account.password != compared:
            return None
        self._forgive(name, address)
        return account

    def scram(self, address: str) -> scram.Exchange:
        """An exchange that proves a password without showing it (SCRAM-SHA-256)."""
        self._offload(scram.load)
        return scram.Exchange(
            self._scram_of,
            lambda name: scram.made_up(self._fold(name), self._secret),
            lambda name: self._take_try(name, address),
            lambda name: self._forgive(name, address),
        )

    def _scram_of(self, name: str) -> str:
        account = self.find(name)
        return account.scram if account is not None else ""

    def credentials(self, password: str) -> tuple[str, str]:
        """What is kept for a new password: its hash, and what SCRAM needs. Slow."""
        hashed: str = self._offload(passwords.hashed, password, self.settings)
        return hashed, self._offload(scram.credentials_of, password)

    def _take_try(self, name: str, address: str) -> None:
        now, keys = self._seconds(), self._keys(name, address)
        wait = max(tries.wait(key, now) for tries, key in keys)
        if wait > 0:
            raise Refused(Why.TOO_MANY_TRIES, account=name, seconds=math.ceil(wait))
        for tries, key in keys:
            tries.take(key, now)

    def _forgive(self, name: str, address: str) -> None:
        """That was right, so it counts nowhere."""
        for tries, key in self._keys(name, address):
            tries.forgive(key)
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[self._fold(name), network_of(address)] = None

    def _keys(self, name: str, address: str) -> list[tuple[Tries, str]]:
        folded, network = self._fold(name), network_of(address)
        of_address = [(self._by_address, network)]
        return of_address if (folded, network) in self._known else [*of_address, (self._by_name, folded)]

    def take_new(self, name: str, address: str) -> None:
        """Count an account that is to be made from `address`; Refused when there were too many."""
        now, network = self._seconds(), network_of(address)
        if wait := self._new.wait(network, now):
            raise Refused(Why.TOO_MANY_TRIES, account=name, seconds=math.ceil(wait))
        self._new.take(network, now)

    # ---- changes

    def put(self, account: Account) -> None:
        """Keep `account`, new or in place of what was kept under its name."""
        name = self._fold(account.name)
        before = self._accounts.get(name)
        for fingerprint in before.certificates if before is not None else ():
            del self._certificates[fingerprint]
        self._accounts[name] = account
        self._looks[self._look(account.name)] = name
        self._certificates.update(dict.fromkeys(account.certificates, name))
        self._keep.put_account(name, _encode(account))

    def remove(self, account: Account) -> None:
        """Forget an account, with its certificates, its read markers and what it said of itself."""
        name = self._fold(account.name)
        del self._accounts[name]
        self._looks.pop(self._look(account.name), None)
        for fingerprint in account.certificates:
            self._certificates.pop(fingerprint, None)
        self._keep.remove_account(name)
        self._keep.remove_markers(name)
        self._keep.remove_metadata(name)
