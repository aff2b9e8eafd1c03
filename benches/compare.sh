#!/usr/bin/env bash
# Runs spillcheck, ripgrep and other secret scanners side by side on a tree and a repository, and prints times and memory.
#
#   benches/compare.sh TREE [REPO]
#
# Everything runs interleaved (first each program once, then each program again …), so that a busy moment of the machine hits
# all of them. A first round, not counted, warms the file cache. Times are the wall time of the whole process, memory is its
# peak resident set; both are from GNU time, and of programs that start others only the largest process counts for memory.
# Ratios are medians against spillcheck's yardsticks: `rg -uuu -c ZZZZQQQQ` for the tree, `git cat-file
# --batch-all-objects` for the repository. What a program found stands beside its time: a fast program that looks at little
# is not a better one, and neither is one that finds a lot.
#
# N=5 rounds; SPILLCHECK=target/release/spillcheck; THREADS= for spillcheck and ripgrep (default: each program's own choice);
# LIMIT=600 seconds for one run; ONLY="kingfisher gitleaks" for some of the other scanners.
set -euo pipefail

usage() {
  sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0"
  exit 2
}
[[ $# -ge 1 && $# -le 2 && -d $1 && -d ${2:-$1} ]] || usage >&2
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
tree=$(cd -- "$1" && pwd)
repository=${2:+$(cd -- "$2" && pwd)}
rounds=${N:-5}
limit=${LIMIT:-600}
spillcheck=${SPILLCHECK:-$here/target/release/spillcheck}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

for tool in python3 /usr/bin/time timeout; do
  command -v "$tool" >/dev/null || { printf 'compare.sh: %s is missing\n' "$tool" >&2; exit 2; }
done
/usr/bin/time -v true 2>/dev/null || { printf 'compare.sh: /usr/bin/time is not GNU time\n' >&2; exit 2; }
[[ -x $spillcheck ]] || { printf 'compare.sh: %s is missing: cargo build --release\n' "$spillcheck" >&2; exit 2; }

# The programs of a part: name, and a command that writes its report to standard output.
names=() commands=() skipped=()
add() { # NAME PROGRAM COMMAND…
  local name=$1 program=$2
  shift 2
  if [[ -n ${ONLY:-} && " $ONLY spillcheck yardstick " != *" ${name%%[: ]*} "* ]]; then
    return
  fi
  if command -v "$program" >/dev/null; then
    names+=("$name") commands+=("$(printf '%q ' "$@")")
  else
    skipped+=("$name")
  fi
}

# Findings in a report on standard input, by the kind of program.
count() {
  python3 -I -c '
import json, sys
kind, data = sys.argv[1], sys.stdin.buffer.read()
try:
    if kind in ("spillcheck", "kingfisher"):
        # One document, which another one may follow.
        report = json.JSONDecoder().raw_decode(data.decode("utf-8", "replace").lstrip())[0]
        print(len(report["findings"]))
    elif kind == "gitleaks":
        print(len(json.loads(data)))
    elif kind == "detect-secrets":
        print(sum(len(found) for found in json.loads(data)["results"].values()))
    elif kind == "yardstick":
        print("-")
    else:
        print(len(data.splitlines()))
except (ValueError, LookupError, TypeError):
    print("?")
' "$1"
}

measure() { # FOLDER: runs `names` and `commands` interleaved and prints the table
  local folder=$1 round index name status sink
  rm -f -- "$work"/*
  : >"$work/times"
  for ((round = 0; round <= rounds; round++)); do
    for index in "${!names[@]}"; do
      name=${names[index]}
      # Too slow once is too slow.
      if [[ -e $work/slow.$index ]]; then continue; fi
      status=0
      # The report goes to a file, as in use; only the contents of all objects are thrown away.
      sink=$work/out
      [[ $name != *cat-file* ]] || sink=/dev/null
      (cd -- "$folder" && eval "exec /usr/bin/time -v -o $(printf %q "$work/time") timeout $limit ${commands[index]}") \
        >"$sink" 2>/dev/null </dev/null || status=$?
      if ((round == 0)); then
        count "${name%%[: ]*}" <"$sink" >"$work/count.$index"
        if ((status == 124)); then : >"$work/slow.$index"; fi
      else
        printf '%s\t%s\t%s\n' "$index" "$status" "$(python3 -I -c '
import re, sys
text = open(sys.argv[1]).read()
wall = re.search(r"Elapsed .*: ([0-9:.]+)$", text, re.M).group(1)
seconds = 0.0
for part in wall.split(":"):
    seconds = seconds * 60 + float(part)
peak = int(re.search(r"Maximum resident set size .*: (\d+)", text).group(1))
print(seconds, peak / 1024, sep="\t")
' "$work/time")" >>"$work/times"
      fi
      printf '.' >&2
    done
  done
  printf '\n' >&2
  printf '%s\n' "${names[@]}" >"$work/names"
  python3 -I - "$work" "$limit" <<'PYTHON'
import pathlib, statistics, sys
work = pathlib.Path(sys.argv[1])
names = (work / "names").read_text().splitlines()
runs = {}
for line in (work / "times").read_text().splitlines():
    index, status, seconds, peak = line.split("\t")
    runs.setdefault(int(index), []).append((float(seconds), float(peak), status))
base = next((i for i, name in enumerate(names) if name.startswith("yardstick")), None)
if base not in runs:
    base = None
def median(index, column):
    return statistics.median(run[column] for run in runs[index])
print(f"{'program':<44}{'median s':>10}{'min':>9}{'max':>9}{'ratio':>9}{'peak MB':>9}{'findings':>10}{'exit':>6}")
for index, name in enumerate(names):
    if index not in runs:
        print(f"{name:<44}{'more than ' + sys.argv[2] + ' s, stopped in the first round':>10}")
        continue
    times = [run[0] for run in runs[index]]
    # GNU time gives hundredths of a second: below that a ratio means nothing.
    ratio = f"{median(index, 0) / median(base, 0):.2f}" if base is not None and median(base, 0) >= 0.05 else "-"
    status = ",".join(sorted({run[2] for run in runs[index]}))
    count = (work / f"count.{index}").read_text().strip()
    print(f"{name:<44}{median(index, 0):>10.2f}{min(times):>9.2f}{max(times):>9.2f}{ratio:>9}{median(index, 1):>9.0f}{count:>10}{status:>6}")
PYTHON
  if ((${#skipped[@]})); then
    printf 'Not on PATH, so not run:%s\n' "$(printf ' %s;' "${skipped[@]}")"
  fi
}

version() { # PROGRAM ARGUMENT…
  if command -v "$1" >/dev/null; then
    # Some print more than a line, some print it on standard error.
    printf '%-16s%s\n' "$(basename -- "$1")" "$("$@" 2>&1 </dev/null | sed -n '/[0-9]\.[0-9]/{p;q;}' || true)"
  fi
}

printf 'Machine: %s cores, %s, %s\n' "$(nproc)" \
  "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(uname -sr)"
printf 'Load at the start: %s. Rounds: %s, after one to warm up.\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)" "$rounds"
version "$spillcheck" --version
version git --version
version rg --version
version kingfisher --version
version gitleaks version
version ripsecrets --version
version detect-secrets --version

threads=${THREADS:+--threads=$THREADS}
quiet=(--format json --progress never --quiet ${threads:+"$threads"})

printf '\nTree: %s (%s files, %s)\n' "$tree" "$(find "$tree" -name .git -prune -o -type f -print | wc -l)" \
  "$(du -sh --exclude=.git -- "$tree" | cut -f 1)"
add 'yardstick: rg -uuu -c ZZZZQQQQ' rg rg -uuu -c ${threads:+"$threads"} ZZZZQQQQ .
add 'spillcheck scan --no-history' "$spillcheck" "$spillcheck" scan --no-history "${quiet[@]}" .
add 'spillcheck … --no-ignore' "$spillcheck" "$spillcheck" scan --no-history --no-ignore "${quiet[@]}" .
add 'kingfisher scan --no-validate' kingfisher \
  kingfisher scan . --no-validate --no-update-check --git-history none --format json --quiet
add 'gitleaks dir' gitleaks gitleaks dir . --no-banner --log-level error --report-format json --report-path -
add 'ripsecrets' ripsecrets ripsecrets .
add 'detect-secrets scan' detect-secrets detect-secrets scan --all-files --no-verify .
measure "$tree"

if [[ -n $repository ]]; then
  names=() commands=() skipped=()
  git=(git -c "safe.directory=*" -C "$repository")
  printf '\nRepository: %s (%s objects, %s commits)\n' "$repository" \
    "$("${git[@]}" count-objects -v | awk '/^(count|in-pack):/ { n += $2 } END { print n }')" "$("${git[@]}" rev-list --all --count)"
  add 'yardstick: git cat-file --batch-all-objects' git \
    "${git[@]}" cat-file --batch-all-objects --batch --unordered --buffer
  add 'spillcheck scan --history-only' "$spillcheck" "$spillcheck" scan --history-only "${quiet[@]}" .
  add 'kingfisher scan --git-history full' kingfisher \
    kingfisher scan . --no-validate --no-update-check --git-history full --format json --quiet
  add 'gitleaks git' gitleaks gitleaks git . --no-banner --log-level error --report-format json --report-path -
  measure "$repository"
fi
