"""Chatroom: one room reached by nc, by any IRC program and by its own client.

The chat is a log of events; nobody is shown an event that is not on disk.
Where to start reading: README.md, "The source, in reading order".
"""

__version__ = "0.1.0"
