#!/usr/bin/env python3
"""Writes src/judge/triples.bin: how much likelier a letter is after two others in words than drawn at random.

    tools/words/triples.py FOLDER > src/judge/triples.bin

FOLDER holds a folder for each repository. Words are runs of Latin letters, parted by turns of case, in documents, translations and
programs; those count that occur six times and in three repositories or more, each by the logarithm of how often it occurs. So what a
single project is called, and what was drawn at random, teaches nothing. For each pair of letters (or the beginning of a word, number 26)
and each letter after it the file has one signed byte: eighths of a bit, log2 of the share among words against one in 26. Shares of
triples are smoothed with those of pairs, and those with those of letters.

The table in the repository was made on 2026-11-23 from 46,789 words of 40 repositories, of which half are not in English only (Monica,
BookStack, diaspora, Jellyfin, Matomo, ThingsBoard, Firefly III, Paperless-ngx, wger, Jenkins and more).
"""

import collections
import math
import os
import re
import sys

KINDS = (".md .rst .adoc .txt .po .html .yml .yaml .json .properties .py .java .go .rb .cs .php .js .ts .rs .lua .scala .erl .swift").split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"
START = "^"
# Most bytes of one file, and of one repository.
FILE, REPOSITORY = 400_000, 30_000_000
# Times, and repositories, that a word must occur.
TIMES, REPOSITORIES = 6, 3
# What is added of the shorter context's share: as many words.
SMOOTH_PAIRS, SMOOTH_TRIPLES = 20, 10


def texts(folder):
    """The texts of a repository, in an order that is always the same."""
    taken = 0
    for root, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if name not in (".git", "node_modules", "vendor"))
        for name in sorted(names):
            path = os.path.join(root, name)
            if not name.endswith(tuple(KINDS)) or not os.path.isfile(path) or os.path.getsize(path) > FILE:
                continue
            with open(path, encoding="utf8", errors="ignore") as file:
                text = file.read()
            taken += len(text)
            if taken > REPOSITORY:
                return
            yield text


def words(folder):
    """Common words, and how much each counts."""
    times, repositories = collections.Counter(), collections.Counter()
    for name in sorted(os.listdir(folder)):
        here = collections.Counter()
        for text in texts(os.path.join(folder, name)):
            here.update(word.lower() for word in re.findall("[A-Z]?[a-z]+", text) if 3 <= len(word) <= 14)
        times.update(here)
        repositories.update(here.keys())
    chosen = {w: n for w, n in times.items() if n >= TIMES and repositories[w] >= REPOSITORIES}
    print(f"{len(chosen)} words", file=sys.stderr)
    return {word: math.log2(1 + n) / 4 for word, n in sorted(chosen.items())}


def table(weights):
    """Eighths of a bit for each of 27 * 27 * 26 places."""
    ones, twos, threes = collections.Counter(), collections.Counter(), collections.Counter()
    before_one, before_two = collections.Counter(), collections.Counter()
    for word, weight in weights.items():
        text = START * 2 + word
        for first, second, third in zip(text, text[1:], text[2:]):
            threes[first + second + third] += weight
            before_two[first + second] += weight
            twos[second + third] += weight
            before_one[second] += weight
            ones[third] += weight
    total = sum(ones.values())
    one = {a: 0.95 * ones[a] / total + 0.05 / 26 for a in LETTERS}
    out = bytearray()
    for first in LETTERS + START:
        for second in LETTERS + START:
            for third in LETTERS:
                pair = (twos[second + third] + SMOOTH_PAIRS * one[third]) / (before_one[second] + SMOOTH_PAIRS)
                share = (threes[first + second + third] + SMOOTH_TRIPLES * pair) / (before_two[first + second] + SMOOTH_TRIPLES)
                out.append(max(-128, min(127, round(8 * math.log2(26 * share)))) & 0xFF)
    return bytes(out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.buffer.write(table(words(sys.argv[1])))
