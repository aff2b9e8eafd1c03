//! The line of a secret, made fit for a terminal: escaped, cut, and with carets under the secret.

use std::ops::Range;

use super::text::{columns, printable_bytes, printable_line};
use crate::finding::{Finding, Part};

/// Widest excerpt, terminal columns.
const WIDTH: usize = 160;

/// A line to print and the line of carets under it.
pub(super) struct Shown {
    /// The text, safe to print.
    pub(super) text: String,
    /// Spaces and carets; empty where the excerpt holds no secret.
    pub(super) carets: String,
}

struct Cell {
    c: char,
    marked: bool,
}

/// The excerpt of location `at` of `finding`; nothing where there is no excerpt.
pub(super) fn shown(finding: &Finding, at: usize, reveal: bool) -> Option<Shown> {
    let cells = cells(finding, at, reveal);
    let view = view(&cells);
    let mut shown = Shown { text: String::new(), carets: String::new() };
    if view.start > 0 {
        shown.text.push('…');
        shown.carets.push(' ');
    }
    for cell in &cells[view.clone()] {
        shown.text.push(cell.c);
        shown.carets.extend(std::iter::repeat_n(if cell.marked { '^' } else { ' ' }, columns(cell.c)));
    }
    if view.end < cells.len() {
        shown.text.push('…');
    }
    shown.text.truncate(shown.text.trim_end().len());
    shown.carets.truncate(shown.carets.trim_end().len());
    (!shown.text.is_empty()).then_some(shown)
}

fn cells(finding: &Finding, at: usize, reveal: bool) -> Vec<Cell> {
    let parts = &finding.locations[at].excerpt.parts;
    let marked = marked(finding, at);
    let mut cells = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let text = match part {
            Part::Plain(plain) => printable_line(plain),
            Part::Hidden(secret) if reveal => printable_bytes(secret.reveal()),
            Part::Hidden(secret) => printable_line(&secret.mask()),
        };
        cells.extend(text.chars().map(|c| Cell { c, marked: marked.contains(&i) }));
    }
    cells
}

/// Which parts of the excerpt are this location's secret: the same bytes, counted along the line where they occur more
/// than once; all hidden parts where none is equal (the first line of a longer secret).
fn marked(finding: &Finding, at: usize) -> Vec<usize> {
    let here = &finding.locations[at];
    let hidden = |wanted: &dyn Fn(&crate::secret::Secret) -> bool| -> Vec<usize> {
        let parts = here.excerpt.parts.iter().enumerate();
        parts.filter(|(_, p)| matches!(p, Part::Hidden(s) if wanted(s))).map(|(i, _)| i).collect()
    };
    let equal = hidden(&|s| *s == finding.secret);
    if equal.is_empty() {
        return hidden(&|_| true);
    }
    let before = finding.locations.iter().filter(|l| {
        l.path == here.path
            && l.place == here.place
            && l.commit == here.commit
            && l.start.line == here.start.line
            && l.start.column < here.start.column
    });
    vec![equal[before.count().min(equal.len() - 1)]]
}

/// The cells that are printed: all, or as many as fit round the first marked ones.
fn view(cells: &[Cell]) -> Range<usize> {
    let width = |range: Range<usize>| -> usize { cells[range].iter().map(|cell| columns(cell.c)).sum() };
    if width(0..cells.len()) <= WIDTH {
        return 0..cells.len();
    }
    let first = cells.iter().position(|cell| cell.marked).unwrap_or(0);
    let run = cells[first..].iter().take_while(|cell| cell.marked).count();
    let (mut start, mut end, mut used) = (first, first, 0);
    let mut fits = |i: usize| {
        let wider = used + columns(cells[i].c);
        let fits = wider <= WIDTH;
        if fits {
            used = wider;
        }
        fits
    };
    while end < first + run && fits(end) {
        end += 1;
    }
    loop {
        let left = start > 0 && fits(start - 1);
        start -= usize::from(left);
        let right = end < cells.len() && fits(end);
        end += usize::from(right);
        if !left && !right {
            return start..end;
        }
    }
}
