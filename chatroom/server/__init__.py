"""The only sockets, clocks and greenlets."""
