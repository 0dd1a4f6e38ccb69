//! What must hold for any text: exact spans, and edits that come undone byte for byte.

use proptest::prelude::*;

use super::*;

/// Pieces that make and break YAML when strung together.
const PIECES: &[&str] = &[
    "a",
    "b c",
    "é",
    "1.10",
    "'x'",
    "'it''s'",
    "\"y\\n\"",
    "\"",
    "'",
    "- ",
    "-",
    "? ",
    ": ",
    ":",
    ", ",
    ",",
    "[",
    "]",
    "{",
    "}",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "\n\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "# c",
    " # c",
    "\n# d\n",
    "\n  # e\n",
    "&x ",
    "*x",
    "!t ",
    "!!str ",
    "|",
    ">",
    "|\n  ",
    ">-\n ",
    "|+2",
    "<<: ",
    "---",
    "--- ",
    "...",
    "\n---\n",
    "\n...\n",
    "%YAML 1.2\n",
    "\u{feff}",
    "\u{85}",
    "\\",
    "\\\n",
    "k: ",
    "\n- ",
    "\nk: ",
    "\n  k: ",
    "\n  - ",
    "{}",
    "[]",
    "l: ",
    "m: ",
    "\nn: |\n  t\n",
    "\n  o: v\n",
    "{p: 1, q: 2}",
    "[r, s]",
];

fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A block mapping of some depth, as a person may have written it.
fn manifest() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "1.2.3",
        "'1.10'",
        "\"x\"",
        "",
        "~",
        "{}",
        "[]",
        "{p: 1, q: [2, 3]}",
        "[r, {s: t}]",
        "|\n%  line\n%\n%  line",
        ">-\n%  folded\n%  text",
        "plain\n%  folded",
        "&x v",
        "!!str 1",
        "v # comment",
    ]);
    let leaf = scalar.prop_map(|text| vec![text.to_owned()]);
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        let entry = (
            prop::sample::select(vec!["a", "b", "\"c\"", "d.e/f", "'g'"]),
            prop::sample::select(vec!["", "", "", "# above\n%", "\n%", "# free\n\n%"]),
            inner.clone(),
        );
        let mapping =
            (prop::collection::vec(entry, 1..4), 1_usize..4).prop_map(|(entries, step)| {
                let mut lines = vec![String::new()];
                for (number, (key, above, value)) in entries.into_iter().enumerate() {
                    let pad = " ".repeat(step);
                    let body = value.join("\n").replace('%', &format!("%{pad}"));
                    let body = if body.starts_with('\n') { body } else { format!(" {body}") };
                    lines.push(format!("%{above}{key}{number}:{body}"));
                }
                lines
            });
        let list = prop::collection::vec(inner, 1..3).prop_map(|items| {
            let mut lines = vec![String::new()];
            for value in items {
                let body = value.join("\n").replace('%', "%  ");
                let body = body.strip_prefix("\n%  ").unwrap_or(&body).to_owned();
                lines.push(format!("%- {body}"));
            }
            lines
        });
        prop_oneof![mapping, list]
    });
    let breaks = prop::sample::select(vec!["\n", "\r\n"]);
    let head = prop::sample::select(vec!["", "---\n", "\u{feff}", "# top\n", "# top\n\n---\n"]);
    (head, tree, any::<bool>(), breaks).prop_map(|(head, lines, finished, line_break)| {
        let body = lines.join("\n").replace('%', "");
        let end = if finished { "\n" } else { "" };
        let body = body.trim_start_matches('\n');
        format!("{head}{body}{end}").replace('\n', line_break)
    })
}

/// Makes edits; if they are made, undoes them.
fn there_and_back(text: &str, edits: &[Edit]) -> Result<bool, TestCaseError> {
    let stream = Stream::parse(text).unwrap();
    let Ok(edited) = edit(&stream, edits) else { return Ok(false) };
    let after = Stream::parse(edited.text.as_str()).unwrap();
    let undone = edit(&after, &edited.inverse);
    prop_assert!(undone.is_ok(), "{text:?}: {edits:?} → {:?}: {undone:?}", edited.text);
    prop_assert_eq!(undone.unwrap().text, text);
    Ok(true)
}

