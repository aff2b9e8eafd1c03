#!/usr/bin/env bash
# What action.yml runs: compiles spillcheck, scans the checkout and the commits of the event, writes SARIF and the outputs.
#
# Reads INPUT_PATH, INPUT_CONFIDENCE, INPUT_SARIF, INPUT_BINARY and INPUT_VERSION (see action.yml), GITHUB_EVENT_NAME and
# GITHUB_EVENT_PATH; writes to GITHUB_OUTPUT. The exit code is spillcheck's: 0, 1, 2, 3 or 130.
#
# What is scanned may be hostile, so nothing of it is run, and nothing of it is read as configuration: Python runs isolated
# (-I), cargo runs in the action's own folder, revisions are checked to be hexadecimal, and workflow commands are off while
# anything is printed.
set -euo pipefail

action=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/spillcheck.XXXXXX")
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
findings='' sarif='' complete=false

# A line of a scanned file that looks like a workflow command is only text.
printf '::stop-commands::%s\n' "$stop"

# shellcheck disable=SC2317 # the trap calls it
finish() {
  local code=$?
  trap - EXIT
  {
    printf 'findings=%s\n' "$findings"
    printf 'sarif=%s\n' "$sarif"
    printf 'complete=%s\n' "$complete"
    printf 'exit-code=%s\n' "$code"
  } >>"${GITHUB_OUTPUT:-/dev/null}"
  rm -rf -- "$work"
  printf '::%s::\n' "$stop"
  exit "$code"
}
trap finish EXIT

fail() {
  printf 'spillcheck action: %s\n' "$1" >&2
  exit 2
}

for tool in git python3; do
  command -v "$tool" >/dev/null || fail "$tool is not on PATH"
done
[[ -d ${INPUT_PATH:-.} ]] || fail "path: ${INPUT_PATH:-.} is no folder"
path=$(cd -- "${INPUT_PATH:-.}" && pwd)
target=${INPUT_SARIF:-${RUNNER_TEMP:-/tmp}/spillcheck.sarif}
[[ $target != *[$'\n\r']* ]] || fail 'sarif: a file name of one line is needed'

# The program.
binary=${INPUT_BINARY:-}
if [[ -z $binary ]]; then
  command -v cargo >/dev/null || fail 'cargo is not on PATH; there are no binary releases yet, so the action compiles spillcheck'
  build=${RUNNER_TEMP:-$work}/spillcheck-target
  # cargo and rustup obey files in the current folder and those above it: it must not be the checkout.
  (cd -- "$action" && cargo build --release --locked --bin spillcheck --target-dir "$build") ||
    fail 'spillcheck could not be compiled'
  binary=$build/release/spillcheck
fi
version=$("$binary" --version) || fail "$binary cannot be run"
[[ -z ${INPUT_VERSION:-} || $version == "spillcheck ${INPUT_VERSION#v}" ]] ||
  fail "version: $INPUT_VERSION is wanted, but this is $version"
printf '%s\n' "$version"

# The commits of the event, for --range.
export GIT_NO_LAZY_FETCH=1 GIT_NO_REPLACE_OBJECTS=1
repository() { git -c safe.directory='*' -C "$path" "$@"; }
have() { repository cat-file -e "$1^{commit}" 2>/dev/null; }
top=$(repository rev-parse --show-toplevel) || fail "path: $path is not in the working tree of a git repository"

event=$(python3 -I "$action/action/event.py" "${GITHUB_EVENT_NAME:-}" "${GITHUB_EVENT_PATH:-}") ||
  fail 'the event cannot be read'
read -r kind from to <<<"$event"
shallow=$(repository rev-parse --is-shallow-repository)
range='' missing=''

case $kind in
  between) # commits were pushed
    if ! have "$to"; then
      missing=$to
    elif [[ $from == - ]]; then
      printf 'A new branch or tag: all commits that lead to %s are scanned.\n' "$to"
      range=$to
    elif have "$from"; then
      range=$from..$to
    elif [[ $shallow == true ]]; then
      missing=$from
    else
      # After a force push the old tip is gone. What was pushed is part of what leads to the new one.
      printf 'Commit %s is gone (a force push?): all commits that lead to %s are scanned.\n' "$from" "$to"
      range=$to
    fi
    ;;
  pull)
    # base.sha of the event may lag behind; the parents of GitHub's test merge do not.
    if [[ $(repository rev-parse --quiet --verify 'HEAD^2') == "$to" ]]; then
      range=$(repository rev-parse --verify 'HEAD^1')..$to
    elif ! have "$to"; then
      missing=$to
    elif ! have "$from"; then
      missing=$from
    else
      range=$from..$to
    fi
    ;;
  all | none) ;;
  *) fail "unexpected answer: $event" ;;
esac

# Commits at the boundary of a shallow clone have lost their parents, and with them what those brought.
if [[ $shallow == true && -n $range ]]; then
  boundary=$(repository rev-parse --git-path shallow)
  [[ $boundary == /* ]] || boundary=$path/$boundary
  if ! repository rev-list "$range" >"$work/commits"; then
    missing="commits of $range"
  elif grep -Fxq -f "$boundary" "$work/commits"; then
    missing="parents of $(grep -Fx -m 1 -f "$boundary" "$work/commits")"
  fi
fi

# The scans.
code=0
rank() { case $1 in 0) echo 0 ;; 1) echo 1 ;; 3) echo 2 ;; *) echo 3 ;; esac }
worse() { # Keeps the worse of two exit codes: clean, findings, incomplete, and then everything else.
  if (($(rank "$1") > $(rank "$code"))); then code=$1; fi
}
scan() { # NAME FOLDER FLAG…
  local name=$1 folder=$2 result=0
  shift 2
  printf '\n== spillcheck scan %s\n' "$*"
  "$binary" scan "$@" --confidence="${INPUT_CONFIDENCE:-medium}" --progress=never --color=never \
    --report "json=$work/$name.json" --report "sarif=$work/$name.sarif" -- "$folder" || result=$?
  worse "$result"
}

scan files "$path" --no-history
problem=''
if [[ -n $missing ]]; then
  problem="not in this clone: $missing; the commits of this event were not all scanned; check out with fetch-depth: 0"
  printf '\nINCOMPLETE: %s\n' "$problem"
  worse 3
fi
if [[ -n $range ]]; then
  scan history "$top" --range "$range"
elif [[ $kind == all ]]; then
  scan history "$top" --history-only
fi

# The reports.
mkdir -p -- "$(dirname -- "$target")"
summary=$(python3 -I "$action/action/merge.py" "$work" "$target" "$problem") || fail 'the reports cannot be written'
read -r findings complete <<<"$summary"
sarif=$target
[[ $code == [01] ]] || complete=false
printf '\n%s finding(s), complete: %s, exit code %s. SARIF: %s\n' "$findings" "$complete" "$code" "$sarif"
exit "$code"
