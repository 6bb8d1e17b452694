#!/bin/bash
# Builds the image and runs docker-compose.yml on a machine that cannot pull images: as root on Debian 12, with a separate
# Docker engine and base images from debootstrap. See docs/contributing/checking-images.md.
#
#   deploy/docker/check-images.sh
#
# The state of the engine stays in $PATCHBAY_CHECK_DIR, so that a second run finds its layers in the cache.
set -euo pipefail
cd "$(dirname "$0")/../.."

state=${PATCHBAY_CHECK_DIR:-/var/tmp/patchbay-check-images}
port=${PATCHBAY_PORT:-8080}
services=(installation auth-token event-fanout webhook-sender tracker issue-sync gateway)
seconds_to_healthy=180

# Debian's client has the classic builder; another client on the PATH may not.
export PATH="/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
export DOCKER_HOST="unix://$state/docker.sock" DOCKER_BUILDKIT=1 COMPOSE_DOCKER_CLI_BUILD=1
export COMPOSE_PROJECT_NAME=patchbay-check PATCHBAY_VERSION=check
read -r -a compose <<< "${PATCHBAY_COMPOSE:-docker-compose}"

step() { printf '\n== %s\n' "$*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

install_engine() {
    command -v dockerd docker-compose debootstrap iptables-save > /dev/null && return
    apt-get update --quiet=2
    apt-get install --yes --quiet=2 --no-install-recommends docker.io docker-compose debootstrap iptables > /dev/null
}

start_engine() {
    # Two engines on one machine overwrite each other's packet filter rules.
    ! docker --host unix:///var/run/docker.sock info > /dev/null 2>&1 || fail "a Docker engine runs here already; use docker compose with it"
    mkdir -p "$state"
    iptables-save > "$state/iptables.before"
    nice dockerd --host "$DOCKER_HOST" --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/pid" \
        > "$state/dockerd.log" 2>&1 &
    engine=$!
    trap finish EXIT
    for _ in $(seq 60); do
        docker info > /dev/null 2>&1 && return
        kill -0 "$engine" 2> /dev/null || break
        sleep 0.5
    done
    tail -n 20 "$state/dockerd.log" >&2
    fail "the engine did not start"
}

finish() {
    local status=$?
    trap - EXIT
    if [ "$status" -ne 0 ]; then
        "${compose[@]}" ps || true
        "${compose[@]}" logs --tail=40 || true
    fi
    "${compose[@]}" down --volumes --remove-orphans > /dev/null 2>&1 || true
    kill "$engine" && wait "$engine" || true
    umount "$state"/exec/netns/* 2> /dev/null || true
    ip link delete docker0 2> /dev/null || true
    iptables-restore < "$state/iptables.before" || true
    exit "$status"
}

container() { docker ps --all --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --filter "label=com.docker.compose.service=$1"; }
inspect() { docker inspect --format "$2" "$(container "$1")"; }

up() {
    "${compose[@]}" up --detach
    local name health
    for name in postgres rabbitmq "${services[@]}"; do
        for _ in $(seq "$seconds_to_healthy"); do
            health=$(inspect "$name" '{{.State.Health.Status}}')
            [ "$health" != healthy ] || break
            sleep 1
        done
        [ "$health" = healthy ] || fail "$name is $health: $(inspect "$name" '{{range .State.Health.Log}}{{.Output}}{{end}}')"
        echo "$name: healthy"
    done
    [ "$(inspect migrate '{{.State.Status}} {{.State.ExitCode}}')" = "exited 0" ] || fail "migrate failed"
}

# answers PATH STATUS
answers() {
    local status
    status=$(curl --silent --max-time 10 --output "$state/answer" --write-out '%{http_code}' "http://127.0.0.1:$port$1") || true
    echo "GET $1: $status $(head --bytes=200 "$state/answer")"
    [ "$status" = "$2" ] || fail "GET $1 was answered $status instead of $2"
}

only_the_gateway_is_published() {
    local published
    published=$(docker ps --quiet | xargs --max-args=1 docker port)
    echo "published: $published"
    [ "$published" = "8080/tcp -> 127.0.0.1:$port" ] || fail "a port other than that of the gateway on loopback is published"
}

stops_cleanly() {
    "${compose[@]}" stop
    local name code
    for name in "${services[@]}" postgres rabbitmq; do
        code=$(inspect "$name" '{{.State.ExitCode}}')
        [ "$code" = 0 ] || fail "$name exited with $code at a stop"
    done
}

step "engine"; install_engine; start_engine
step "base images"; deploy/docker/stand-ins/make.sh
step "image"; "${compose[@]}" config > /dev/null; "${compose[@]}" build gateway
docker image inspect --format '{{.RepoTags}} {{.Size}} bytes, user {{.Config.User}}' "patchbay:$PATCHBAY_VERSION"
step "on empty volumes"; up; answers /healthz 200; answers /api/0/ 200; only_the_gateway_is_published
step "stop"; stops_cleanly
step "on the same volumes again"; "${compose[@]}" down; up; answers /healthz 200
step "passed"
