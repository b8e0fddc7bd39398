"""Lines to calls, events and replies to lines. A dialect is a renderer and a parser: it never adds a command."""
