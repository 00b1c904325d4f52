# What the tools share; sourced, never run.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs=$(nproc)

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
if [[ ! -t 1 ]]; then say() { printf '==> %s\n' "$*"; }; fi

die() {
  printf '%s: %s\n' "tools/$(basename "$0")" "$*" >&2
  exit 1
}

# The comment that a tool opens with is its help.
usage() {
  awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "${BASH_SOURCE[1]}"
}
