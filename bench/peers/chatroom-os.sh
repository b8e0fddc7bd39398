#!/bin/sh
# This project's server, with history on, durability "os": survives a killed process.
exec sh "$(dirname "$0")/ours" os "$@"
