#!/usr/bin/env python3
"""Writes src/detect/grams.bin: how rare four bytes are in source code and prose.

    python3 tools/anchors/frequencies.py GROUP=FOLDER[,FOLDER...] ... > src/detect/grams.bin

The anchor search looks for the rarest four bytes of each anchor. This counts all of them, folded to one case as the search
folds them (`byte | 0x20`), by the high 16 bits of the hash that the search uses, and writes one byte for each of the 65,536
values: how rare it is, in quarters of a bit (4 * -log2 of its share). Each group gives about the same number of bytes, from
files in an order drawn with a fixed seed, so that no language drowns the others.

The table in the repository was made on 2026-11-22 from 94 MB:
    c     Linux 6.1 (fs mm kernel arch/x86 sound lib Documentation tools net), Redis
    py    the library of Python 3.12, Ansible, Celery
    rust  Ruff (crates) and the crates that spillcheck is built from
    go    Prometheus, Traefik, Loki
    php   Symfony, Laravel
    ruby  Rails
    js    undici (5.6 MB, all there is)
    java  Spring Security
Needs numpy.
"""

import os
import random
import sys

import numpy as np

# The same as in src/detect/prefilter/gram.rs.
FACTOR = np.uint32(0x9E37_79B1)
BITS = 16
# Bytes of each group, and of each file at most.
GROUP, FILE = 12 << 20, 200_000


def files(folders):
    """All files below the folders, in an order that is always the same."""
    found = []
    for folder in folders:
        for root, below, names in os.walk(folder):
            below[:] = [name for name in below if name not in (".git", "target", "node_modules")]
            found += [os.path.join(root, name) for name in names]
    found.sort()
    random.shuffle(found)
    return found


def main():
    random.seed(1)
    counts = np.zeros(1 << BITS)
    for argument in sys.argv[1:]:
        group, folders = argument.split("=", 1)
        taken = 0
        for path in files(folders.split(",")):
            if taken > GROUP:
                break
            try:
                with open(path, "rb") as file:
                    text = file.read(FILE)
            except OSError as error:
                print(f"{path}: {error}", file=sys.stderr)
                continue
            if b"\0" in text or len(text) < 4:
                continue
            taken += len(text)
            folded = np.frombuffer(text, dtype=np.uint8).astype(np.uint32) | 0x20
            grams = folded[:-3] | folded[1:-2] << 8 | folded[2:-1] << 16 | folded[3:] << 24
            counts += np.bincount((grams * FACTOR) >> np.uint32(32 - BITS), minlength=1 << BITS)
        print(f"{group}: {taken} bytes", file=sys.stderr)
    if not counts.any():
        sys.exit(__doc__)
    share = counts / counts.sum()
    rarity = np.clip(np.round(4 * -np.log2(np.maximum(share, 1e-12))), 0, 255)
    sys.stdout.buffer.write(rarity.astype(np.uint8).tobytes())


if __name__ == "__main__":
    main()
