#!/usr/bin/env bash
# Measure what Trafficinator costs. `make bench`; takes about two minutes once it is built, never fails on a number.
#
# 1. CPU time a hit, beside wrk and hey: an nginx that answers 204 to everything runs on the last core, one client at
#    a time on the first. Trafficinator plans, encodes, sends and measures hits that are all different; wrk and hey
#    send one and the same. Three rounds, taken in turns, so that a slow minute of the machine hits all three alike;
#    the median counts.
# 2. Memory with 100,000 visits open at once.
# 3. Planning alone, without a network (crates/traffic/benches).
#
# TRAFFICINATOR=path measures that program instead of building one; ROUND=seconds sets the length of a round.
set -euo pipefail
cd "$(dirname "$0")/.."

ROUNDS=3
ROUND=${ROUND:-5}
CONNECTIONS=50
# As long as a mean hit of the classic scenario without a token: 444 bytes of address, 613 with headers.
AGENT='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
TARGET='/matomo.php?idsite=1&rec=1&apiv=1&send_image=0&cid=ef5424e059abbd9a&url=https%3A%2F%2Fshop.example.com%2Fwomen%2Fknitwear%2Froll-neck-navy&action_name=Women%20%2F%20Knitwear%20%2F%20Roll%20Neck%20Navy&pv_id=3sxi7H&ua=Mozilla%2F5.0%20%28Windows%20NT%2010.0%3B%20Win64%3B%20x64%29%20AppleWebKit%2F537.36%20%28KHTML%2C%20like%20Gecko%29%20Chrome%2F142.0.0.0%20Safari%2F537.36&lang=de-DE%2Cde%3Bq%3D0.9&res=2560x1440&h=5&m=16&s=59&cdt=1795411019'

PATH="$PATH:/usr/sbin"
scripts/need.sh cc=build-essential nginx=nginx wrk=wrk hey=hey taskset=util-linux
if [ -z "${TRAFFICINATOR:-}" ]; then
    cargo build --release --locked
    TRAFFICINATOR=${CARGO_TARGET_DIR:-target}/release/trafficinator
fi

