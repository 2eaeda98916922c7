#!/bin/sh
# Draws the passwords of the laboratory, once; a volume keeps them. Runs in the image of Matomo, which has a shell.
#
# Each file is readable in the containers that mount the volume, whatever user they run as, and nowhere else.
set -eu
umask 022
for name in mariadb matomo grafana; do
    [ -s "/run/lab/$name" ] || head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"/run/lab/$name"
done
# Where the installer, which is www-data, leaves the token of the generator.
chown www-data: /run/token
