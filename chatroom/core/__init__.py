"""Who is where, and what happened: pure state. No I/O, no clock, nothing of ours imported. Standard library only."""
