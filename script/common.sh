# What the scripts of this folder share. Sourced, never run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

steps_done=()
steps_failed=()

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# Runs one step by name; a failure is remembered and the next step still runs.
step() {
  local name=$1
  shift
  say "▸ $name"
  if "$@"; then
    steps_done+=("$name")
  else
    steps_failed+=("$name")
    echo "✗ $name failed: $*" >&2
  fi
}

# Says how it went; the exit status is that of the whole.
summary() {
  say "Summary"
  local name
  for name in ${steps_done[@]+"${steps_done[@]}"}; do echo "  ok      $name"; done
  for name in ${steps_failed[@]+"${steps_failed[@]}"}; do echo "  FAILED  $name"; done
  [[ ${#steps_failed[@]} -eq 0 ]]
}

# What hangs is ended, so that the steps after it still run and the summary says which it was.
at_most() { timeout --kill-after=30s "$@"; }

in_web() { (cd web && "$@"); }

# Builds the pages if a source of theirs is newer. They are in the binary, so building them for nothing would have it
# built again as well.
build_pages() {
  local built=web/dist/index.html
  [[ ! -e $built || -n $(find web -path web/node_modules -prune -o -path web/dist -prune -o -newer $built -type f -print -quit) ]] ||
    return 0
  in_web npm run --silent build -- --logLevel warn
}

# The clients of the tests find the binary that was built.
in_e2e() {
  local binary
  binary=$(realpath "$(built debug)")
  (cd e2e && BEDSIDE_TEST_BINARY=$binary at_most 30m "$@")
}

# Where cargo puts what it builds.
built() { echo "${CARGO_TARGET_DIR:-target}/$1/bedside"; }
