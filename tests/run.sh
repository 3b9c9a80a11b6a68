#!/usr/bin/env bash
# The test command: everything that must hold, on any machine with Rust and a C compiler.
# The browser part needs Node and Chromium; where they are missing and this is Debian or
# Ubuntu with root's rights, they are installed, else the part is left out and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rust_log=$scratch/rust.log
browser_log=$scratch/browser.log
apt_log=$scratch/apt.log
npm_log=$scratch/npm.log

failed=0
left_out=""

# The first Chromium that starts: Ubuntu has scripts in its place that only name a snap.
find_chromium() {
  local place
  for place in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    place=$(command -v "${place:-none}" || true)
    if [ -n "$place" ] && "$place" --version >/dev/null 2>&1; then
      echo "$place"
      return
    fi
  done
}

node_is_new_enough() {
  command -v node >/dev/null && [ "$(node -p 'parseInt(process.versions.node) >= 18')" = true ]
}

has_chinese_font() {
  command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn file 2>/dev/null)" ]
}

# Installs what the browser part lacks; says in left_out why it could not.
install_missing() {
  local packages=() root=()
  node_is_new_enough || packages+=(nodejs)
  command -v npm >/dev/null || packages+=(npm)
  [ -n "$(find_chromium)" ] || packages+=(chromium)
  [ ${#packages[@]} -gt 0 ] || return 0
  has_chinese_font || packages+=(fonts-noto-cjk)
  if ! command -v apt-get >/dev/null; then
    left_out="missing: ${packages[*]}; there is no apt-get to install them with"
    return 0
  fi
  if [ "$(id -u)" -ne 0 ]; then
    root=(sudo -n)
    if ! "${root[@]}" true 2>/dev/null; then
      left_out="missing: ${packages[*]}; installing them needs root or sudo without a password"
      return 0
    fi
  fi
  echo "installing ${packages[*]}"
  root+=(env DEBIAN_FRONTEND=noninteractive)
  if ! { "${root[@]}" apt-get update &&
    "${root[@]}" apt-get install -y --no-install-recommends "${packages[@]}"; } >"$apt_log" 2>&1; then
    tail -n 5 "$apt_log"
    left_out="apt-get could not install ${packages[*]}"
  elif ! node_is_new_enough; then
    left_out="this system's Node is older than 18"
  elif [ -z "$(find_chromium)" ]; then
    left_out="this system's chromium package holds no Chromium that starts here"
  fi
}

# The modules of the lock file, unless they are there.
install_modules() {
  local installed=tests/browser/node_modules/.package-lock.json
  if [ -e "$installed" ] && [ ! tests/browser/package-lock.json -nt "$installed" ]; then
    return 0
  fi
  if ! npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund >"$npm_log" 2>&1; then
    tail -n 5 "$npm_log"
    left_out="npm could not install the modules of tests/browser/package-lock.json"
  fi
}

step "cargo test"
cargo test --locked 2>&1 | tee "$rust_log" || failed=1

step "browser tests"
target=$(cargo metadata --locked --no-deps --format-version 1 |
  sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
export DINGPASS=${DINGPASS:-$target/debug/dingpass}
if [ ! -x "$DINGPASS" ]; then
  left_out="there is no $DINGPASS; its build failed"
fi
[ -n "$left_out" ] || install_missing
[ -n "$left_out" ] || install_modules
if [ -n "$left_out" ]; then
  echo "LEFT OUT: $left_out"
else
  CHROMIUM=$(find_chromium)
  export CHROMIUM
  (cd tests/browser && node --test --test-reporter=spec ./*.test.mjs) 2>&1 |
    tee "$browser_log" || failed=1
fi

step "results"
echo "cargo test:"
grep -E '^(test result:|error:)' "$rust_log" | sed 's/^/  /' || echo "  no test ran"
echo "browser tests:"
if [ -n "$left_out" ]; then
  echo "  LEFT OUT: $left_out"
else
  grep -E '^[^ ]+ (tests|pass|fail|cancelled|skipped) [0-9]+$' "$browser_log" | sed 's/^/  /' || echo "  no test ran"
fi
exit "$failed"
