"""The load test: many clients against any IRC server, judged by what the receivers got.

In reading order: options, plan, marks, ledger (all pure), board and client (one connection), worker (one process of
clients), crew (the processes together), report, main.
"""
