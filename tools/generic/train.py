#!/usr/bin/env python3
"""Fits the value model (src/judge/model.tsv). Needs numpy and scikit-learn; the outcome depends on the inputs alone.

  cargo run --example signals -- DEV > dev.jsonl
  tools/generic/passwords.py --corpus DEV --out MADE && cargo run --example signals -- MADE > made.jsonl
  tools/generic/train.py --candidates dev.jsonl --labels DEV/meta --made made.jsonl --made-labels MADE/labels.jsonl --out src/judge/model.tsv

DEV is a folder in CredData's form: data/REPOSITORY/..., meta/REPOSITORY.csv. MADE holds people's passwords and ordinary strings,
made from patterns, see passwords.py. Nothing of either gets into the model but split points of signals: no names of files, no ids.

With --cross-validate five models are fitted, each without a fifth of the repositories (never of the lines), and the scores
of what each has not seen are written to --scores FILE, one for each candidate; precision and recall of the candidates are printed.
"""
import argparse, collections, csv, glob, json, os

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

SEED = 20240501
FOLDS = 5
TREES = 100
DEPTH = 4
DAMPING = 0.3
WEIGHTS = {1: 1.0, 0: 1.0, -1: 0.3, -2: 0.3}  # true, false, unlabelled, elsewhere on a true line


def read(path):
    with open(path, encoding='utf8') as f:
        return [json.loads(line) for line in f]


def creddata_labels(folder):
    rows = collections.defaultdict(list)
    for meta in sorted(glob.glob(os.path.join(folder, '*.csv'))):
        with open(meta, newline='', encoding='utf8') as f:
            for r in csv.DictReader(f):
                span = (int(r['ValueStart'] or -1), int(r['ValueEnd'] or -1))
                rows[r['FilePath']].append((int(r['LineStart']), int(r['LineEnd']), r['GroundTruth'] == 'T', span))
    return rows


def label(c, rows):
    """1 overlaps a true value, 0 on a line labelled false, -1 no label, -2 elsewhere on a true line."""
    got = -1
    for start, end, true, (a, b) in rows.get(c['file'], ()):
        if start > c['end_line'] or end < c['line']:
            continue
        if not true:
            got = 0 if got == -1 else got
        elif start == end and 0 <= a < b and not (c['column'] < b and c['column'] + len(c['value']) > a):
            got = -2
        else:
            return 1
    return got


def fit(x, y, w):
    model = HistGradientBoostingClassifier(max_iter=TREES, max_depth=DEPTH, learning_rate=0.1, min_samples_leaf=30,
                                           max_features=0.5, l2_regularization=5.0, early_stopping=False, random_state=SEED)
    return model.fit(x, y, sample_weight=w)


def folds(repositories):
    names = sorted(set(repositories))
    np.random.RandomState(SEED).shuffle(names)
    fold = {name: i % FOLDS for i, name in enumerate(names)}
    return np.array([fold[r] for r in repositories])


def tree_lines(nodes, names):
    """Nodes of a tree in order of their numbers. The value of an inner node is the mean of its leaves."""
    def value(i):
        n = nodes[i]
        if n['is_leaf']:
            return n['value'], n['count']
        (a, m), (b, k) = value(n['left']), value(n['right'])
        return (a * m + b * k) / (m + k), m + k
    for i, n in enumerate(nodes):
        v = round(value(i)[0] * 1000)
        if n['is_leaf']:
            yield f'leaf\t{v}'
        else:
            yield f"split\t{names[n['feature_idx']]}\t{int(np.floor(n['num_threshold']))}\t{n['left']}\t{n['right']}\t{v}"


def write(model, names, thresholds, out):
    with open(out, 'w', encoding='utf8') as f:
        f.write('# The value model: regression trees over signals. Written by tools/generic/train.py; not edited by hand.\n')
        f.write('signals\t' + '\t'.join(names) + '\n')
        f.write(f'base\t{round(float(model._baseline_prediction.ravel()[0]) * 1000)}\n')
        for name, value in thresholds:
            f.write(f'{name}\t{value}\n')
        for (predictor,) in model._predictors:
            f.write('tree\n')
            f.writelines(line + '\n' for line in tree_lines(predictor.nodes, names))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--candidates', required=True)
    ap.add_argument('--labels', required=True)
    ap.add_argument('--made')
    ap.add_argument('--made-labels')
    ap.add_argument('--made-weight', type=float, default=0.5)
    ap.add_argument('--out')
    ap.add_argument('--low', type=int, default=-1300)
    ap.add_argument('--medium', type=int, default=500)
    ap.add_argument('--medium-in-tests', type=int, default=1000)
    ap.add_argument('--cross-validate', action='store_true')
    ap.add_argument('--scores')
    a = ap.parse_args()
    head, *candidates = read(a.candidates)
    names = head['signals']
    rows = creddata_labels(a.labels)
    kinds = [label(c, rows) for c in candidates]
    repositories = [c['file'].split('/')[1] for c in candidates]
    weights = [WEIGHTS[k] for k in kinds]
    real = len(candidates)
    if a.made:
        truth = {(d['file'], d['line']): d for d in read(a.made_labels)}
        for c in read(a.made)[1:]:
            d = truth.get((c['file'], c['line']))
            if d is None or (d['secret'] and d['value'] not in c['value']):
                continue
            candidates.append(c)
            kinds.append(1 if d['secret'] else 0)
            repositories.append(d['repository'])
            weights.append(a.made_weight)
    x = np.array([c['signals'] for c in candidates], dtype=np.int16)
    y = (np.array(kinds) == 1).astype(int)
    # What one repository repeats a hundred times is not a hundred times as true.
    often = collections.Counter(zip(repositories, y.tolist()))
    w = np.array([w * often[key] ** -DAMPING for w, key in zip(weights, zip(repositories, y.tolist()))])
    w *= 0.8 * len(w) / w.sum()
    print('candidates', dict(collections.Counter(kinds[:real])), 'made', dict(collections.Counter(kinds[real:])))
    if a.cross_validate:
        fold = folds(repositories)
        scores = np.zeros(len(candidates))
        for k in range(FOLDS):
            scores[fold == k] = fit(x[fold != k], y[fold != k], w[fold != k]).decision_function(x[fold == k])
        test = x[:, names.index('file-test')] == 1
        for name, least in (('low', a.low), ('medium', np.where(test, a.medium_in_tests, a.medium))):
            taken, kind = scores * 1000 >= least, np.array(kinds)
            tp, fp = ((taken[:real] & (kind[:real] == k)).sum() for k in (1, 0))
            fn = (kind[:real] == 1).sum() - tp
            print(f'cross-validated {name}: precision {tp / (tp + fp):.4f} recall {tp / (tp + fn):.4f} of {tp + fn} labelled candidates')
        with open(a.scores, 'w', encoding='utf8') as f:
            for c, k, s in zip(candidates, kinds, scores):
                f.write(json.dumps({'file': c['file'], 'line': c['line'], 'end_line': c['end_line'], 'rule': c['rule'],
                                    'secret': c['value'], 'label': k, 'test': c['signals'][names.index('file-test')],
                                    'score': round(s * 1000)}) + '\n')
    if a.out:
        write(fit(x, y, w), names, [('low', a.low), ('medium', a.medium), ('medium-in-tests', a.medium_in_tests)], a.out)


if __name__ == '__main__':
    main()
