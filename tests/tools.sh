# Sourced by the test commands: finds or installs what a part needs beside Rust. `scratch` is
# a folder for logs. What can't be had is said in `left_out`, by which that part is skipped.

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

has_chinese_font() {
  command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn file 2>/dev/null)" ]
}

# node_is_at_least MAJOR
node_is_at_least() {
  command -v node >/dev/null && [ "$(node -p "parseInt(process.versions.node) >= $1")" = true ]
}

# install_packages NAME...: by apt-get, where this is Debian or Ubuntu with root's rights.
install_packages() {
  local root=()
  if ! command -v apt-get >/dev/null; then
    left_out="missing: $*; there is no apt-get to install them with"
    return
  fi
  if [ "$(id -u)" -ne 0 ]; then
    root=(sudo -n)
    if ! "${root[@]}" true 2>/dev/null; then
      left_out="missing: $*; installing them needs root or sudo without a password"
      return
    fi
  fi
  echo "installing $*"
  root+=(env DEBIAN_FRONTEND=noninteractive)
  if ! { { [ -e "$scratch/apt-updated" ] || "${root[@]}" apt-get update; } &&
    touch "$scratch/apt-updated" &&
    "${root[@]}" apt-get install -y --no-install-recommends "$@"; } >"$scratch/apt.log" 2>&1; then
    tail -n 5 "$scratch/apt.log"
    left_out="apt-get could not install $*"
  fi
}

# install_modules FOLDER: those of its lock file, unless they are there.
install_modules() {
  local installed=$1/node_modules/.package-lock.json
  if [ -e "$installed" ] && [ ! "$1/package-lock.json" -nt "$installed" ]; then
    return
  fi
  if ! npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund >"$scratch/npm.log" 2>&1; then
    tail -n 5 "$scratch/npm.log"
    left_out="npm could not install the modules of $1/package-lock.json"
  fi
}
