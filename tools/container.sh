#!/usr/bin/env bash
# Builds the Dockerfile and runs the image where there is neither a container daemon nor a registry: needs root, buildah and
# debootstrap, both from Debian, and a mirror of Debian's packages.
#
#   tools/container.sh [PROGRAM]
#
# The base images are made here: Debian by debootstrap, and Rust as Debian with a stand-in for cargo that checks what it is asked
# and what it was given, and hands out PROGRAM (default: target/release/spillcheck). So everything of the Dockerfile is run but
# the compilation. Then the image scans a repository that is mounted read-only and belongs to another user.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath -- "${1:-$here/target/release/spillcheck}")
for tool in buildah debootstrap git; do
  command -v "$tool" >/dev/null || { printf 'container.sh: %s is missing\n' "$tool" >&2; exit 2; }
done
[[ -x $program ]] || { printf 'container.sh: %s is missing: cargo build --release\n' "$program" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
# A store of its own: nothing of the images stays, and those of the user are not replaced.
buildah() { command buildah --root "$work/store" --runroot "$work/run" --storage-driver vfs "$@"; }
export BUILDAH_ISOLATION=chroot

debootstrap --variant=minbase bookworm "$work/debian" >"$work/debootstrap.log"
container=$(buildah from scratch)
buildah add --quiet "$container" "$work/debian" / >/dev/null
buildah commit --quiet "$container" docker.io/library/debian:bookworm-slim
cat >"$work/cargo" <<'STAND_IN'
#!/bin/sh
set -e
[ "$*" = "build --release --locked --bin spillcheck" ]
for file in Cargo.toml Cargo.lock build.rs src/main.rs rules/github.toml benches/detector.rs; do [ -f "$file" ]; done
[ ! -e .git ] && [ ! -e target ] && [ ! -e tests ]
mkdir -p target/release
cp /built target/release/spillcheck
STAND_IN
chmod +x "$work/cargo"
container=$(buildah from --pull-never docker.io/library/debian:bookworm-slim)
buildah copy --quiet "$container" "$program" /built >/dev/null
buildah copy --quiet "$container" "$work/cargo" /usr/local/bin/cargo >/dev/null
buildah commit --quiet "$container" "docker.io/library/$(sed -n 's/^FROM \(rust:[^ ]*\) AS build$/\1/p' "$here/Dockerfile")"
buildah build --pull-never --tag spillcheck "$here"

git init --quiet --initial-branch=main "$work/repository"
printf 'harmless\n' >"$work/repository/readme"
git -C "$work/repository" add .
git -C "$work/repository" -c user.name=A -c user.email=a@example.org commit --quiet --message base
chmod -R a+rX "$work" && chown -R 12345:12345 "$work/repository"
container=$(buildah from --pull-never localhost/spillcheck)
run() { buildah run --volume "$work/repository:/src:ro" "$container" -- "$@"; }
[[ $(run id -u) == 65532 ]]
run /usr/local/bin/spillcheck scan .
run /usr/local/bin/spillcheck hook --stage pre-commit
printf 'The image builds, runs as user 65532, and reads a repository of another owner.\n'
