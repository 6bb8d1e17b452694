#!/bin/bash
# Builds the base images of the Dockerfile and docker-compose.yml, under the same names, from Debian packages and the installed
# Rust. Existing images are kept.
#
#   DOCKER_HOST=… deploy/docker/stand-ins/make.sh
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

there() { docker image inspect "$1" > /dev/null 2>&1; }

# debian RELEASE: the contents of debian:RELEASE-slim, from the mirror of this machine.
debian() {
    there "debian:$1-slim" && return
    echo "debian:$1-slim"
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | sort -u | grep -v security | head -n 1)
    debootstrap --variant=minbase "$1" "$work/$1" "$mirror" > "$work/debootstrap.log" || { tail -n 20 "$work/debootstrap.log"; exit 1; }
    tar --directory="$work/$1" --create \
        --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' \
        --exclude='./usr/share/info/*' --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' . \
        | docker import --change 'CMD ["bash"]' - "debian:$1-slim"
    rm -rf "${work:?}/$1"
}

# stand_in IMAGE FILE CONTEXT
stand_in() { docker build --quiet --tag "$1" --file "$2" "$3"; }

debian bookworm
debian trixie

rust=rust:1.95-slim-bookworm
if ! there "$rust"; then
    echo "$rust"
    rustc --version | grep --quiet '^rustc 1\.95\.' || { echo "this machine's Rust is $(rustc --version), not 1.95" >&2; exit 1; }
    mkdir "$work/rust"
    sysroot=$(rustc --print sysroot)
    mkdir "$work/rust/toolchain"
    cp --archive "$sysroot/bin" "$sysroot/lib" "$work/rust/toolchain/"
    cp /etc/ssl/certs/ca-certificates.crt "$work/rust/authorities.crt"
    stand_in "$rust" rust.Dockerfile "$work/rust"
fi
there postgres:17 || stand_in postgres:17 postgres.Dockerfile .
there rabbitmq:4.0 || stand_in rabbitmq:4.0 rabbitmq.Dockerfile .
