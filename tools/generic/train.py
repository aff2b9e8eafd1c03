#!/usr/bin/env python3
"""Fits the value model (src/judge/model.tsv). Needs numpy 2.4.6 and scikit-learn 1.9.1; the outcome depends on the inputs alone.

  cargo run --example signals -- DEV > dev.jsonl
  tools/generic/passwords.py --corpus DEV --out MADE && cargo run --example signals -- MADE > made.jsonl
  (cd DEV && spillcheck scan --no-history --no-ignore --reveal --confidence low -f jsonl -o /tmp/report.jsonl .)
  cargo run --example signals -- PUBLIC > public.jsonl
  tools/generic/train.py --candidates dev.jsonl --labels DEV/meta --report /tmp/report.jsonl \\
      --made made.jsonl --made-labels MADE/labels.jsonl --ordinary public.jsonl --out src/judge/model.tsv

DEV is a folder in CredData's form: data/REPOSITORY/..., meta/REPOSITORY.csv. MADE holds people's passwords and ordinary strings,
made from patterns, see passwords.py. PUBLIC holds trees of public repositories, each in a folder of its own, that are neither in
DEV nor among those the outcome is looked at with: nothing in them is a secret but what a machine may have drawn, which is left
out (`is_drawn`). Nothing of any of them gets into the model but split points of signals: no names of files, no ids.
Of the report only the findings count that the model has no say in, those of providers' rules.

Thresholds are not fitted: they are the same in every fold. The figures printed count places as CredData does: a line is found or
not, whatever the number of findings on it. `cross-validated` leaves out each fifth of the repositories in turn, and scores what
it left out; that for several assignments of repositories to fifths, because one alone may be lucky.

A fit takes some seconds, and there are sixteen. OpenMP's threads wait for one another on a busy machine: OMP_NUM_THREADS=1.
"""
import argparse, collections, csv, glob, json, os

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

SEED = 20240501
FOLDS = 5
NO_FOLD = -1
ASSIGNMENTS = 3  # of repositories to folds
TREES = 100
DEPTH = 4
DAMPING = 0.7
MADE = 0.5  # the weight of people's passwords in copies of labelled files
PEOPLE = 1.0  # of those in files made for them
ORDINARY = 0.3  # and of what stands in public code
WEIGHTS = {1: 1.0, 0: 1.0, -1: 0.3, -2: 0.3}  # true, false, unlabelled, elsewhere on a true line
SHORTEST_DRAWN = 8
# Scores from which a value is reported, thousandths of a logit. Tests and documentation have no others: doubts hold them down.
THRESHOLDS = {'low': -1000, 'medium': 100}
NONE, LOW, MEDIUM = range(3)
NAMES = ('none', 'low', 'medium')
# Categories of places that hold no credential by themselves: not counted.
IDENTIFIERS = {'UUID', 'AWS S3 Bucket', 'Firebase Domain', 'Tencent WeChat API App ID', 'Twilio Credentials', 'Dropbox App secret'}


def read(path):
    with open(path, encoding='utf8') as f:
        return [json.loads(line) for line in f]


def creddata_labels(folder):
    rows = collections.defaultdict(list)
    for meta in sorted(glob.glob(os.path.join(folder, '*.csv'))):
        with open(meta, newline='', encoding='utf8') as f:
            for r in csv.DictReader(f):
                span = (int(r['ValueStart'] or -1), int(r['ValueEnd'] or -1))
                category = r['Category'].split(':')
                rows[r['FilePath']].append((int(r['LineStart']), int(r['LineEnd']), r['GroundTruth'] == 'T', span, category))
    return rows