fn edits_at(node: Node<'_>) -> Vec<Edit> {
    let mut edits = vec![Edit::remove(node.spot())];
    if let (Kind::Scalar(_), Some(value)) = (node.kind(), node.value()) {
        for after in ["z9", "1.11", "x: y", "'", "a\nb"] {
            edits.push(Edit::replace(node.spot(), value.clone(), after));
        }
        edits.push(Edit::set(node.spot(), value, 0));
        edits.push(Edit::RenameKey { at: node.spot(), to: "renamed".into() });
    }
    let value = Value::mapping([("deep", Value::sequence(["1.0"]))]);
    for place in [Place::First, Place::Last] {
        let (into, key) = (node.spot(), Some("fresh".to_owned()));
        edits.push(Edit::Insert { into, key, value: value.clone(), place: place.clone() });
        let value = value.clone();
        edits.push(Edit::Insert { into: node.spot(), key: None, value, place });
    }
    edits
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_scanner_accepts_has_exact_spans(text in soup()) {
        if let Err(error @ Error::Span { .. }) = Stream::parse(text) {
            prop_assert!(false, "{}", error);
        }
    }

    #[test]
    fn edits_of_any_text_come_undone(text in soup(), which in any::<prop::sample::Index>()) {
        let Ok(stream) = Stream::parse(text.as_str()) else { return Ok(()) };
        let nodes: Vec<_> = stream.nodes().collect();
        if nodes.is_empty() {
            return Ok(());
        }
        for edit in edits_at(*which.get(&nodes)) {
            there_and_back(&text, &[edit])?;
        }
    }

    #[test]
    fn edits_of_manifests_come_undone(text in manifest(), which in any::<prop::sample::Index>()) {
        let Ok(stream) = Stream::parse(text.as_str()) else { return Ok(()) };
        let nodes: Vec<_> = stream.nodes().collect();
        if nodes.is_empty() {
            return Ok(());
        }
        for edit in edits_at(*which.get(&nodes)) {
            there_and_back(&text, &[edit])?;
        }
    }

    #[test]
    fn several_edits_come_undone_together(
        text in manifest(),
        which in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 2..5),
    ) {
        let Ok(stream) = Stream::parse(text.as_str()) else { return Ok(()) };
        let nodes: Vec<_> = stream.nodes().collect();
        if nodes.is_empty() {
            return Ok(());
        }
        let edits: Vec<_> = which
            .iter()
            .map(|(node, edit)| edit.get(&edits_at(*node.get(&nodes))).clone())
            .collect();
        there_and_back(&text, &edits)?;
    }

    #[test]
    fn moves_come_undone(
        text in manifest(),
        from in any::<prop::sample::Index>(),
        into in any::<prop::sample::Index>(),
        first in any::<bool>(),
    ) {
        let Ok(stream) = Stream::parse(text.as_str()) else { return Ok(()) };
        let nodes: Vec<_> = stream.nodes().collect();
        if nodes.is_empty() {
            return Ok(());
        }
        let (from, into) = (from.get(&nodes).spot(), into.get(&nodes).spot());
        let place = if first { Place::First } else { Place::Last };
        for key in [None, Some("moved".to_owned())] {
            let (from, into, place) = (from.clone(), into.clone(), place.clone());
            there_and_back(&text, &[Edit::Move { from, into, key, place }])?;
        }
    }

    #[test]
    fn edits_inside_a_block_scalar_come_undone(
        inner in manifest(),
        indent in 1_usize..5,
        header in prop::sample::select(vec!["|", "|-", "|+", "| # c"]),
        which in any::<prop::sample::Index>(),
    ) {
        let pad = " ".repeat(indent);
        let lines: Vec<_> = inner.lines().map(|line| format!("{pad}{line}")).collect();
        let text = format!("k: {header}\n{}\nz: 1\n", lines.join("\n"));
        let Ok(stream) = Stream::parse(text.as_str()) else { return Ok(()) };
        let Some(Ok(embedded)) = stream.document(0).and_then(|root| root.get("k")?.embedded())
        else {
            return Ok(());
        };
        let nodes: Vec<_> = embedded.nodes().collect();
        if nodes.is_empty() {
            return Ok(());
        }
        let node = *which.get(&nodes);
        let mut path = Path::keys(["k"]).join(Step::Embedded);
        path.0.extend(node.path().0);
        let at = Spot::new(0, path);
        let value = node.value().unwrap_or_default();
        for edit in [
            Edit::replace(at.clone(), value, "z9"),
            Edit::remove(at.clone()),
            Edit::insert(at.clone(), "fresh", Value::mapping([("deep", 0)])),
            Edit::insert_item(at, "fresh"),
        ] {
            there_and_back(&text, &[edit])?;
        }
    }

    #[test]
    fn replacing_a_text_by_itself_is_no_change(text in manifest()) {
        let Ok(stream) = Stream::parse(text.as_str()) else { return Ok(()) };
        for node in stream.nodes() {
            let (Kind::Scalar(_), Some(value)) = (node.kind(), node.value()) else { continue };
            if let Ok(edited) = edit(&stream, &[Edit::replace(node.spot(), value.clone(), value)]) {
                prop_assert_eq!(edited.text.as_str(), stream.text());
            }
        }
    }

    #[test]
    fn a_replaced_text_reads_as_written(text in "\\PC{0,12}", plain in any::<bool>()) {
        let given = if plain { "a: b # c\n" } else { "a: 'b' # c\n" };
        let stream = Stream::parse(given).unwrap();
        let spot = Spot::new(0, Path::keys(["a"]));
        let edited = edit(&stream, &[Edit::replace(spot.clone(), "b", text.as_str())]).unwrap();
        let after = Stream::parse(edited.text).unwrap();
        prop_assert_eq!(after.value_at(&spot), Some(text));
    }
}
