"""A link that is cut after a given byte, in one direction or the other."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

UP, DOWN = 0, 1  # to the server, to the client
CHUNK = 65536


class Proxy:
    """Carries one link after the other to `port`, each as far as its place in `plan` says, and cuts it then.

    A place is a direction and a number of bytes; links that are not in the plan are not cut.

    `changed` is notified when a link has been cut, and by whoever else has news for those who wait on it.
    """

    def __init__(self, port: int) -> None:
        self.changed = threading.Condition()
        self.cuts = 0
        self.carried = [0, 0]  # bytes of the link there is
        self.plan: Iterator[tuple[int, int]] = iter(())
        self._port = port
        self._sockets: tuple[socket.socket, ...] = ()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def cut(self) -> None:
        """Cut the link there is."""
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End it all."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                with client, socket.create_connection(("127.0.0.1", self._port)) as server:
                    self._carry(client, server)
                with self.changed:
                    self.cuts += 1
                    self.changed.notify_all()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        most, self.carried, self._sockets = next(self.plan, None), [0, 0], (client, server)
        with selectors.DefaultSelector() as selector, suppress(OSError):
            selector.register(client, selectors.EVENT_READ, (client, server, UP))
            selector.register(server, selectors.EVENT_READ, (server, client, DOWN))
            while all(self._pass_on(*key.data, most) for key, _ in selector.select()):
                pass

    def _pass_on(self, here: socket.socket, there: socket.socket, way: int, most: tuple[int, int] | None) -> bool:
        """Carry what has come; whether the link goes on."""
        room = most[1] - self.carried[way] if most and most[0] == way else CHUNK
        data = here.recv(min(room, CHUNK))
        there.sendall(data)
        self.carried[way] += len(data)
        return len(data) not in (0, room)
