#!/usr/bin/env bash
# Shows what the length of a history does to time and memory: the private memory of spillcheck on histories that differ in nothing
# else, and on any others.
#
#   benches/growth.sh [REPO …]
#
# The histories are made for the run from a seed: 1,000 files of sixty lines, of which each commit changes one line of one, packed
# as git packs them. Memory is the largest amount of anonymous pages (RssAnon in /proc, so Linux only), looked at every
# three milliseconds: mapped files, as packs are, can be dropped or written back by the kernel and do not count.
#
# COMMITS="50000 500000"; THREADS=2; SPILLCHECK=target/release/spillcheck.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
export COMMITS=${COMMITS:-50000 500000} THREADS=${THREADS:-2} SPILLCHECK=${SPILLCHECK:-$here/target/release/spillcheck}
for tool in python3 git; do
  command -v "$tool" >/dev/null || { printf 'growth.sh: %s is missing\n' "$tool" >&2; exit 2; }
done
[[ -r /proc/self/status ]] || { printf 'growth.sh: there is no /proc to read memory from\n' >&2; exit 2; }
[[ -x $SPILLCHECK ]] || { printf 'growth.sh: %s is missing: cargo build --release\n' "$SPILLCHECK" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

made=()
for commits in $COMMITS; do
  git init --quiet --bare "$work/$commits-commits"
  python3 -I - "$commits" <<'PYTHON' | git -C "$work/$commits-commits" fast-import --quiet
import random, sys
pick = random.Random(5)
words = [f"w{pick.randrange(10**6)}" for _ in range(4000)]
line = lambda: f"{pick.choice(words)} = {pick.choice(words)}"
files = {f"d{d}/f{f}.py": [line() for _ in range(60)] for d in range(40) for f in range(25)}
names = list(files)
for n in range(int(sys.argv[1])):
    name = pick.choice(names)
    text = files[name]
    text[pick.randrange(len(text))] = f"{line()} # {n}"
    blob, message = "\n".join(text) + "\n", f"change {n}"
    print(f"blob\nmark :{2 * n + 1}\ndata {len(blob)}\n{blob}")
    print(f"commit refs/heads/main\nmark :{2 * n + 2}\ncommitter A <a@example.org> {1500000000 + n} +0000\ndata {len(message)}\n{message}")
    if n:
        print(f"from :{2 * n}")
    print(f"M 100644 :{2 * n + 1} {name}\n")
PYTHON
  made+=("$work/$commits-commits")
done

python3 -I - "${made[@]}" "$@" <<'PYTHON'
import os, re, subprocess, sys, time

print(f"{'history':<40}{'objects':>10}{'private MiB':>13}{'seconds':>9}{'exit':>6}")
for repository in sys.argv[1:]:
    counts = subprocess.run(["git", "-C", repository, "count-objects", "-v"], capture_output=True, text=True, check=True).stdout
    objects = sum(int(n) for n in re.findall(r"^(?:count|in-pack): (\d+)", counts, re.M))
    began, peak = time.perf_counter(), 0
    scan = subprocess.Popen([os.environ["SPILLCHECK"], "scan", "--history-only", "--threads", os.environ["THREADS"], repository],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while scan.poll() is None:
        with open(f"/proc/{scan.pid}/status") as status:
            found = re.search(r"RssAnon:\s*(\d+)", status.read())
        peak = max(peak, int(found[1]) if found else 0)
        time.sleep(0.003)
    seconds = time.perf_counter() - began
    print(f"{repository[-38:]:<40}{objects:>10}{peak / 1024:>13.1f}{seconds:>9.2f}{scan.returncode:>6}", flush=True)
PYTHON
