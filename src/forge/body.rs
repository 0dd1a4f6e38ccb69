//! Bodies of pull requests: put together, cut to the forge's limit, compared.
//!
//! A body is a row of sections and the hidden block. Where it is too long, diffs go first and
//! details after them, the last ones first, and the reader is told; the hidden block always stays
//! whole, because the next run needs it. Lengths are counted in Unicode scalar values, which is
//! how GitHub counts its 65,536. Comparing looks past what a browser or a reviewer does to a body:
//! line endings, blanks at line ends, ticked boxes.

use std::collections::BTreeSet;

use super::Hidden;
use super::hidden::{find, strip};

/// The greatest length of a title, in Unicode scalar values, on GitHub.
pub const TITLE_LIMIT: usize = 256;

/// How many characters a body keeps for its text; a hidden block that leaves less goes without its
/// plan.
const TEXT_RESERVE: usize = 8 * 1024;

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its Markdown.
    pub text: String,
    /// How soon it is left out.
    pub weight: Weight,
}

/// How soon a section is left out when a body is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Among the first: the commits show it as well.
    Diff,
    /// After all diffs.
    Detail,
    /// Never; it is cut at its end if it must be.
    Essential,
}

/// A body that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The whole body.
    pub body: String,
    /// How many sections were left out or cut.
    pub left_out: usize,
    /// Whether the hidden block still holds the plan.
    pub holds_plan: bool,
}

/// Puts sections and the hidden block together within `limit` characters.
///
/// A limit too small for the bare hidden block is exceeded by it: a body without is not found
/// again.
#[must_use]
pub fn fit(sections: &[Section], hidden: &Hidden, limit: usize) -> Fitted {
    let mut block = hidden.write();
    let holds_plan = count(&block) + TEXT_RESERVE.min(limit / 2) <= limit;
    if !holds_plan {
        block = hidden.without_plan().write();
    }
    let budget = limit.saturating_sub(count(&block) + 2);
    let mut kept: Vec<&Section> = sections.iter().filter(|part| !part.text.is_empty()).collect();
    let mut left_out = 0;
    let mut text = composed(&kept, left_out);
    for weight in [Weight::Diff, Weight::Detail] {
        while count(&text) > budget
            && let Some(last) = kept.iter().rposition(|section| section.weight == weight)
        {
            kept.remove(last);
            left_out += 1;
            text = composed(&kept, left_out);
        }
    }
    if count(&text) > budget {
        left_out += 1;
        text = cut(&text, budget);
    }
    let gap = if text.is_empty() { "" } else { "\n\n" };
    Fitted { body: format!("{text}{gap}{block}"), left_out, holds_plan }
}

