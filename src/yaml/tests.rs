//! Reading: spans, values, look-ups.

use super::*;

fn parse(text: &str) -> Stream {
    Stream::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Draws each scalar as `path=source→value`, `→` only where the two differ.
fn drawn(text: &str) -> String {
    let stream = parse(text);
    let mut out = Vec::new();
    for root in stream.documents() {
        let mut pending = vec![root];
        while let Some(node) = pending.pop() {
            let mut children: Vec<_> = match node.kind() {
                Kind::Mapping(_) => node.pairs().flat_map(|(k, v)| [k, v]).collect(),
                Kind::Sequence(_) => node.items().collect(),
                Kind::Alias | Kind::Scalar(_) => {
                    let value = node.value().unwrap_or("(collection)".into());
                    let source = node.source();
                    let own = if source == value { String::new() } else { format!("→{value}") };
                    out.push(format!("{}:{} {source}{own}", node.line(), node.column()));
                    continue;
                }
            };
            children.reverse();
            pending.extend(children);
        }
    }
    out.join(" | ").replace('\n', "\\n")
}

#[test]
fn every_scalar_has_an_exact_span() {
    for (text, nodes) in [
        ("", ""),
        ("# only a comment\n", ""),
        ("---\n", "1:4 "),
        ("a: 1.10\n", "1:1 a | 1:4 1.10"),
        ("a: 1 # c\nb:\n", "1:1 a | 1:4 1 | 2:1 b | 2:3 "),
        ("é: ü\nb: 'it''s'\n", "1:1 é | 1:4 ü | 2:1 b | 2:4 'it''s'→it's"),
        (r#"{"a":"b\n\u00e9","c":[]}"#, r#"1:2 "a"→a | 1:6 "b\n\u00e9"→b\né | 1:18 "c"→c"#),
        ("- - a\n  -\n- ? k\n  : v\n", "1:5 a | 2:4  | 3:5 k | 4:5 v"),
        ("? a\n? b\n", "1:3 a | 1:4  | 2:3 b | 2:4 "),
        (": v\n", "1:1  | 1:3 v"),
        ("{a, b: , : c, ? d}", "1:2 a | 1:3  | 1:5 b | 1:7  | 1:10  | 1:12 c | 1:17 d | 1:18 "),
        (
            "[a: b, {c: d}: e, ? f : g, h]",
            "1:2 a | 1:5 b | 1:9 c | 1:12 d | 1:16 e | 1:21 f | 1:25 g | 1:28 h",
        ),
        ("a: one\n  two\n\n  three # c\n", r"1:1 a | 1:4 one\n  two\n\n  three→one two\nthree"),
        ("a: 'x  \n   y\n\n   z'\n", r"1:1 a | 1:4 'x  \n   y\n\n   z'→x y\nz"),
        ("a: \"x \\\n   y\\\n  \\ z\"\n", r#"1:1 a | 1:4 "x \\n   y\\n  \ z"→x y z"#),
        (
            "a: |  # c\n  x\n   y\n\nb: 1\n",
            r"1:1 a | 1:4 |  # c\n  x\n   y\n→x\n y\n | 4:1 b | 4:4 1"
                .replace("4:1", "5:1")
                .replace("4:4", "5:4")
                .as_str(),
        ),
        ("a: >-\n  x\n  y\n\n  z\n   w\n", r"1:1 a | 1:4 >-\n  x\n  y\n\n  z\n   w\n→x y\nz\n w"),
        (
            "a: |+\n  x\n\n\nb: |2\n   y\n",
            r"1:1 a | 1:4 |+\n  x\n\n\n→x\n\n\n | 5:1 b | 5:4 |2\n   y\n→ y\n",
        ),
        ("a: |\n  x", r"1:1 a | 1:4 |\n  x→x"),
        ("a: |\n", r"1:1 a | 1:4 |→"),
        ("- |\n x\n- b\n", r"1:3 |\n x\n→x\n | 3:3 b"),
        ("&a k: &b !!str v\nl: *b\nm: &c\n", "1:4 k | 1:16 v | 2:1 l | 2:4 *b→v | 3:1 m | 3:6 "),
        ("%YAML 1.2\n%TAG ! tag:x,2000:\n--- !x a\n...\n--- b # c\n...\n", "3:8 a | 5:5 b"),
        ("\u{feff}a: b\n", "1:1 a | 1:4 b"),
        ("a: b\r\nc:\r\n  - d\r\n", "1:1 a | 1:4 b | 2:1 c | 3:5 d"),
        ("a: b\rc: d\r", "1:1 a | 1:4 b | 2:1 c | 2:4 d"),
        ("a: b\t# c\n", "1:1 a | 1:4 b"),
        ("a: x\u{85}y\u{2028}z\n", "1:1 a | 1:4 x\u{85}y\u{2028}z"),
        ("k: {a: [1,\n  2 # c\n ], # d\n}\n", "1:1 k | 1:5 a | 1:9 1 | 2:3 2"),
    ] {
        assert_eq!(drawn(text), nodes, "{text:?}");
    }
}

#[test]
fn aliases_and_merge_keys_are_followed() {
    let stream = parse(
        "a: &x {p: 1, q: 2}\nb: &y\n  <<: *x\n  q: 3\nc:\n  <<: [*x, {r: 4, p: 9}]\n  p: 5\nd: *x\n",
    );
    let root = stream.document(0).unwrap();
    for (path, value) in [
        (["b", "p"], Some("1")),
        (["b", "q"], Some("3")),
        (["c", "p"], Some("5")),
        (["c", "q"], Some("2")),
        (["c", "r"], Some("4")),
        (["d", "q"], Some("2")),
        (["d", "z"], None),
    ] {
        let found = root.at(&path).map(|node| node.value().unwrap().into_owned());
        assert_eq!(found.as_deref(), value, "{path:?}");
    }
    let merged: Vec<_> = root
        .get("c")
        .unwrap()
        .merged()
        .iter()
        .map(|(k, v)| format!("{}{}", k.source(), v.source()))
        .collect();
    assert_eq!(merged, ["p5", "q2", "r4"]);
    assert_eq!(root.get("b").unwrap().entries().count(), 1);
}

#[test]
fn a_cycle_of_merges_ends() {
    let stream = parse("a: &a\n  <<: *a\n  k: [*a, *a]\n");
    let a = stream.document(0).unwrap().get("a").unwrap();
    assert!(a.get("missing").is_none());
    assert_eq!(a.merged().len(), 1);
}

#[test]
fn hostile_texts_are_refused_or_read_without_harm() {
    let brackets = "[".repeat(100_000);
    let dashes = "- ".repeat(100_000);
    let bomb = (0..60).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
        format!("{text}a{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1)
    });
    assert!(matches!(Stream::parse(brackets), Err(Error::Unreadable { .. })));
    assert_eq!(parse(&dashes).documents().count(), 1);
    assert!(parse(&bomb).document(0).unwrap().at(&["a60"]).is_some());
    for bad in ["a: \0", "a: [", "\t- a: 'x", "a: *b", "--- &a x\n--- *a\n", "a: \"\\q\""] {
        assert!(matches!(Stream::parse(bad), Err(Error::Unreadable { .. })), "{bad:?}");
    }
    for (bytes, what) in [
        (b"a: \xff\xfe".as_slice(), "encoding"),
        (b"\xff\xfea\0".as_slice(), "UTF-16"),
        (b"\x7fELF\0\xff".as_slice(), "binary"),
    ] {
        let error = Stream::from_bytes(bytes).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
}

#[test]
fn errors_name_the_place_and_show_it() {
    let error = Stream::parse("a: 1\nb: *c # x\n").unwrap_err();
    assert_eq!((error.line(), error.column(), error.is_defect()), (Some(2), Some(4), false));
    let shown = "line 2, column 4: while parsing node, found unknown anchor\n  \
                 |\n2 | b: *c # x\n  |    ^";
    assert_eq!(error.to_string(), shown);
}

#[test]
fn comments_are_found_beside_and_above() {
    let stream = parse(
        "# free\n\n# one\n# two\na: 1 # x\nb: # y\n  # z\n  - c # i\nd: {e: 2} # {\"$imagepolicy\": \"n:p\"}\nf: | # g\n  # no\n",
    );
    let root = stream.document(0).unwrap();
    let a = root.get("a").unwrap();
    assert_eq!((a.comment(), a.comment_above()), (Some("# x"), Some("# one\n# two")));
    let (key, list) = root.entries().nth(1).unwrap();
    assert_eq!((key.comment(), key.comment_above()), (Some("# y"), None));
    let item = list.items().next().unwrap();
    assert_eq!((item.comment(), item.comment_above()), (Some("# i"), Some("# z")));
    assert_eq!(list.comment(), None);
    let e = root.at(&["d", "e"]).unwrap();
    assert_eq!(e.comment(), Some("# {\"$imagepolicy\": \"n:p\"}"));
    assert_eq!(root.get("f").unwrap().comment(), Some("# g"));
    assert_eq!(root.get("f").unwrap().value().unwrap(), "# no\n");
}

#[test]
fn spots_lead_back_to_their_nodes() {
    let stream = parse("a: [{name: x, v: 1}, {name: y, v: 2}]\n---\nb/c: {0: z}\n");
    for text in ["/a/1/v", "/a/~[name=y]/v"] {
        let node = stream.find(&Spot::new(0, text.parse().unwrap())).unwrap();
        assert_eq!(node.value().unwrap(), "2");
        assert_eq!(node.spot().to_string(), "0:/a/1/v");
    }
    let node = stream.find(&Spot::new(1, "/b~1c/0".parse().unwrap())).unwrap();
    assert_eq!((node.value().unwrap().as_ref(), node.document()), ("z", 1));
    assert_eq!(stream.find(&node.spot()), Some(node));
}

#[test]
fn embedded_yaml_is_read() {
    let stream = parse("data:\n  values.yaml: |\n    image:\n      tag: 1.2 # c\n");
    let inner = stream.document(0).unwrap().at(&["data", "values.yaml"]).unwrap();
    let inner = inner.embedded().unwrap().unwrap();
    assert_eq!(inner.document(0).unwrap().at(&["image", "tag"]).unwrap().line(), 2);
    let spot = Spot::new(0, "/data/values.yaml/~|/image/tag".parse().unwrap());
    assert_eq!(stream.value_at(&spot).as_deref(), Some("1.2"));
}

#[test]
fn duplicate_keys_are_reported_and_the_last_counts() {
    let stream = parse("a: 1\nb: 2\na: 3\n");
    let duplicates = stream.duplicate_keys();
    assert_eq!(duplicates.len(), 1);
    assert_eq!(duplicates[0].line(), 3);
    assert_eq!(stream.document(0).unwrap().get("a").unwrap().value().unwrap(), "3");
}
