#!/usr/bin/env bash
# The test command: everything that must hold, on any machine with Rust and a C compiler.
# The browser part needs Node and Chromium; where they are missing and this is Debian or
# Ubuntu with root's rights, they are installed, else the part is left out and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --locked
