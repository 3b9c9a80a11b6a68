#!/usr/bin/env bash
# dingpass with the client libraries that applications use: `tests/interop/run.sh [SUITE...]`.
# Each runs beside a broker of its own, by house.mjs. A library that can't be had here is left
# out by name; one that is there and fails is a failure.
set -euo pipefail
cd "$(dirname "$0")"

export DINGPASS=${DINGPASS:-$PWD/../../target/debug/dingpass}
export GOTOOLCHAIN=local GOFLAGS=-mod=readonly PYTHONDONTWRITEBYTECODE=1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
source ../tools.sh

suites=(openid_client_6 openid_client_5 authjs express_openid_connect oidc_client_ts authlib mozilla_django_oidc go_oidc mod_auth_openidc)
[ $# -eq 0 ] || suites=("$@")

failed=0
results=()

# What every suite stands on.
need_house() {
  if [ ! -x "$DINGPASS" ]; then
    left_out="there is no $DINGPASS"
    return
  fi
  local packages=()
  command -v node >/dev/null || packages+=(nodejs)
  command -v npm >/dev/null || packages+=(npm)
  [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
  [ -n "$left_out" ] || node_is_at_least 20 || left_out="this system's Node is older than 20"
  [ -n "$left_out" ] || install_modules .
}

need_browser() {
  [ -n "$(find_chromium)" ] || install_packages chromium
  [ -n "$left_out" ] || install_modules ../browser
  [ -n "$left_out" ] || CHROMIUM=$(find_chromium)
  [ -n "${CHROMIUM:-}" ] || left_out="${left_out:-there is no Chromium that starts here}"
  export CHROMIUM
}

need_python() {
  command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
  [ -z "$left_out" ] || return 0
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    left_out="this system's Python is older than 3.10"
  elif ! cmp -s python/requirements.txt python/.venv/requirements.txt; then
    if ! { python3 -m venv --clear python/.venv &&
      python/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r python/requirements.txt; } \
      >"$scratch/pip.log" 2>&1; then
      tail -n 5 "$scratch/pip.log"
      left_out="pip could not install python/requirements.txt"
      return
    fi
    cp python/requirements.txt python/.venv/requirements.txt
  fi
}

need_go() {
  if ! command -v go >/dev/null; then
    left_out="there is no Go"
  elif ! (cd go && go mod download && go mod verify) >"$scratch/go.log" 2>&1; then
    tail -n 5 "$scratch/go.log"
    left_out="go could not fetch the modules of go/go.mod"
  fi
}

need_apache() {
  [ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] && [ -x /usr/sbin/apache2 ] ||
    install_packages apache2-bin libapache2-mod-auth-openidc
}

# The number after a word in the log, 0 where there is none; several are added.
count() {
  sed -nE "s/$1/\\1/p" "$scratch/log" | awk '{ sum += $1 } END { print sum + 0 }'
}

# run SUITE COMMAND...
run() {
  local suite=$1 began=$SECONDS status=0 good bad
  shift
  # One that hangs is ended with all that it started.
  timeout --kill-after=10 600 node house.mjs "$suite" "$@" 2>&1 | tee "$scratch/log" || status=1
  # The closing lines of node's test runner, of unittest, and the lines of go test.
  case $suite in
  authlib | mozilla_django_oidc)
    bad=$(($(count '^FAILED .*failures=([0-9]+).*') + $(count '^FAILED .*errors=([0-9]+).*')))
    good=$(($(count '^Ran ([0-9]+) tests? .*') - bad))
    ;;
  go_oidc)
    bad=$(grep -c '^--- FAIL' "$scratch/log" || true)
    good=$(grep -c '^--- PASS' "$scratch/log" || true)
    ;;
  *)
    bad=$(($(count '^[^ ]+ fail ([0-9]+)$') + $(count '^[^ ]+ cancelled ([0-9]+)$')))
    good=$(count '^[^ ]+ pass ([0-9]+)$')
    ;;
  esac
  # One that ended before it could count, or that had nothing to run.
  [ "$bad" -gt 0 ] || { [ "$status" -eq 0 ] && [ "$good" -gt 0 ]; } || bad=1
  [ "$bad" -eq 0 ] || failed=1
  echo "$suite took $((SECONDS - began)) s"
  results+=("$suite: $good passed, $bad failed")
}

need_house
house_left_out=$left_out
for suite in "${suites[@]}"; do
  printf '\n-- %s\n' "$suite"
  left_out=$house_left_out
  case $suite in
  openid_client_5 | openid_client_6 | authjs | express_openid_connect) command=(node --test --test-reporter=spec "$suite.test.mjs") ;;
  oidc_client_ts)
    command=(node --test --test-reporter=spec "$suite.test.mjs")
    [ -n "$left_out" ] || need_browser
    ;;
  mod_auth_openidc)
    command=(node --test --test-reporter=spec "$suite.test.mjs")
    [ -n "$left_out" ] || need_apache
    ;;
  authlib | mozilla_django_oidc)
    command=(python/.venv/bin/python "python/test_$suite.py" --verbose)
    [ -n "$left_out" ] || need_python
    ;;
  go_oidc)
    command=(go test -C go -count=1 -v ./...)
    [ -n "$left_out" ] || need_go
    ;;
  *)
    echo "there is no suite $suite" >&2
    exit 2
    ;;
  esac
  if [ -n "$left_out" ]; then
    echo "LEFT OUT: $left_out"
    results+=("$suite: LEFT OUT: $left_out")
  else
    run "$suite" "${command[@]}"
  fi
done

printf '\n'
printf '%s\n' "${results[@]}"
exit "$failed"
