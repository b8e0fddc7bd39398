"""What the client says, in Portuguese."""

TABLE: dict[str, str] = {}
