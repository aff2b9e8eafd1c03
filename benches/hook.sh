#!/usr/bin/env bash
# Runs the hooks of spillcheck and of other scanners side by side: one staged file in a repository of many files. Prints wall
# time, CPU time and peak memory of the whole process (medians), and the ratio to spillcheck's time.
#
#   benches/hook.sh
#
# The repository is made for the run: FILES files of a few hundred bytes to a few kilobytes in folders of folders, packed and
# committed, and one file of 60 lines that is staged and holds no secret. Everything runs interleaved (each program once, then
# each again …), so that a busy moment of the machine hits all of them; a first round, not counted, warms the file cache.
# Memory is the peak resident set. Both are read from the kernel's accounting of the child (wait4), so nothing of a shell or a
# timer is in them. A program that does not exit with 0 is marked: it did something else than passing a harmless file.
#
# FILES=5000; N=41 rounds; SPILLCHECK=target/release/spillcheck; GITLEAKS=gitleaks; KINGFISHER=kingfisher, found on PATH.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
export FILES=${FILES:-5000} N=${N:-41}
export SPILLCHECK=${SPILLCHECK:-$here/target/release/spillcheck} GITLEAKS=${GITLEAKS:-gitleaks} KINGFISHER=${KINGFISHER:-kingfisher}
for tool in python3 git; do
  command -v "$tool" >/dev/null || { printf 'hook.sh: %s is missing\n' "$tool" >&2; exit 2; }
done
command -v "$SPILLCHECK" >/dev/null || { printf 'hook.sh: %s is missing: cargo build --release\n' "$SPILLCHECK" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1
mkdir -- "$HOME" "$work/repository"
cd -- "$work/repository"
git init --quiet --initial-branch=main
git config user.name A
git config user.email a@example.org

python3 -I - <<'PYTHON'
import os, random
pick = random.Random(1)
words = "index value count first second table entry buffer result parse write read close open line column name path".split()
for n in range(int(os.environ["FILES"])):
    folder = f"src/d{n % 50:02}/e{n // 50 % 20:02}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/f{n}.c", "w") as file:
        for _ in range(pick.randrange(5, 80)):
            file.write("  " + " ".join(pick.choices(words, k=6)) + ";\n")
PYTHON
git add .
git commit --quiet --message base
git gc --quiet
mkdir -p src/d07/e03
for n in {1..60}; do printf 'static int counter_%d = %d; /* a harmless line */\n' "$n" "$n"; done >src/d07/e03/staged.c
git add src/d07/e03/staged.c

exec python3 -I - <<'PYTHON'
import os, shutil, statistics, time

programs = [
    ("spillcheck hook", os.environ["SPILLCHECK"], ["hook", "--stage", "pre-commit"]),
    ("spillcheck hook FILE", os.environ["SPILLCHECK"], ["hook", "--stage", "pre-commit", "src/d07/e03/staged.c"]),
    ("gitleaks", os.environ["GITLEAKS"], ["git", "--pre-commit", "--redact", "--staged", "--verbose", "--no-banner"]),
    ("kingfisher", os.environ["KINGFISHER"], ["scan", ".", "--staged", "--quiet", "--no-update-check", "--no-validate"]),
]
missing = [name for name, program, _ in programs if not shutil.which(program)]
programs = [(name, shutil.which(program), args) for name, program, args in programs if name not in missing]

def run(program, args):
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    began = time.perf_counter()
    child = os.posix_spawn(program, [program, *args], os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - began
    os.close(null)
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)

runs = {name: [] for name, *_ in programs}
for round in range(int(os.environ["N"]) + 1):
    for name, program, args in programs:
        result = run(program, args)
        if round:
            runs[name].append(result)

print(f"one staged file in a repository of {os.environ['FILES']} files, {os.environ['N']} interleaved rounds, medians")
print(f"{'program':<22}{'wall ms':>10}{'best':>8}{'worst':>8}{'CPU ms':>10}{'peak MiB':>10}{'ratio':>8}")
first = None
for name, results in runs.items():
    wall, cpu, memory, codes = zip(*results)
    median = statistics.median(wall)
    first = first or median
    print(f"{name:<22}{median:>10.1f}{min(wall):>8.1f}{max(wall):>8.1f}{statistics.median(cpu):>10.1f}"
          f"{max(memory):>10.1f}{median / first:>8.1f}" + ("" if set(codes) == {0} else f"  exit codes {sorted(set(codes))}"))
for name in missing:
    print(f"{name:<22} not run: not installed")
PYTHON
