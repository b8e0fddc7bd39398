"""The attacker's side: what a stranger's scripts do to a server, and what two people who chat there feel of it."""
