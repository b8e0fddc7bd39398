"""What a claim of speed rests on: the same work against each server in turn, and what it cost.

In reading order: machine (what /proc says), servers (start scripts in peers/), swarm (one process of clients), crowd
(the processes together), trial (one server under measurement), works (one module each, through one table), results,
report, main; plots; guarded and guard (instruction counts, without a clock); log (what the log costs the loop).
"""