/// Cuts a title to what GitHub accepts.
#[must_use]
pub fn title(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if count(&text) <= TITLE_LIMIT {
        return text;
    }
    let cut: String = text.chars().take(TITLE_LIMIT - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Tells whether two bodies say the same.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    let comparable = |body: &str| -> Vec<String> {
        let body = body.replace("\r\n", "\n");
        let lines = body.trim_end().lines();
        lines.map(|line| untick(line.trim_end())).collect()
    };
    comparable(one) == comparable(other)
}

/// Returns the new body with those boxes ticked that were ticked in the old one.
#[must_use]
pub fn with_ticks_of(old: &str, new: &str) -> String {
    let ticked: BTreeSet<String> =
        old.lines().map(str::trim_end).filter(|line| untick(line) != **line).map(untick).collect();
    if ticked.is_empty() {
        return new.to_owned();
    }
    let tick = |line: &str| {
        if ticked.contains(line.trim_end()) {
            line.replacen("[ ]", "[x]", 1)
        } else {
            line.to_owned()
        }
    };
    new.split('\n').map(tick).collect::<Vec<_>>().join("\n")
}

/// Returns the body of a pull request that refit closes: the reason above the rest, and the mark
/// in the hidden block by which refit knows that no person did.
#[must_use]
pub fn closed(body: &str, reason: &str, limit: usize) -> String {
    let hidden = find(body).map(|hidden| hidden.marked_closed());
    let reason = format!("> **Closed by refit:** {}\n", super::neutral::line(reason));
    let Some(hidden) = hidden else { return format!("{reason}\n{}", strip(body)) };
    let essential = |text: String| Section { text, weight: Weight::Essential };
    fit(&[essential(reason), essential(strip(body))], &hidden, limit).body
}

fn composed(sections: &[&Section], left_out: usize) -> String {
    let texts = sections.iter().map(|section| section.text.trim_end().to_owned());
    let notice = (left_out > 0).then(|| notice(left_out));
    texts.chain(notice).collect::<Vec<_>>().join("\n\n")
}

/// Cuts Markdown at a line's end, so that what was open is closed again and the reader is told.
fn cut(text: &str, budget: usize) -> String {
    let end = notice(1);
    let Some(budget) = budget.checked_sub(count(&end) + 2) else {
        return text.chars().take(budget).collect();
    };
    let mut kept: Vec<&str> = Vec::new();
    let mut open = Open::default();
    let mut length = 0;
    let mut closing = String::new();
    for line in text.lines() {
        let mut next = open.clone();
        next.read(line);
        let close = next.closing();
        if length + count(line) + 1 + count(&close) > budget {
            break;
        }
        length += count(line) + 1;
        (open, closing) = (next, close);
        kept.push(line);
    }
    format!("{}{closing}\n\n{end}", kept.join("\n"))
}

/// What of a body is open at a line's end.
#[derive(Debug, Clone, Default)]
struct Open {
    fence: Option<String>,
    details: usize,
}

impl Open {
    fn read(&mut self, line: &str) {
        let line = line.trim_start();
        let run = line.len() - line.trim_start_matches('`').len();
        match &self.fence {
            Some(fence) if run >= fence.len() && line.trim_end().len() == run => self.fence = None,
            Some(_) => {}
            None if run >= 3 => self.fence = Some("`".repeat(run)),
            None => {
                self.details += line.matches("<details").count();
                self.details = self.details.saturating_sub(line.matches("</details>").count());
            }
        }
    }

    fn closing(&self) -> String {
        let fence = self.fence.as_ref().map(|fence| format!("\n{fence}")).unwrap_or_default();
        let details = if self.details == 0 { "" } else { "\n\n" };
        format!("{fence}{details}{}", "</details>".repeat(self.details))
    }
}

fn notice(left_out: usize) -> String {
    let parts = if left_out == 1 { "part".to_owned() } else { format!("{left_out} parts") };
    format!("_Too long for a pull request: {parts} left out. The commits show every change._")
}

/// Returns a line of a task list with its box empty.
fn untick(line: &str) -> String {
    let item = line.trim_start_matches([' ', '>']);
    let after = ["- ", "* ", "+ "].iter().find_map(|mark| item.strip_prefix(mark));
    match after.filter(|after| after.starts_with("[x]") || after.starts_with("[X]")) {
        Some(after) => {
            let (head, _) = line.split_at(line.len() - after.len());
            format!("{head}[ ]{}", after.get(3..).unwrap_or_default())
        }
        None => line.to_owned(),
    }
}

fn count(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn section(text: &str, weight: Weight) -> Section {
        Section { text: text.to_owned(), weight }
    }

    fn hidden() -> Hidden {
        Hidden::new("image a/b", "image a/b 3.0.0", r#"{"stages":[]}"#)
    }

    #[test]
    fn diffs_go_first_then_details_then_the_end() {
        let sections = [
            section("# What\nessential", Weight::Essential),
            section(&format!("detail {}", "d".repeat(3000)), Weight::Detail),
            section(&format!("```diff\n{}\n```", "+x\n".repeat(2000)), Weight::Diff),
            section("short diff", Weight::Diff),
        ];
        let kept = |limit: usize| {
            let body = fit(&sections, &hidden(), limit);
            assert!(count(&body.body) <= limit, "{limit}");
            assert_eq!(find(&body.body), Some(hidden()), "{limit}");
            let has = |text: &str| body.body.contains(text);
            (has("essential"), has("detail"), has("+x"), has("short diff"), body.left_out)
        };
        assert_eq!(kept(65_536), (true, true, true, true, 0));
        assert_eq!(kept(7_000), (true, true, false, false, 2));
        assert_eq!(kept(2_000), (true, false, false, false, 3));
    }

    #[test]
    fn a_cut_closes_what_it_leaves_open() {
        let text = format!(
            "<details>\n<summary>x</summary>\n\n````yaml\n{}````\n</details>\n",
            "a: 1\n".repeat(4000)
        );
        let body = fit(&[section(&text, Weight::Essential)], &hidden(), 4_000);
        let visible = strip(&body.body);
        assert!(visible.contains("a: 1\n````\n\n</details>\n\n_Too long"), "{visible}");
        assert!(count(&body.body) <= 4_000);
        assert_eq!(body.left_out, 1);
    }

    #[test]
    fn a_plan_that_is_too_long_gives_way_to_the_text() {
        let plan = Hidden::new("u", "p", &"x".repeat(60_000));
        let fitted = fit(&[section("essential", Weight::Essential)], &plan, 65_536);
        assert!(!fitted.holds_plan);
        let found = find(&fitted.body).unwrap();
        assert_eq!(
            (found.plan_digest.clone(), found.plan(&plan.plan_digest)),
            (plan.plan_digest, None)
        );
    }

    #[test]
    fn what_a_browser_or_a_reviewer_does_makes_no_difference() {
        let body = "Text  \n\n- [ ] backup done\n- [ ] verified\n";
        let edited = "Text\r\n\r\n- [x] backup done\r\n- [ ] verified\r\n\r\n";
        assert!(same(body, edited));
        assert!(!same(body, "Text\n\n- [ ] backup done\n"));
        let newer = "New text\n\n- [ ] backup done\n- [ ] something else\n";
        assert_eq!(
            with_ticks_of(edited, newer),
            "New text\n\n- [x] backup done\n- [ ] something else\n"
        );
        assert_eq!(with_ticks_of(body, newer), newer);
    }

    #[test]
    fn closing_says_why_and_leaves_refits_mark() {
        let body = format!("Text\n\n{}", hidden().write());
        let closed = closed(&body, "superseded by #7", 65_536);
        assert!(closed.starts_with("> **Closed by refit:** superseded by \\#&#8203;7\n\nText\n"));
        assert!(find(&closed).unwrap().closed_by_refit);
        assert_eq!(super::closed("Edited", "x", 100), "> **Closed by refit:** x\n\nEdited");
    }

    #[test]
    fn titles_are_cut() {
        assert_eq!(title(" a\nb "), "a b");
        assert_eq!(count(&title(&"ä".repeat(300))), 256);
    }

    proptest! {
        #[test]
        fn a_body_always_fits_and_is_found_again(
            texts in prop::collection::vec(("(\\PC|\n|```|<details>){0,400}", 0..3_usize), 0..6),
            limit in 600..4_000_usize,
        ) {
            let weight = |index| [Weight::Diff, Weight::Detail, Weight::Essential][index];
            let sections: Vec<Section> =
                texts.iter().map(|(text, index)| section(text, weight(*index))).collect();
            let fitted = fit(&sections, &hidden(), limit);
            prop_assert!(count(&fitted.body) <= limit);
            let found = find(&fitted.body).unwrap();
            prop_assert_eq!(found.proposal, hidden().proposal);
            prop_assert!(same(&fitted.body, &fitted.body.replace('\n', "\r\n")));
        }
    }
}
