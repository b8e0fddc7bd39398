"""What each kind of event does to the chat, and who hears of it: one function for each kind.

Strategy: `applies` puts a function into `APPLY`; the modules here hold no state, they change the chat they are given.
Everything is deterministic: no clock, no chance, no I/O, no iteration over sets. Nobody but `Chat` calls any of it.
"""
