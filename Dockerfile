# The program and nothing else: no shell, no package, no library, no user but the one it runs as.
#
#   docker build -t trafficinator .                  builds the program from source, in an official Rust image
#   docker build -t trafficinator --target prebuilt --build-arg BINARY=dist/trafficinator .
#                                                    takes one that scripts/static.sh made, and pulls nothing
#
# The classic builder builds every stage before the one that is wanted, BuildKit only what it needs: hence this order.
# There is no `# syntax=` line, since what it names would be pulled.
ARG RUST=1.95.0

FROM scratch AS base
# Certificates of web servers are checked against the authorities that are compiled in (webpki-roots), so there is no
# file of them; TRAFFICINATOR_CA_FILE adds your own. Time zones are compiled in as well.
COPY LICENSE NOTICE /opt/trafficinator/
# A new volume gets content and owner from here.
COPY --chown=65532:65532 deploy/data /data
ENV PATH=/opt/trafficinator \
    TRAFFICINATOR_LISTEN=127.0.0.1:9464 \
    START_SIGNAL_FILE=/data/loadgen.start
WORKDIR /data
VOLUME /data
# A number, since there is no /etc/passwd; whoever asks for "not root" can tell that it is not.
USER 65532:65532
STOPSIGNAL SIGTERM
# Until a large sitemap is read no run answers yet; the first time one does ends the start.
HEALTHCHECK --interval=5s --timeout=5s --start-period=120s --retries=3 CMD ["trafficinator", "health"]
ENTRYPOINT ["trafficinator"]
CMD ["run"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Trafficinator" \
      org.opencontainers.image.description="Sends realistic visits to a Matomo and accounts for every one of them" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"

# BINARY is a static program in the build context whose name is trafficinator.
FROM base AS prebuilt
ARG BINARY
COPY LICENSE ${BINARY} /opt/trafficinator/

# Debian's C library, which the program takes with it. Of the processor that the image is built on, or for.
FROM rust:${RUST}-bookworm AS builder
WORKDIR /trafficinator
COPY . .
RUN scripts/static.sh /out/trafficinator

FROM base AS image
COPY --from=builder /out/trafficinator /opt/trafficinator/
