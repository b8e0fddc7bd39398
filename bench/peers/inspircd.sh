#!/bin/sh
# InspIRCd (C++), without limits, look-ups or fake lag. It completes registrations once a second.
# needs: inspircd
# package: inspircd
set -eu
port=$1 folder=$2
ulimit -n "$(ulimit -Hn)"
cat > "$folder/inspircd.conf" <<END
<server name="inspircd.example.net" description="a server to measure" id="0AA" network="Bench">
<admin name="bench" nick="bench" email="bench@localhost">
<bind address="127.0.0.1" port="$port" type="clients">
<connect name="main" allow="*" timeout="120" pingfreq="3600" resolvehostnames="no"
    limit="100000" localmax="100000" globalmax="100000" maxchans="1000" maxconnwarn="no"
    useconnectban="no" useconnflood="no" fakelag="no" threshold="1000000" commandrate="100000000"
    recvq="65536" softsendq="67108864" hardsendq="134217728">
<class name="none" commands="">
<type name="none" classes="none">
<options casemapping="ascii">
<performance somaxconn="4096" softlimit="100000" netbuffersize="65535" quietbursts="yes" clonesonconnect="no">
<security announceinvites="dynamic" maxtargets="20">
<limits maxnick="30" maxchan="64">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="$folder/ircd.log">
<module name="cap">
<module name="ircv3">
<module name="ircv3_servertime">
END
set -- --nofork --nopid --config "$folder/inspircd.conf"
test "$(id -u)" != 0 || set -- --runasroot "$@"
exec inspircd "$@"