class Places:
    """Labelled places (lines of a file), and which of them each finding hits."""
    def __init__(self, rows):
        self.by_file, self.true, self.counted, self.repository = collections.defaultdict(list), [], [], []
        for file in sorted(rows):
            lines = collections.defaultdict(list)
            for start, end, true, _, category in rows[file]:
                lines[start, end].append((true, category))
            for (start, end), all_rows in sorted(lines.items()):
                true = any(t for t, _ in all_rows)
                categories = {c for t, category in all_rows if t for c in category}
                self.by_file[file].append((start, end, len(self.true)))
                self.true.append(true)
                self.counted.append(not true or bool(categories - IDENTIFIERS))
                self.repository.append(file.split('/')[1])
        self.true, self.counted = np.array(self.true), np.array(self.counted)

    def hit_by(self, finding):
        """All true places on the lines of a finding; if there are none, the false one that is most alike."""
        over = [p for p in self.by_file.get(finding['file'], ()) if p[0] <= finding['end_line'] and p[1] >= finding['line']]
        true = [n for _, _, n in over if self.true[n]]
        nearest = min(over, key=lambda p: (abs(p[0] - finding['line']) + abs(p[1] - finding['end_line']), p[0]), default=None)
        return true or ([nearest[2]] if nearest else [])

    def pairs(self, findings):
        """Numbers of findings and of the places they hit."""
        pairs = [(n, place) for n, finding in enumerate(findings) for place in self.hit_by(finding)]
        return np.array(pairs, dtype=int).reshape(-1, 2).T

    def figures(self, hit, among):
        """Precision, recall and F1, of the places `among` them that were `hit`."""
        among = among & self.counted
        tp, fp = (hit & self.true & among).sum(), (hit & ~self.true & among).sum()
        precision, recall = tp / max(1, tp + fp), tp / max(1, (self.true & among).sum())
        return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def label(c, rows):
    """1 overlaps a true value, 0 on a line labelled false, -1 no label, -2 elsewhere on a true line."""
    got = -1
    for start, end, true, (a, b), _ in rows.get(c['file'], ()):
        if start > c['end_line'] or end < c['line']:
            continue
        if not true:
            got = 0 if got == -1 else got
        elif start == end and 0 <= a < b and not (c['column'] < b and c['column'] + len(c['value']) > a):
            got = -2
        else:
            return 1
    return got


def is_drawn(value):
    """Whether a machine may have drawn it: letters and digits without a blank, eight or more, that are no name and no expression."""
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return len(value) >= SHORTEST_DRAWN and mixed and not any(c in ' ()[]{}<>$' for c in value)


def fit(x, y, w):
    model = HistGradientBoostingClassifier(max_iter=TREES, max_depth=DEPTH, learning_rate=0.1, min_samples_leaf=30,
                                           max_features=0.5, l2_regularization=5.0, early_stopping=False, random_state=SEED)
    return model.fit(x, y, sample_weight=w)


def folds(repositories, assignment):
    names = sorted(set(repositories))
    np.random.RandomState(SEED + assignment).shuffle(names)
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


def write(model, names, out):
    with open(out, 'w', encoding='utf8') as f:
        f.write('# The value model: regression trees over signals. Written by tools/generic/train.py; not edited by hand.\n')
        f.write('signals\t' + '\t'.join(names) + '\n')
        f.write(f'base\t{round(float(model._baseline_prediction.ravel()[0]) * 1000)}\n')
        for name, value in THRESHOLDS.items():
            f.write(f'{name}\t{value}\n')
        for (predictor,) in model._predictors:
            f.write('tree\n')
            f.writelines(line + '\n' for line in tree_lines(predictor.nodes, names))


def unseen(x, y, w, fold):
    """Scores, in thousandths, of the candidates in folds: each from a model that was fitted without its fold."""
    scores = np.zeros(len(y))
    for k in range(FOLDS):
        rest, part = fold != k, fold == k
        scores[part] = fit(x[rest], y[rest], w[rest]).decision_function(x[part]) * 1000
    return scores


