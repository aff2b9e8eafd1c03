//! Signals: what can be measured of a value, its name, their syntax and their neighbourhood. Small integers, so that the
//! same bytes give the same score everywhere. None of them knows a path: the kind of file comes last, see
//! [`super::model`].

mod around;
mod lists;
mod meanings;
mod name;
mod own;
mod value;

use std::borrow::Cow;
use std::ops::Range;

use crate::detect::Operator;

pub(super) use meanings::meaning;
pub(super) use name::words;
pub(super) use own::{Own, own};

/// Defines the signals: a constant index and a name for each.
macro_rules! signals {
    ($($(#[doc = $doc:literal])+ $id:ident = $name:literal,)+) => {
        /// Indices into [`Signals`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Signal {
            $($(#[doc = $doc])+ $id,)+
        }

        /// Names of the signals by index, as the model's file and `explain` write them.
        pub const NAMES: &[&str] = &[$($name),+];
    };
}

signals! {
    /// Bytes of the value, at most 512.
    Length = "value-length",
    /// Small letters, percent.
    Lower = "value-lower-percent",
    /// Capitals, percent.
    Upper = "value-upper-percent",
    /// Digits, percent.
    Digits = "value-digit-percent",
    /// Printable ASCII beyond letters and digits, percent.
    Marks = "value-mark-percent",
    /// Bytes beyond ASCII, percent.
    Wide = "value-non-ascii-percent",
    /// Different bytes, percent of the length.
    Distinct = "value-distinct-percent",
    /// Shannon entropy, hundredths of a bit for each byte.
    Entropy = "value-entropy",
    /// Mean score of letter pairs, hundredths: high for words.
    Words = "value-word-score",
    /// Lowest mean score of letter pairs among runs of four letters or more, hundredths.
    WorstRun = "value-worst-run-score",
    /// Changes between letters, digits and other characters, and from small to capital, percent of the length.
    Turns = "value-turns-percent",
    /// Longest run of letters.
    LetterRun = "value-letter-run",
    /// Longest run of one byte.
    SameRun = "value-same-run",
    /// Longest ascending run.
    Ascending = "value-ascending-run",
    /// Blanks inside.
    Blanks = "value-blanks",
    /// Dots.
    Dots = "value-dots",
    /// Underscores and hyphens.
    Joints = "value-joints",
    /// Slashes.
    Slashes = "value-slashes",
    /// Brackets of all sorts.
    Brackets = "value-brackets",
    /// Dollar signs and percent signs.
    Sigils = "value-sigils",
    /// Backslashes.
    Backslashes = "value-backslashes",
    /// Colons.
    Colons = "value-colons",
    /// What alphabet it is written in, see `value::alphabet`.
    Alphabet = "value-alphabet",
    /// What it is shaped like, see `value::shape`.
    Shape = "value-shape",
    /// Share of telling words (`changeme`, `example`), percent.
    Told = "value-placeholder-percent",
    /// Share of usual words of code and documentation, percent.
    Usual = "value-usual-word-percent",
    /// Starts with: 0 small letter, 1 capital, 2 digit, 3 else.
    First = "value-first",
    /// Digits at the end.
    LastDigits = "value-last-digits",
    /// What the name and the value share, percent of the value.
    Echo = "value-echoes-name-percent",
    /// What the anchor means, see `name::Meaning`.
    Meaning = "name-meaning",
    /// Bytes of the name.
    NameLength = "name-length",
    /// Words of the name.
    NameWords = "name-words",
    /// Words after the anchor.
    WordsAfter = "name-words-after",
    /// What the word before the anchor says: 1 no secret, 2 a secret, 0 nothing.
    Head = "name-head",
    /// What the first word after the anchor says, likewise.
    Tail = "name-tail",
    /// What the last word of the name says, likewise.
    Last = "name-last",
    /// 0 small, 1 capitals, 2 camel, 3 Pascal.
    Case = "name-case",
    /// Separators: 0 none, 1 underscore, 2 hyphen, 3 dot.
    Separator = "name-separator",
    /// How name and value meet, see `around::operator`.
    Operator = "syntax-operator",
    /// 0 bare, 1 double, 2 single, 3 backquote.
    Quote = "syntax-quote",
    /// The name stood in quotes.
    NameQuoted = "syntax-name-quoted",
    /// Backslashes before the opening quote.
    Escaped = "syntax-escaped",
    /// Bytes between name and value.
    Gap = "syntax-gap",
    /// A call stands between: 1 one that makes a secret of its text, 2 another one.
    Wrapped = "syntax-wrapped",
    /// The byte after the value, by class; see `around::class`.
    After = "syntax-after",
    /// The byte after that.
    AfterNext = "syntax-after-next",
    /// The byte before the name, by class.
    Before = "syntax-before",
    /// Bytes from the line's start to the name, at most 240.
    Column = "line-column",
    /// Blanks at the line's start.
    Indent = "line-indent",
    /// Bytes from the value's end to the line's, at most 160.
    Rest = "line-rest",
    /// The line begins as a comment.
    Comment = "line-comment",
    /// The line calls, tests or prints: see `around::verb`.
    Verb = "line-verb",
    /// Names of accounts and hosts nearby, at most 4.
    Accounts = "near-accounts",
    /// Words of tests and examples nearby, at most 4.
    Samples = "near-samples",
    /// Words of user interfaces nearby (label, title, placeholder), at most 4.
    Interface = "near-interface",
    /// Words of program code nearby (function, return, import), at most 4.
    Code = "near-code",
    /// Other names of secrets nearby, at most 4.
    Secrets = "near-secrets",
    /// Random strings nearby, at most 4.
    Random = "near-random",
    /// Statements that end with a semicolon nearby, at most 4.
    Semicolons = "near-semicolons",
    /// The kind of file, see [`super::kind::FileKind`].
    FileKind = "file-kind",
    /// The file is a test or an example.
    FileTest = "file-test",
}

/// How many there are.
pub(super) const COUNT: usize = NAMES.len();

/// The signals of one candidate.
pub(super) type Signals = [i16; COUNT];

/// What is measured: spans in a text.
#[derive(Debug, Clone)]
pub(super) struct Place<'t> {
    /// The text.
    pub(super) text: &'t [u8],
    /// Where the anchor begins.
    pub(super) anchor: usize,
    /// The name, if there is one.
    pub(super) name: Option<Range<usize>>,
    /// The value.
    pub(super) value: Range<usize>,
    /// Its bytes, put together if it stands in pieces.
    pub(super) bytes: Cow<'t, [u8]>,
    /// What stands between.
    pub(super) operator: Option<Operator>,
    /// The value stood in quotes.
    pub(super) quoted: bool,
}

impl Place<'_> {
    /// The span of the name; of a value without one, where the anchor begins.
    fn name(&self) -> Range<usize> {
        self.name.clone().unwrap_or(self.anchor..self.anchor)
    }
}

/// Measures syntax and neighbourhood, all but the kind of file, looking at the
/// [`NEIGHBOURHOOD`](crate::detect::NEIGHBOURHOOD) of the anchor alone.
pub(super) fn measure(place: &Place<'_>, own: Own) -> Signals {
    let mut signals = own.signals;
    around::measure(place, &place.name(), &mut signals);
    signals
}

/// Puts `value` where `signal` belongs, cut to what fits.
fn set(signals: &mut Signals, signal: Signal, value: usize) {
    signals[signal as usize] = i16::try_from(value).unwrap_or(i16::MAX);
}

/// `part` of `whole` in percent.
fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(0)
}
