"""Merges the reports of the two scans of action/run.sh: `merge.py FOLDER SARIF PROBLEM`.

FOLDER has files.json, files.sarif and, if commits were scanned, history.json and history.sarif. Writes one SARIF file with a
run for each (GitHub wants a category of its own for each run) and prints how many different findings there are and whether
both scans were complete. PROBLEM is what kept commits from being scanned, or empty.
"""

import json
import os
import pathlib
import sys
import tempfile

FILES, HISTORY = "spillcheck/files/", "spillcheck/history/"


def load(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def fingerprint(result):
    return result["ruleId"], result["partialFingerprints"]["secretFingerprint/v1"]


def run_of(log, category):
    """The run of a category. A log without it has an empty run instead, which says whether that scan was complete."""
    for run in log["runs"]:
        if run["automationDetails"]["id"] == category:
            return run
    run = log["runs"][0]
    if run["results"]:
        sys.exit("spillcheck action: a report has results of an unexpected category")
    run["automationDetails"]["id"] = category
    return run


def main(folder, target, problem):
    folder, target = pathlib.Path(folder), pathlib.Path(target)
    findings, complete, runs = set(), not problem, []
    for name, category in (("files", FILES), ("history", HISTORY)):
        report, log = load(folder / f"{name}.json"), load(folder / f"{name}.sarif")
        if report is None or log is None:
            # A scan that was not asked for leaves nothing behind; one that failed has an exit code of its own.
            continue
        findings.update((finding["rule_id"], finding["fingerprint"]) for finding in report["findings"])
        complete = complete and report["summary"]["complete"]
        run = run_of(log, category)
        if runs:
            # What is in the files already is one alert, not two.
            known = {fingerprint(result) for result in runs[0]["results"]}
            run["results"] = [result for result in run["results"] if fingerprint(result) not in known]
        runs.append(run)
    if not runs:
        sys.exit("spillcheck action: no scan took place")
    if problem:
        invocation = runs[-1]["invocations"][0]
        invocation["executionSuccessful"] = False
        invocation.setdefault("toolExecutionNotifications", []).append({"level": "error", "message": {"text": problem}})
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": runs}
    # Beside its place and then moved there: never half a file, and a link that is in the way is replaced, not followed.
    handle, name = tempfile.mkstemp(prefix=".spillcheck-", dir=target.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(log, file, indent=2)
        file.write("\n")
    os.chmod(name, 0o644)
    os.replace(name, target)
    print(len(findings), "true" if complete else "false")


main(*sys.argv[1:])
