"""IRC, as RFC 1459, Modern IRC and IRCv3 have it."""
