"""Plain sentences, for people on `nc` and telnet."""
