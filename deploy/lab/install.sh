#!/bin/sh
# Goes through the installer of Matomo as a person with a browser would, and leaves a token for the generator. It runs
# in the image of Matomo as www-data, with Matomo's files in the working directory. Once it is done it does nothing.
#
# The steps are those of plugins/Installation in Matomo 5.2, with whose source and MariaDB 10.11 this was run.
set -eu
umask 022

MATOMO=${MATOMO:-http://matomo}
TOKEN=${TOKEN:-/run/token/matomo}
PASSWORDS=${PASSWORDS:-/run/lab}
HOST=127.0.0.1:${LAB_MATOMO_PORT:-8080}
DATABASE=${DATABASE:-mariadb}
CONFIG=config/config.ini.php
USER_AGENT='Mozilla/5.0 (laboratory)'

[ ! -s "$TOKEN" ] || { echo "Matomo is installed already"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
password() { cat "$PASSWORDS/$1"; }

# Matomo trusts the name by which it was installed: the one that people use in their browsers.
request() {
    action=$1
    shift
    curl --silent --show-error --fail --max-time 120 --header "Host: $HOST" --user-agent "$USER_AGENT" \
        --cookie "$work/cookies" --cookie-jar "$work/cookies" --output "$work/page" --write-out '%{http_code}' \
        "$@" "$MATOMO/index.php?module=Installation&action=$action" >"$work/status" ||
        { echo "the installer did not answer at $action" >&2; exit 1; }
}

# A form that was taken leads on to the next page; one that was not is shown again, with the reason.
submit() {
    request "$@"
    [ "$(cat "$work/status")" = 302 ] || {
        echo "the installer did not take the form $1:" >&2
        grep -iE -A3 'alert|error' "$work/page" | sed 's/<[^>]*>//g' | grep -v '^ *$' | head -n 20 >&2
        exit 1
    }
    echo "installer: $1 done"
}

# Passwords go to curl by file, not as arguments that everybody sees.
password mariadb | tr -d '\n' >"$work/mariadb"
password matomo | tr -d '\n' >"$work/matomo"

# Somebody may have stopped this half-way: what is installed is left alone, and what is not goes on where it was.
is_installed() { [ -s "$CONFIG" ] && ! grep -q '^installation_in_progress' "$CONFIG"; }

if ! is_installed; then
    request welcome
    request systemCheck
    submit databaseSetup --data-urlencode 'type=InnoDB' --data-urlencode "host=$DATABASE" \
        --data-urlencode 'username=matomo' --data-urlencode "password@$work/mariadb" \
        --data-urlencode 'dbname=matomo' --data-urlencode 'tables_prefix=matomo_' \
        --data-urlencode 'adapter=PDO\MYSQL' --data-urlencode 'schema=Mariadb' --data-urlencode 'submit=Next'
    request tablesCreation
    submit setupSuperUser --data-urlencode 'login=admin' --data-urlencode "password@$work/matomo" \
        --data-urlencode "password_bis@$work/matomo" --data-urlencode 'email=admin@example.org' \
        --data-urlencode 'submit=Next'
    submit firstWebsiteSetup --data-urlencode 'siteName=Shop' --data-urlencode 'url=https://shop.example.com' \
        --data-urlencode 'timezone=UTC' --data-urlencode 'ecommerce=1' --data-urlencode 'submit=Next'
    submit finished --data-urlencode 'submit=Continue'
fi

# Reports that are a quarter of an hour old would make a newcomer think that nothing arrives.
fresh=time_before_today_archive_considered_outdated
grep -q "^$fresh" "$CONFIG" || sed -i "s/^\[General\]\$/&\n$fresh = 10/" "$CONFIG"

curl --silent --show-error --fail --max-time 60 --header "Host: $HOST" --output "$work/token" \
    --data 'module=API&method=UsersManager.createAppSpecificTokenAuth&format=JSON&userLogin=admin&description=trafficinator' \
    --data-urlencode "passwordConfirmation@$work/matomo" "$MATOMO/index.php"
php -r '$answer = json_decode(file_get_contents($argv[1]), true); echo $answer["value"] ?? "";' "$work/token" >"$work/value"
[ -s "$work/value" ] || { echo "Matomo gave no token: $(cat "$work/token")" >&2; exit 1; }
cp "$work/value" "$TOKEN.new"
mv "$TOKEN.new" "$TOKEN"
echo "Matomo is installed: http://$HOST/, user admin; its password:"
echo "docker-compose exec mariadb cat /run/lab/matomo"
