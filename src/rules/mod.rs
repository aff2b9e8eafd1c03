//! Rules: their shape, where they come from, and the set a scan runs with.

pub mod examples;
mod greedy;
pub mod lint;
pub mod load;
mod quick;
mod rule;
pub mod schema;
mod set;
pub mod shape;

pub use quick::Alphabet;
pub use rule::{Assignment, Confidence, Context, Edge, Kind, Matcher, Pattern, Rule, Severity, Shape, Token, Verbatim};
pub use set::{RuleSet, nearest};
