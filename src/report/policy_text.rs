//! `refit policy show`: a line a rule, in the order in which they are tried.

use std::fmt::Write as _;

use super::style::{BOLD, paint};
use super::table::table;
use crate::diagnostic::RuleRef;
use crate::policy::{Policies, RuleKind};

/// Returns the rules in force as text, by kind.
#[must_use]
pub fn policy_text(policies: &Policies) -> String {
    let rules = policies.rules();
    let mut text = String::new();
    for kind in RuleKind::ALL {
        let of_kind = rules.iter().filter(|rule| rule.kind == kind);
        let rows: Vec<Vec<String>> = of_kind
            .map(|rule| {
                let RuleRef { name, file, line } = rule.rule;
                vec![format!("  {name}"), rule.says.clone(), format!("{file}:{line}")]
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", paint(BOLD, kind.title()));
        for line in table(&rows, None) {
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}
