//! Any text: reads it, edits every few nodes, undoes the edit and compares the bytes.
//!
//! That a span is exact is checked by reading itself, which compares every scalar with the
//! scanner's value; here it must never have to say that it lost its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use refit::yaml::{Edit, Error, Kind, Node, Place, Stream, Value, edit};

fuzz_target!(|text: &str| {
    let stream = match Stream::parse(text) {
        Ok(stream) => stream,
        Err(error @ Error::Span { .. }) => panic!("{error}"),
        Err(_) => return,
    };
    // A few nodes, spread over the text, keep a run short.
    let step = stream.node_count() / 4 + 1;
    for node in stream.nodes().step_by(step) {
        for edit in edits_at(node) {
            there_and_back(&stream, &[edit]);
        }
    }
});

fn edits_at(node: Node<'_>) -> Vec<Edit> {
    let mut edits = vec![Edit::remove(node.spot())];
    if let (Kind::Scalar(_), Some(value)) = (node.kind(), node.value()) {
        edits.push(Edit::replace(node.spot(), value.clone(), "1.11"));
        edits.push(Edit::replace(node.spot(), value.clone(), "a\nb: c"));
        edits.push(Edit::set(node.spot(), value, 0));
        edits.push(Edit::RenameKey { at: node.spot(), to: "renamed".into() });
    }
    for place in [Place::First, Place::Last] {
        for key in [None, Some("fresh".to_owned())] {
            let value = Value::mapping([("deep", Value::sequence(["1.0"]))]);
            edits.push(Edit::Insert { into: node.spot(), key, value, place: place.clone() });
        }
    }
    edits
}

fn there_and_back(stream: &Stream, edits: &[Edit]) {
    let Ok(edited) = edit(stream, edits) else { return };
    let after = Stream::parse(edited.text.as_str()).expect("an edited text is read again");
    let undone = edit(&after, &edited.inverse);
    let undone = undone.unwrap_or_else(|error| panic!("{edits:?} → {:?}: {error}", edited.text));
    assert_eq!(undone.text, stream.text(), "{edits:?}");
}