class Corpus:
    """The labelled candidates and places, and what providers' rules find in them."""
    def __init__(self, candidates, rows, report):
        self.places = Places(rows)
        self.pairs = self.places.pairs(candidates)
        self.most = np.array([{None: NONE, 'low': LOW}.get(c['most'], MEDIUM) for c in candidates])
        weighed = {c['rule'] for c in candidates}
        others = [dict(at, file=os.path.normpath(at['path'])) for d in report if d.get('rule_id') not in weighed for at in d.get('locations', ())]
        self.other_pairs = self.places.pairs(others)
        self.other_confidence = np.array([LOW if at['confidence'] == 'low' else MEDIUM for at in others])

    def hit(self, scores, confidence):
        """The places hit at a confidence."""
        hit = np.zeros(len(self.places.true), dtype=bool)
        taken = (scores >= THRESHOLDS[NAMES[confidence]]) & (self.most >= confidence)
        hit[self.pairs[1][taken[self.pairs[0]]]] = True
        hit[self.other_pairs[1][self.other_confidence[self.other_pairs[0]] >= confidence]] = True
        return hit


def show(what, figures):
    print(f'{what}: precision {figures[0]:.4f} recall {figures[1]:.4f} F1 {figures[2]:.4f}', flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('candidates', 'labels', 'report', 'made', 'made-labels', 'ordinary', 'out'):
        ap.add_argument('--' + name, required=True)
    a = ap.parse_args()
    head, *candidates = read(a.candidates)
    names = head['signals']
    rows = creddata_labels(a.labels)
    kinds = [label(c, rows) for c in candidates]
    corpus = Corpus(candidates, rows, read(a.report))
    real = len(candidates)
    weights = [WEIGHTS[k] for k in kinds]
    repositories = [c['file'].split('/')[1] for c in candidates]
    truth = {(d['file'], d['line']): d for d in read(a.made_labels)}
    for c in read(a.made)[1:]:
        d = truth.get((c['file'], c['line']))
        if d is None or (d['secret'] and d['value'] not in c['value']):
            continue
        candidates.append(c)
        kinds.append(1 if d['secret'] else 0)
        repositories.append(d['repository'])
        weights.append(PEOPLE if d['repository'].startswith('people-') else MADE)
    print('candidates', dict(collections.Counter(kinds[:real])), 'made', dict(collections.Counter(kinds[real:])))
    labelled = len(candidates)
    for c in read(a.ordinary)[1:]:
        if not is_drawn(c['value']):
            candidates.append(c)
            kinds.append(0)
            repositories.append(c['file'].split('/')[0])
            weights.append(ORDINARY)
    print('ordinary', len(candidates) - labelled)
    x = np.array([c['signals'] for c in candidates], dtype=np.int16)
    y = (np.array(kinds) == 1).astype(int)
    # What one repository repeats a hundred times is not a hundred times as true.
    often = collections.Counter(zip(repositories, y.tolist()))
    w = np.array([w * often[key] ** -DAMPING for w, key in zip(weights, zip(repositories, y.tolist()))])
    w *= 0.8 * len(w) / w.sum()
    model = fit(x, y, w)
    write(model, names, a.out)
    scores = {'fitted': model.decision_function(x)[:real] * 1000}
    for n in range(ASSIGNMENTS):
        # Public code is left out of no fit: no place of it is counted.
        fold = np.full(len(candidates), NO_FOLD)
        fold[:labelled] = folds(repositories[:labelled] + corpus.places.repository, n)[:labelled]
        scores[f'cross-validated {n + 1}'] = unseen(x, y, w, fold)[:real]
    everywhere = np.ones(len(corpus.places.true), dtype=bool)
    for confidence in (MEDIUM, LOW):
        figures = {how: corpus.places.figures(corpus.hit(score, confidence), everywhere) for how, score in scores.items()}
        for how, figure in figures.items():
            show(f'{NAMES[confidence]}, {how}', figure)
        gaps = [figures['fitted'][2] - figure[2] for how, figure in figures.items() if how != 'fitted']
        print(f'{NAMES[confidence]}: F1 of the cross-validated is lower by {np.mean(gaps):.4f} on average')


if __name__ == '__main__':
    main()
