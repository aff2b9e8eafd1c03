//! `.secretsignore` of ripsecrets: patterns as in `.gitignore`, then, under `[secrets]`, expressions for secrets that are no
//! secrets. Source: ripsecrets' README.

use super::super::schema::AllowTable;
use super::{Carried, CarriedAllow, OneOrMany};

/// Reads a file.
pub(super) fn read(file: &str, text: &str) -> Carried {
    let mut carried = Carried::new(file, "secretsignore");
    let mut secrets = false;
    for (n, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if line.trim() == "[secrets]" {
            secrets = true;
            continue;
        }
        let entry = OneOrMany::One(if secrets { line.trim().to_owned() } else { line.to_owned() }).list();
        let table = match secrets {
            true => AllowTable { secret: entry, ..AllowTable::default() },
            false if line.starts_with('!') => {
                carried.notice(n + 1, "a pattern that takes a file back in is not carried over");
                continue;
            }
            false => AllowTable { paths: entry, ..AllowTable::default() },
        };
        carried.allows.push(CarriedAllow { line: n + 1, table, names: Vec::new() });
    }
    carried
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_secrets() {
        let carried = read(".secretsignore", "# files\ntest/*\n!test/x\n\n[secrets]\npksb.+\n");
        assert_eq!(carried.allows.len(), 2);
        assert_eq!((&carried.allows[0].table.paths, carried.allows[0].line), (&vec!["test/*".to_owned()], 2));
        assert_eq!((&carried.allows[1].table.secret, carried.allows[1].line), (&vec!["pksb.+".to_owned()], 6));
        assert_eq!(carried.notices.len(), 1);
    }
}
