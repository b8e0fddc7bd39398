#!/bin/sh
# This project's server, with history on, durability "fsync": survives a power cut.
exec sh "$(dirname "$0")/ours" fsync "$@"
