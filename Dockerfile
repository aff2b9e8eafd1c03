# A small image with the program alone: no shell tools beyond Debian's, no git (spillcheck reads repositories itself).
#
#   docker build -t spillcheck .
#   docker run --rm -v "$PWD:/src:ro" spillcheck                  # scan /src with its history
#   docker run --rm -v "$PWD:/src:ro" spillcheck scan --staged    # any other command
#
# It runs as a user that owns nothing. That is enough: who owns the mounted repository is not checked, because nothing of
# it is trusted or run (see SECURITY.md), so `safe.directory` is not needed. What that user may not read makes the scan
# incomplete (exit code 3); `--user "$(id -u):$(id -g)"` helps then.
FROM rust:1.90-slim-bookworm AS build
WORKDIR /source
COPY Cargo.toml Cargo.lock build.rs ./
COPY benches benches
COPY rules rules
COPY src src
RUN cargo build --release --locked --bin spillcheck

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="spillcheck" \
      org.opencontainers.image.description="Finds exposed API keys and other credentials in working trees and git history" \
      org.opencontainers.image.source="https://github.com/spillcheck/spillcheck" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /source/target/release/spillcheck /usr/local/bin/spillcheck
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["/usr/local/bin/spillcheck"]
CMD ["scan", "."]
