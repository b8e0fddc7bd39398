#!/bin/sh
# ngircd (C), without limits, look-ups or penalties.
# needs: ngircd
# package: ngircd
set -eu
port=$1 folder=$2
ulimit -n "$(ulimit -Hn)"
cat > "$folder/ngircd.conf" <<END
[Global]
Name = ngircd.example.net
Info = a server to measure
Listen = 127.0.0.1
Ports = $port
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
MaxNickLength = 20
PingTimeout = 3600
PongTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
END
exec ngircd --nodaemon --config "$folder/ngircd.conf"