directory=$(mktemp -d)
nginx=
client=
# Only what was started here, by its id.
clean_up() {
    for id in $client $nginx; do
        kill "$id" 2>/dev/null && wait "$id" 2>/dev/null || true
    done
    rm -rf "$directory"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The first and the last core that this shell may use.
cores=$(taskset -cp $$ | sed 's/.*: //')
first=${cores%%[-,]*}
last=${cores##*[-,]}

is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# nginx cannot choose a free port by itself. Somebody may be quicker to take one, hence several attempts.
start_nginx() {
    local attempt wait
    for attempt in {1..10}; do
        port=$((32768 + RANDOM % 28000))
        is_listening "$port" && continue
        cat >"$directory/nginx.conf" <<CONF
daemon off; master_process off; user root root; pid $directory/pid; error_log $directory/error.log;
events { worker_connections 4096; }
http {
    access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
    client_header_buffer_size 8k; large_client_header_buffers 8 32k;
    client_body_temp_path $directory/body; proxy_temp_path $directory/proxy; fastcgi_temp_path $directory/fastcgi;
    uwsgi_temp_path $directory/uwsgi; scgi_temp_path $directory/scgi;
    server { listen 127.0.0.1:$port; location / { return 204; } }
}
CONF
        taskset -c "$last" nginx -p "$directory" -e error.log -c "$directory/nginx.conf" 2>/dev/null &
        nginx=$!
        for wait in {1..50}; do
            kill -0 "$nginx" 2>/dev/null || continue 2
            is_listening "$port" && return
            sleep 0.1
        done
        kill "$nginx" 2>/dev/null || true
    done
    echo "error: nginx does not start:" >&2
    cat "$directory/error.log" >&2
    exit 1
}

# Nothing of this shell's environment is to change what is sent.
trafficinator() {
    exec env -i taskset -c "$first" "$TRAFFICINATOR" run --matomo-url "http://127.0.0.1:$port/" --matomo-site-id 1 \
        --concurrency "$CONNECTIONS" --randomize-visitor-countries=false --grace 1s --quiet --log-level error \
        --summary-json "$directory/summary.json" "$@"
}

# A number of the last summary: its keys stand one a line.
summary() { awk -F '[:,]' -v key="\"$1\"" '$1 ~ key { print $2 + 0; exit }' "$directory/summary.json"; }

# Runs a client on the first core; sets `cpu` (user and system seconds, as getrusage counts them) and `seconds`.
measure() {
    local TIMEFORMAT='%R %U %S' user system
    { time "$@" >"$directory/out" 2>"$directory/err"; } 2>"$directory/time" || {
        echo "error: $1 failed:" >&2
        tail -n 5 "$directory/out" "$directory/err" >&2
        exit 1
    }
    read -r seconds user system <"$directory/time"
    cpu=$(awk "BEGIN { print $user + $system }")
}

# Notes CPU microseconds a hit and hits a second of the client that was just measured.
note() {
    awk "BEGIN { printf \"%.2f %.0f\n\", $cpu * 1e6 / $2, $2 / $seconds }" >>"$directory/$1"
}

round() {
    measure trafficinator_max
    [ "$(summary accepted)" = "$(summary sent)" ] || echo "warning: trafficinator: not all hits were accepted" >&2
    note trafficinator "$(summary sent)"

    measure taskset -c "$first" wrk -t1 -c"$CONNECTIONS" -d"${ROUND}s" -H "User-Agent: $AGENT" "http://127.0.0.1:$port$TARGET"
    ! grep -E 'Non-2xx|Socket errors' "$directory/out" >&2
    note wrk "$(awk '/requests in/ { print $1 }' "$directory/out")"

    measure taskset -c "$first" hey -c "$CONNECTIONS" -z "${ROUND}s" -H "User-Agent: $AGENT" "http://127.0.0.1:$port$TARGET"
    note hey "$(awk '/\[204\]/ { print $2 }' "$directory/out")"
}
trafficinator_max() { (trafficinator --rate max --duration "${ROUND}s"); }

# The middle one of a column.
median() { cut -d ' ' -f "$2" "$directory/$1" | sort -n | sed -n "$(((ROUNDS + 1) / 2))p"; }

start_nginx
read -r load _ </proc/loadavg
echo "$(uname -sm), $(nproc) cores, load $load; client on core $first, nginx on core $last; $CONNECTIONS connections, $ROUNDS rounds of $ROUND s"
[ "$first" != "$last" ] || echo "warning: client and server share one core: hits a second mean little" >&2
for _ in $(seq "$ROUNDS"); do round; done

base=$(median wrk 1)
printf '\n  %-15s %12s %10s %8s   %s\n' client 'us CPU/hit' hits/s 'x wrk' 'us CPU/hit, round by round'
for name in trafficinator wrk hey; do
    printf '  %-15s %12s %10s %8s   %s\n' "$name" "$(median $name 1)" "$(median $name 2)" \
        "$(awk "BEGIN { printf \"%.2f\", $(median $name 1) / $base }")" "$(cut -d ' ' -f 1 "$directory/$name" | paste -sd ' ')"
done

# No visit is shorter than two minutes, so after 20 s all 100,000 are open; one second later they are cut.
echo
echo "100,000 visits open at once (--clock real, 5000/s for 20 s):"
(trafficinator --clock real --rate 5000/s --duration 20s --visit-duration-min 2 --visit-duration-max 3 \
    --pageviews-min 3 --pageviews-max 6) >"$directory/out" 2>&1 &
client=$!
wait "$client" || tail -n 5 "$directory/out" >&2
client=
awk -v rss="$(summary max_rss_bytes)" -v open="$(summary incomplete)" -v hits="$(summary sent)" -v cpu="$(summary cpu_seconds)" \
    'BEGIN { printf "  %d open at the end, %d hits sent, %.1f MB at most, %.1f us CPU/hit\n", open, hits, rss / 1e6, cpu * 1e6 / hits }'

echo
cargo bench --locked --quiet --package traffic --bench plan
