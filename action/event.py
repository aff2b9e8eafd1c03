"""Reads a GitHub event and prints which commits it brings, in one line: `KIND FROM TO`.

`between A B`: a push from A to B; A is `-` for a new branch or tag. `pull A B`: a pull request onto A with head B.
`none - -`: nothing was brought. `all - -`: any other event, for which all of history is scanned.
Revisions are printed only if they are object ids, so that nothing of the event can become an option or a command.
"""

import json
import re
import sys


def object_id(value):
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", value):
        sys.exit("spillcheck action: the event has something else where an object id belongs")
    return value


def is_zero(value):
    return set(value) == {"0"}


def commits(name, path):
    if name == "push":
        with open(path, encoding="utf-8") as file:
            event = json.load(file)
        before, after = object_id(event["before"]), object_id(event["after"])
        if is_zero(after):
            return "none", "-", "-"
        return "between", "-" if is_zero(before) else before, after
    if name in ("pull_request", "pull_request_target"):
        with open(path, encoding="utf-8") as file:
            pull = json.load(file)["pull_request"]
        return "pull", object_id(pull["base"]["sha"]), object_id(pull["head"]["sha"])
    return "all", "-", "-"


try:
    print(*commits(sys.argv[1], sys.argv[2]))
except (OSError, ValueError, LookupError, TypeError) as error:
    sys.exit(f"spillcheck action: the event cannot be read: {type(error).__name__}")
