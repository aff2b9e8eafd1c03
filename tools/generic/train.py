#!/usr/bin/env python3
"""Fits the value model (src/judge/model.tsv). Needs numpy 2.4.6 and scikit-learn 1.9.1; the outcome depends on the inputs alone.

  cargo run --example signals -- DEV > dev.jsonl
  tools/generic/passwords.py --corpus DEV --out MADE && cargo run --example signals -- MADE > made.jsonl
  (cd DEV && spillcheck scan --no-history --no-ignore --reveal --confidence low -f jsonl -o /tmp/report.jsonl .)
  tools/generic/train.py --candidates dev.jsonl --labels DEV/meta --report /tmp/report.jsonl \\
      --made made.jsonl --made-labels MADE/labels.jsonl --out src/judge/model.tsv

DEV is a folder in CredData's form: data/REPOSITORY/..., meta/REPOSITORY.csv. MADE holds people's passwords and ordinary strings,
made from patterns, see passwords.py. Nothing of either gets into the model but split points of signals: no names of files, no ids.
Of the report only the findings count that the model has no say in, those of providers' rules.

Thresholds are fitted, too: on scores that each candidate gets from a model that saw nothing of its repository. The figures
printed count places as CredData does: a line is found or not, whatever the number of findings on it. `cross-validated` leaves
out each fifth of the repositories in turn, of the fit and of the choice of thresholds.
"""
import argparse, collections, csv, glob, json, os

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

SEED = 20240501
FOLDS = 5
TREES = 100
DEPTH = 4
DAMPING = 0.3
MADE = 0.5  # the weight of what was made from patterns
WEIGHTS = {1: 1.0, 0: 1.0, -1: 0.3, -2: 0.3}  # true, false, unlabelled, elsewhere on a true line
PRECISION = 0.95  # least precision at medium confidence, on repositories that were not seen
KEPT = 0.992  # least recall at low confidence, likewise, as a share of what rules and doubts let through
IN_TESTS = 1000  # how much more a value in a test or in documentation has to score
STEP = 100
NONE, LOW, MEDIUM = range(3)
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


def unseen(x, y, w, fold, among):
    """Scores, in thousandths, of the candidates `among` all: each from a model that was fitted on their other folds."""
    scores = np.zeros(len(y))
    for k in sorted(set(fold[among])):
        rest, part = among & (fold != k), among & (fold == k)
        scores[part] = fit(x[rest], y[rest], w[rest]).decision_function(x[part]) * 1000
    return scores


class Corpus:
    """The labelled candidates and places, and what providers' rules find in them."""
    def __init__(self, candidates, rows, report):
        self.places = Places(rows)
        self.pairs = self.places.pairs(candidates)
        self.most = np.array([{None: NONE, 'low': LOW}.get(c['most'], MEDIUM) for c in candidates])
        self.in_tests = np.array([c['in_tests'] for c in candidates])
        weighed = {c['rule'] for c in candidates}
        others = [dict(at, file=os.path.normpath(at['path'])) for d in report if d.get('rule_id') not in weighed for at in d.get('locations', ())]
        self.other_pairs = self.places.pairs(others)
        self.other_confidence = np.array([LOW if at['confidence'] == 'low' else MEDIUM for at in others])

    def hit(self, scores, thresholds, confidence):
        """The places hit at a confidence."""
        low, medium, medium_in_tests = thresholds
        least = np.where(self.in_tests, medium_in_tests, medium) if confidence == MEDIUM else low
        hit = np.zeros(len(self.places.true), dtype=bool)
        taken = (scores >= least) & (self.most >= confidence)
        hit[self.pairs[1][taken[self.pairs[0]]]] = True
        hit[self.other_pairs[1][self.other_confidence[self.other_pairs[0]] >= confidence]] = True
        return hit

    def thresholds(self, scores, among):
        """The thresholds that give KEPT and PRECISION on the places `among` all; the scores are of models that did not see them."""
        steps = range(-3000, 3000, STEP)
        recall = lambda low: self.places.figures(self.hit(scores, (low, low, low), LOW), among)[1]
        precision = lambda medium: self.places.figures(self.hit(scores, (medium, medium, medium + IN_TESTS), MEDIUM), among)[0]
        least = KEPT * recall(-np.inf)
        low = max((t for t in steps if recall(t) >= least), default=steps[0])
        medium = min((t for t in steps if t >= low and precision(t) >= PRECISION), default=steps[-1])
        return low, medium, medium + IN_TESTS


def show(what, figures):
    print(f'{what}: precision {figures[0]:.4f} recall {figures[1]:.4f} F1 {figures[2]:.4f}', flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('candidates', 'labels', 'report', 'made', 'made-labels', 'out'):
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
        weights.append(MADE)
    print('candidates', dict(collections.Counter(kinds[:real])), 'made', dict(collections.Counter(kinds[real:])))
    x = np.array([c['signals'] for c in candidates], dtype=np.int16)
    y = (np.array(kinds) == 1).astype(int)
    # What one repository repeats a hundred times is not a hundred times as true.
    often = collections.Counter(zip(repositories, y.tolist()))
    w = np.array([w * often[key] ** -DAMPING for w, key in zip(weights, zip(repositories, y.tolist()))])
    w *= 0.8 * len(w) / w.sum()
    fold, fold_of_places = (folded[part] for folded, part in [(folds(repositories + corpus.places.repository), part) for part in (
        slice(0, len(repositories)), slice(len(repositories), None))])
    everything, everywhere = np.ones(len(y), dtype=bool), np.ones(len(fold_of_places), dtype=bool)
    scores = unseen(x, y, w, fold, everything)
    hits = {LOW: np.zeros(len(everywhere), dtype=bool), MEDIUM: np.zeros(len(everywhere), dtype=bool)}
    for k in range(FOLDS):
        rest = fold != k
        chosen = corpus.thresholds(unseen(x, y, w, fold, rest)[:real], fold_of_places != k)
        print('without fold', k, 'thresholds', *chosen, flush=True)
        for confidence, hit in hits.items():
            hit |= corpus.hit(scores[:real], chosen, confidence) & (fold_of_places == k)
    low, medium, medium_in_tests = thresholds = corpus.thresholds(scores[:real], everywhere)
    model = fit(x, y, w)
    fitted = model.decision_function(x)[:real] * 1000
    print('thresholds', *thresholds)
    for confidence, name in ((MEDIUM, 'medium'), (LOW, 'low')):
        show(f'{name}, cross-validated', corpus.places.figures(hits[confidence], everywhere))
        show(f'{name}, fitted', corpus.places.figures(corpus.hit(fitted, thresholds, confidence), everywhere))
    write(model, names, [('low', low), ('medium', medium), ('medium-in-tests', medium_in_tests)], a.out)


if __name__ == '__main__':
    main()
