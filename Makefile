# What can be done here; `make` alone tells. Programs that a target needs and that are missing are installed with
# apt-get, as root; whatever is there is used.

# Debian keeps nginx where only root's PATH looks.
export PATH := $(PATH):/usr/sbin

# The C compiler links, and builds aws-lc (TLS). No cmake: aws-lc-sys does without on Linux.
COMPILER := cc=build-essential

.DEFAULT_GOAL := help
.PHONY: help build demo test tools lint docs charts web static image dist bench
# Cargo uses all cores by itself, and what is missing has to be installed before it is used.
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## the optimised program, target/release/trafficinator
	@scripts/need.sh $(COMPILER)
	cargo build --release --locked

demo: build ## send 200 visits to a built-in stand-in Matomo and compare what it recorded
	cargo run --release --locked --quiet -- demo

# Lints first: they take less time than the tests and say more. --locked, here and below: a dependency that changed by
# itself is an error, not a surprise. End-to-end tests wait most of the time, so there are more of them at once than cores;
# others measure times.
test: tools lint docs charts static ## everything that has to hold before a commit; what the CI runs
	cargo test --workspace --locked --lib --bins --test '[!e]*'
	cargo test --workspace --locked --doc
	RUST_TEST_THREADS=4 scripts/with_docker.sh cargo test --workspace --locked --test e2e

# nginx: the end-to-end tests send to a real web server. prometheus: a real one reads the metrics. chromium: it opens
# reports. tmux: they look at the live view in a terminal. kill: they stop the program as an init system does. docker:
# they run the image in a real engine, and docker-compose reads what `emit compose` prints. ip: they make hosts that are
# apart. man: it reads the manual. From PyPI, a detector says what the planned devices are, and a validator what Kubernetes
# will say of manifests.
tools:
	@scripts/need.sh $(COMPILER) nginx=nginx prometheus=prometheus chromium=chromium tmux=tmux kill=procps \
		docker=docker.io dockerd=docker.io docker-compose=docker-compose ip=iproute2 man=man-db
	@scripts/python.sh detector crates/traffic/tests/detector/requirements.txt
	@scripts/python.sh manifests crates/trafficinator/tests/e2e/manifests/requirements.txt

# Formatting takes a second, so it comes first. All targets: tests and benches are code too.
lint: ## formatting and lints; any warning is an error
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

docs: ## whether the documents name files that are there, and ARCHITECTURE.md every module
	@scripts/docs.sh

# Who changes nothing in web/report needs no npm to build the program.
charts:
	@scripts/web.sh check

web: ## the script and the style sheet of reports, from web/report; they are committed
	@scripts/web.sh build

# What the images of the tests are made of; the same bytes as a release has.
static:
	@scripts/static.sh target/static/trafficinator

image: ## the Docker image trafficinator, of a program that is built here: no other image is pulled
	@scripts/static.sh dist/trafficinator
	docker build --tag trafficinator --target prebuilt --build-arg BINARY=dist/trafficinator \
		--build-arg REVISION="$$(git rev-parse HEAD 2>/dev/null || echo unknown)" .

# Completions and manual are made by the program itself; `BINARY=FILE make dist` packs one that is there.
dist: ## a release in dist: the static program, completions, the manual, checksums
	@scripts/need.sh $(COMPILER)
	@scripts/dist.sh

bench: ## CPU time a hit beside wrk and hey, planning alone, and memory with 100,000 open visits
	@scripts/bench.sh
