//! What the new version requires of others, held against what the repository runs.

use super::case::Case;
use super::model::{Block, Section, SectionKind};
use crate::upgrade::Satisfied;

/// Holds what is required against what is there.
pub(super) fn compatibility(case: &Case<'_>) -> Section {
    let mut rows = Vec::new();
    for requirement in &case.plan.briefing.requirements {
        let yours = match &requirement.yours {
            Some(yours) => {
                let at = yours.position.as_ref().map(|at| format!(" (`{at}`)")).unwrap_or_default();
                format!("`{}`{at}", yours.version)
            }
            None => "not told by the repository".to_owned(),
        };
        let verdict = match requirement.verdict {
            Satisfied::Yes => "fine",
            Satisfied::No => "not met",
            Satisfied::Unknown => "look at it",
        };
        let quote = format!("“{}”", requirement.evidence.quote.trim());
        rows.push(vec![
            requirement.component.clone(),
            format!("`{}`", requirement.range),
            yours,
            verdict.to_owned(),
            quote,
        ]);
    }
    // What nothing is required of is still what the new version will meet.
    for release in case.releases() {
        for store in case.state(release).iter().flat_map(|state| &state.stores) {
            let title = case.policies.datastore(&store.engine);
            let title = title.map_or(store.engine.as_str(), |engine| engine.policy.title());
            let family = case.policies.datastore_family(&store.engine);
            let named = |row: &Vec<String>| {
                row.first().is_some_and(|component| {
                    family.iter().any(|engine| {
                        engine.policy.is_called(component) || engine.policy.title() == component
                    })
                })
            };
            let Some(version) = store.version.as_ref().filter(|_| !rows.iter().any(named)) else {
                continue;
            };
            if !case.plan.briefing.readings.is_empty() && !store.only_reads {
                rows.push(vec![
                    title.to_owned(),
                    "nothing was found in the notes".to_owned(),
                    format!("`{version}`"),
                    "look at it".to_owned(),
                    String::new(),
                ]);
            }
        }
    }
    let head =
        ["Component", "Required", "Yours", "", "The notes' words"].map(str::to_owned).to_vec();
    let blocks = if rows.is_empty() { Vec::new() } else { vec![Block::Table { head, rows }] };
    Section { kind: SectionKind::Compatibility, blocks }
}
