"""The terminal client: it speaks IRC to our server or to any other.

Strategy: what a line means is decided without I/O, in `session` and around it; `link` alone owns the socket and the
clock, and each way of using the client (`terminal`, `plain`, `pipe`) is a thin shell around both.
"""
