#!/usr/bin/env bash
# The test command: everything that must hold, on any machine with Rust and a C compiler.
# The browser part needs Node and Chromium, the runs with client libraries need more; where
# that is missing and this is Debian or Ubuntu with root's rights, it is installed, else the
# part is left out and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rust_log=$scratch/rust.log
browser_log=$scratch/browser.log
interop_log=$scratch/interop.log

failed=0
source tests/tools.sh

# Node, npm and Chromium, and a font for what they show.
install_missing() {
  local packages=()
  node_is_at_least 18 || packages+=(nodejs)
  command -v npm >/dev/null || packages+=(npm)
  [ -n "$(find_chromium)" ] || packages+=(chromium)
  [ ${#packages[@]} -gt 0 ] || return 0
  has_chinese_font || packages+=(fonts-noto-cjk)
  install_packages "${packages[@]}"
  [ -z "$left_out" ] || return 0
  if ! node_is_at_least 18; then
    left_out="this system's Node is older than 18"
  elif [ -z "$(find_chromium)" ]; then
    left_out="this system's chromium package holds no Chromium that starts here"
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
[ -n "$left_out" ] || install_modules tests/browser
if [ -n "$left_out" ]; then
  echo "LEFT OUT: $left_out"
else
  CHROMIUM=$(find_chromium)
  export CHROMIUM
  (cd tests/browser && node --test --test-reporter=spec ./*.test.mjs) 2>&1 |
    tee "$browser_log" || failed=1
fi

step "interoperation with client libraries"
tests/interop/run.sh 2>&1 | tee "$interop_log" || failed=1

step "results"
echo "cargo test:"
grep -E '^(test result:|error:)' "$rust_log" | sed 's/^/  /' || echo "  no test ran"
echo "browser tests:"
if [ -n "$left_out" ]; then
  echo "  LEFT OUT: $left_out"
else
  grep -E '^[^ ]+ (tests|pass|fail|cancelled|skipped) [0-9]+$' "$browser_log" | sed 's/^/  /' || echo "  no test ran"
fi
echo "interoperation:"
grep -E '^[a-z0-9_]+: ([0-9]+ passed, [0-9]+ failed|LEFT OUT: .*)$' "$interop_log" | sed 's/^/  /' || echo "  no test ran"
exit "$failed"
