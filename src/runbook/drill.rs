//! The rehearsal of a restore: the backup is restored beside the data, where nothing uses it.
//!
//! What it makes has a name of its own, what it holds is counted as the data was with the backup, and
//! it is taken away again. What no command is known for is rehearsed by hand, in a namespace of its
//! own.

use super::back::way_back;
use super::case::{Case, Kept};
use super::keeping::kept;
use super::model::{Alone, Block, Section, SectionKind};
use super::procedure::{Filled, Procedure, procedure};
use super::slots::Moment;

/// Says how a restore is rehearsed.
pub(super) fn drill(case: &Case<'_>) -> Section {
    let mut blocks = Vec::new();
    if way_back(case).alone != Alone::Enough {
        blocks.push(Block::Text("A backup that was never restored is a hope. Rehearse it once before you rely on it, and every quarter after. Note when you begin and when you end: that is how long it will take.".to_owned()));
        let mut by_hand = Vec::new();
        for (_, kept) in kept(case) {
            let backup = procedure(case.policies, &kept.subject, Procedure::Backup);
            match rehearsal(case, &kept) {
                Some(rehearsal) if backup.is_whole => {
                    blocks.push(Block::Text(format!("**{}**", kept.title)));
                    blocks.extend(rehearsal);
                }
                // What is not backed up is not restored either.
                _ if backup.is_whole && backup.commands().next().is_some() => {
                    by_hand.push(kept.title.clone());
                }
                _ => {}
            }
        }
        if !by_hand.is_empty() {
            blocks.push(Block::Text(format!("By hand: {}.", by_hand.join("; "))));
            blocks.push(Block::Steps(steps(case)));
        }
        if keys(case) {
            blocks.push(Block::Text("A restore proves nothing of what is encrypted in it: hold the keys of the Secret against the copies that are kept elsewhere, too.".to_owned()));
        }
        if blocks.len() == 1 {
            blocks.clear();
        }
    }
    Section { kind: SectionKind::Drill, blocks }
}

/// Returns what restores one backup where nothing uses it, counts it and takes it away again.
fn rehearsal(case: &Case<'_>, kept: &Kept<'_>) -> Option<Vec<Block>> {
    let subject = kept.subject.with(kept.subject.slots.clone().at(Moment::Drill));
    let whole = |which| {
        let filled = procedure(case.policies, &subject, which);
        filled.is_whole.then_some(filled)
    };
    let drill = whole(Procedure::Drill)?;
    let before = procedure(case.policies, &kept.subject, Procedure::Count).is_whole;
    let count = whole(Procedure::Count).filter(|_| before);
    let clear = whole(Procedure::Clear);
    let parts: Vec<&Filled> = [Some(&drill), count.as_ref()].into_iter().flatten().collect();
    let mut lines = commands(&parts);
    let mut says = drill.sentences();
    if count.is_some() {
        let slots = &kept.subject.slots;
        let (counted, again) = (slots.counts(Moment::Before)?, slots.counts(Moment::Drill)?);
        lines.push(format!("diff {counted} {again}"));
        says.push_str(" It holds what was counted with the backup: the comparison shows nothing.");
    }
    let mut blocks = vec![Block::Text(says), Block::Shell(lines.join("\n"))];
    if let Some(clear) = clear {
        blocks.push(Block::Text(clear.sentences()));
        blocks.push(Block::Shell(commands(&[&clear]).join("\n")));
    }
    Some(blocks)
}

/// Returns the commands of several parts as one: what the first has read the next need not.
fn commands(parts: &[&Filled]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut inside = false;
    for line in parts.iter().flat_map(|part| part.commands()).flat_map(str::lines) {
        let reads = !inside && (line.starts_with("DB_") || line.starts_with("POD="));
        if !(reads && lines.iter().any(|known| known == line)) {
            lines.push(line.to_owned());
        }
        inside = if inside { line != "EOF" } else { line.contains("<<'EOF'") };
    }
    lines
}

/// Lists what is done by hand.
fn steps(case: &Case<'_>) -> Vec<String> {
    let mut steps = vec![
        "Make an empty namespace, and in it the same datastore in the same version.".to_owned(),
    ];
    if keys(case) {
        steps.push("Put the keys there that are kept beside the data; without them the drill proves nothing.".to_owned());
    }
    steps.push("Restore the latest backup into it by the commands of the way back, with the other namespace.".to_owned());
    steps.push("Start the release against it, look at old entries, and count them.".to_owned());
    steps.push("Take it all away again.".to_owned());
    steps
}

fn keys(case: &Case<'_>) -> bool {
    let states = case.releases().into_iter().filter_map(|release| case.state(release));
    states.into_iter().any(|state| state.keeps.iter().any(|kept| kept.key.is_some()))
}
