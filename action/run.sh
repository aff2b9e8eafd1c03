#!/usr/bin/env bash
# What action.yml runs: gets the program, scans, and writes annotations, the step summary, SARIF and the outputs.
#
# Reads the INPUT_ variables that action.yml sets; `spillcheck ci` reads the event (GITHUB_EVENT_NAME, GITHUB_EVENT_PATH).
# Writes to GITHUB_OUTPUT and GITHUB_STEP_SUMMARY. The exit code is spillcheck's: 0, 1, 2, 3 or 130.
#
# What is scanned may be hostile, so nothing of it is run: cargo runs in the action's own folder, no git hook or filter is
# called, and workflow commands are off while anything is printed but the annotations, which escape what they quote.
set -euo pipefail

action=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/spillcheck.XXXXXX")
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
findings='' sarif='' complete=false stopped=false

# A line of a scanned file that looks like a workflow command is only text.
commands_off() { printf '::stop-commands::%s\n' "$stop" && stopped=true; }
commands_on() { [[ $stopped == false ]] || { printf '::%s::\n' "$stop" && stopped=false; }; }
commands_off

# shellcheck disable=SC2317,SC2329 # the trap calls it
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
  commands_on
  exit "$code"
}
trap finish EXIT

fail() {
  printf 'spillcheck action: %s\n' "$1" >&2
  exit 2
}

path=${INPUT_PATH:-.} mode=${INPUT_MODE:-auto} range=${INPUT_RANGE:-} version=${INPUT_VERSION:-}
version=${version#v}
target=${INPUT_SARIF:-${RUNNER_TEMP:-/tmp}/spillcheck.sarif}
[[ -d $path ]] || fail "path: $path is no folder"
[[ $target != *[$'\n\r']* ]] || fail 'sarif: a file name of one line is needed'
[[ -z $version || $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "version: $version is no version such as 1.2.3"
case ${INPUT_FAIL_ON:-low} in
  low) failing='low|medium|high|critical' ;;
  medium) failing='medium|high|critical' ;;
  high) failing='high|critical' ;;
  critical) failing='critical' ;;
  never) failing='' ;;
  *) fail "fail-on: ${INPUT_FAIL_ON} is none of low, medium, high, critical and never" ;;
esac

# Downloads the archive of a release. It is unpacked only if it has the checksum that this action's own source names, or
# the workflow: one from the same place as the archive would prove nothing.
download() {
  local system machine name sum
  case $(uname -s) in
    Linux) system=unknown-linux-gnu ;;
    Darwin) system=apple-darwin ;;
    *) fail "there are no releases for $(uname -s); leave version empty to compile this source" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x86_64 ;;
    arm64 | aarch64) machine=aarch64 ;;
    *) fail "there are no releases for $(uname -m); leave version empty to compile this source" ;;
  esac
  name=spillcheck-$version-$machine-$system.tar.gz
  sum=${INPUT_CHECKSUM:-}
  if [[ -z $sum && -f $action/action/checksums.txt ]]; then
    sum=$(awk -v name="$name" '$2 == name { print $1 }' "$action/action/checksums.txt")
  fi
  sum=$(printf '%s' "$sum" | tr 'A-F' 'a-f') # bash 3.2 of macOS cannot do it
  [[ $sum =~ ^[0-9a-f]{64}$ ]] || fail "version: no checksum of $name is known; set checksum, or leave version empty to compile this source"
  command -v curl >/dev/null || fail 'curl is not on PATH'
  curl --fail --silent --show-error --location --proto '=https' --retry 3 --output "$work/$name" \
    "https://github.com/spillcheck/spillcheck/releases/download/v$version/$name" || fail "$name cannot be downloaded"
  if command -v sha256sum >/dev/null; then
    printf '%s  %s\n' "$sum" "$work/$name" | sha256sum --check --status || fail "$name has another checksum: it is not used"
  else
    printf '%s  %s\n' "$sum" "$work/$name" | shasum -a 256 --check --status || fail "$name has another checksum: it is not used"
  fi
  tar -xzf "$work/$name" -C "$work" spillcheck || fail "$name holds no program"
  binary=$work/spillcheck
}

# The program: given, downloaded, or compiled.
binary=${INPUT_BINARY:-}
if [[ -z $binary && -n $version ]]; then
  download
elif [[ -z $binary ]]; then
  command -v cargo >/dev/null || fail 'cargo is not on PATH, so spillcheck cannot be compiled; set version or binary'
  build=${RUNNER_TEMP:-$work}/spillcheck-target
  # cargo and rustup obey files in the current folder and those above it: it must not be the checkout.
  (cd -- "$action" && cargo build --release --locked --bin spillcheck --target-dir "$build") ||
    fail 'spillcheck could not be compiled'
  binary=$build/release/spillcheck
fi
runs=$("$binary" --version) || fail "$binary cannot be run"
[[ -z $version || $runs == "spillcheck $version" ]] || fail "version: $version is wanted, but this is $runs"
printf '%s\n' "$runs"

# What to scan. Values are glued to their flags, so that none of them can be read as a flag of its own.
arguments=(ci)
if [[ -z $range ]]; then
  arguments+=("--mode=$mode")
elif [[ $mode == auto ]]; then
  arguments+=("--range=$range")
else
  fail 'range and mode cannot be combined'
fi
case ${INPUT_DEEPEN:-false} in
  true) [[ -n $range ]] || arguments+=(--deepen) ;;
  false) ;;
  *) fail "deepen: ${INPUT_DEEPEN} is neither true nor false" ;;
esac
# GitHub does not read that a result is suppressed: it would open an alert for what a comment or the baseline allows.
arguments+=(--omit-suppressed "--confidence=${INPUT_CONFIDENCE:-medium}" --progress=never --color=never)
[[ -z ${INPUT_CONFIG:-} ]] || arguments+=("--config=$INPUT_CONFIG")
[[ -z ${INPUT_BASELINE:-} ]] || arguments+=("--baseline=$INPUT_BASELINE")
mkdir -p -- "$(dirname -- "$target")"
for report in "jsonl=$work/report.jsonl" "github=$work/annotations" "markdown=$work/summary.md" "sarif=$target"; do
  arguments+=("--report=$report")
done

code=0
"$binary" "${arguments[@]}" -- "$path" || code=$?
[[ -f $work/report.jsonl ]] || fail 'there is no report'
sarif=$target

# The last line is the summary. Keys stand in it with their quotes, which no text in it can imitate: there they are escaped.
summary=$(tail -n 1 -- "$work/report.jsonl")
[[ $summary =~ \"findings\":([0-9]+) ]] || fail 'the report has no summary'
findings=${BASH_REMATCH[1]}
[[ ! $summary =~ \"complete\":true ]] || complete=true
if [[ $code == 1 ]]; then
  [[ $summary =~ \"by_severity\":\{([^}]*)\} ]] || fail 'the report has no summary'
  severities=${BASH_REMATCH[1]}
  [[ -n $failing && $severities =~ \"($failing)\":[1-9] ]] || code=0
fi
cat -- "$work/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
printf '\n%s finding(s), complete: %s, exit code %s. SARIF: %s\n' "$findings" "$complete" "$code" "$sarif"
commands_on
cat -- "$work/annotations"
exit "$code"
