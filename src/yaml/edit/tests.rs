//! Edits: given a text, running a set of edits, produces a text, and the inverse gives it back.

use super::super::path::{Path, Spot, Step};
use super::super::stream::Stream;
use super::{Edit, EditError, Edited, Place, Value, edit};

fn at(path: &str) -> Spot {
    let (document, path) = path.split_once(':').unwrap_or(("0", path));
    Spot::new(document.parse().unwrap(), path.parse().unwrap())
}

fn run(text: &str, edits: &[Edit]) -> Result<Edited, EditError> {
    edit(&Stream::parse(text).unwrap(), edits)
}

/// Runs edits, then undoes them, then undoes that.
#[track_caller]
fn check(given: &str, edits: &[Edit], produces: &str) {
    let edited = run(given, edits).unwrap_or_else(|error| panic!("{given:?}: {error}"));
    assert_eq!(edited.text, produces, "given {given:?}");
    let undone = run(produces, &edited.inverse)
        .unwrap_or_else(|error| panic!("{given:?}: {:#?}: {error}", edited.inverse));
    assert_eq!(undone.text, given, "undone by {:?}", edited.inverse);
    let redone = run(given, &undone.inverse)
        .unwrap_or_else(|error| panic!("{given:?}: {:#?}: {error}", undone.inverse));
    assert_eq!(redone.text, produces, "redone by {:?}", undone.inverse);
    let json = serde_json::to_string(&edited.inverse).unwrap();
    let read: Vec<Edit> = serde_json::from_str(&json).unwrap();
    assert_eq!(run(produces, &read).unwrap().text, given, "undone by {json}");
}

#[track_caller]
fn refused(given: &str, edits: &[Edit], message: &str) {
    let error = run(given, edits).unwrap_err().to_string();
    assert!(error.contains(message), "given {given:?}: {error}");
}

#[test]
fn replace_keeps_everything_around_the_text() {
    for (given, path, before, after, produces) in [
        ("a: 1.2.3 # c\n", "/a", "1.2.3", "1.2.4", "a: 1.2.4 # c\n"),
        ("a: '1.10'\n", "/a", "1.10", "it's", "a: 'it''s'\n"),
        ("a: \"1.10\"", "/a", "1.10", "x\"y", "a: \"x\\\"y\""),
        ("a: &t !!str v1 # c\r\nb: *t\r\n", "/a", "v1", "v2", "a: &t !!str v2 # c\r\nb: *t\r\n"),
        ("{\"a\": {b: [x, y]}}", "/a/b/1", "y", "z,", "{\"a\": {b: [x, \"z,\"]}}"),
        ("\u{feff}é: ü\n---\nk: v\n", "1:/k", "v", "w", "\u{feff}é: ü\n---\nk: w\n"),
        ("a:\n", "/a", "", "x", "a: x\n"),
        ("a: # c\nb: 1\n", "/a", "", "x", "a: x # c\nb: 1\n"),
        ("- \n- b", "/0", "", "x", "- x \n- b"),
        ("a: one\n  two # c\n", "/a", "one two", "three", "a: three # c\n"),
        ("a: |- # c\n  x\n\nb: 1\n", "/a", "x", "y\n\nz", "a: |- # c\n  y\n\n  z\n\nb: 1\n"),
        ("a: >-\n    x\n    y\n", "/a", "x y", "z", "a: >-\n    z\n"),
        (
            "l:\n- name: n\n  v: 1.0-rc\n",
            "/l/~[name=n]/v",
            "1.0-rc",
            "1-x",
            "l:\n- name: n\n  v: 1-x\n",
        ),
    ] {
        check(given, &[Edit::replace(at(path), before, after)], produces);
    }
}

#[test]
fn replace_quotes_what_would_change_type() {
    for after in
        ["1.11", "1e5", "0x1F", "017", "on", "12:30", "null", "2024-01-02", "- x", "", "a: b"]
    {
        let given = "a: 1.10 # c\nb: 2\n";
        let produces = format!("a: \"{after}\" # c\nb: 2\n");
        check(given, &[Edit::replace(at("/a"), "1.10", after)], &produces);
        let notes = run(given, &[Edit::replace(at("/a"), "1.10", after)]).unwrap().notes;
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].spot, at("/a"));
    }
    let edited = run("a: 1.10\n", &[Edit::replace(at("/a"), "1.10", "1.11")]).unwrap();
    assert_eq!(edited.notes[0].message, "written in quotes, since a plain `1.11` is a number");
}

#[test]
fn replacing_a_text_by_itself_changes_nothing() {
    let edited = run("a: 1.10\n", &[Edit::replace(at("/a"), "1.10", "1.10")]).unwrap();
    assert_eq!((edited.text.as_str(), edited.inverse.len()), ("a: 1.10\n", 0));
}

#[test]
fn set_writes_the_type_that_is_meant() {
    check("replicas: 2 # c\n", &[Edit::set(at("/replicas"), "2", 0)], "replicas: 0 # c\n");
    check("a: 'false'\n", &[Edit::set(at("/a"), "false", true)], "a: true\n");
    check("a:\nb: 1\n", &[Edit::set(at("/a"), "", 0)], "a: 0\nb: 1\n");
    check("a: x\n", &[Edit::set(at("/a"), "x", "1.0")], "a: \"1.0\"\n");
    refused("a: !!str 1\n", &[Edit::set(at("/a"), "1", 0)], "its tag");
}

#[test]
fn rename_keeps_the_entry() {
    let rename = |path: &str, to: &str| [Edit::RenameKey { at: at(path), to: to.into() }];
    check("a:\n  b: 1 # c\n  d: 2\n", &rename("/a/b", "e"), "a:\n  e: 1 # c\n  d: 2\n");
    check("{\"a\": 1}", &rename("/a", "b"), "{\"b\": 1}");
    check("a: 1\n", &rename("/a", "on"), "\"on\": 1\n");
    check("? a\n: b\n", &rename("/a", "c"), "? c\n: b\n");
    refused("a: 1\nb: 2\n", &rename("/a", "b"), "is there already");
    refused("- a\n", &rename("/0", "b"), "no key");
}

fn insert(into: &str, key: &str, value: impl Into<Value>) -> Edit {
    Edit::insert(at(into), key, value)
}

#[test]
fn insert_copies_the_habits_of_the_file() {
    let controllers = || Value::from(0).under(["main", "replicas"]);
    for (given, edit, produces) in [
        ("a: 1\n", insert("", "b", 0), "a: 1\nb: 0\n"),
        ("a: 1", insert("", "b", "1.0"), "a: 1\nb: \"1.0\""),
        ("a: 1\r\n", insert("", "b", "x"), "a: 1\r\nb: x\r\n"),
        ("a: 1 # c\n# d\nb: 2\n", insert("", "new", true), "a: 1 # c\n# d\nb: 2\nnew: true\n"),
        (
            "a:\n    b: 1\nc: 2\n",
            insert("/a", "new", controllers()),
            "a:\n    b: 1\n    new:\n        main:\n            replicas: 0\nc: 2\n",
        ),
        (
            "a:\n  b:\n    c: 1\n    # inside\n  # after\nd: 1\n",
            insert("/a", "new", 0),
            "a:\n  b:\n    c: 1\n    # inside\n  new: 0\n  # after\nd: 1\n",
        ),
        ("values:\n", insert("/values", "new", 0), "values:\n  new: 0\n"),
        ("values: {} # c\nb: 1", insert("/values", "new", 0), "values: # c\n  new: 0\nb: 1"),
        ("values: {}", insert("/values", "new", 0), "values:\n  new: 0"),
        ("values: null\n", insert("/values", "new", 0), "values:\n  new: 0\n"),
        (
            "values: &v\n  # was: here\n",
            insert("/values", "new", 0),
            "values: &v\n  new: 0\n  # was: here\n",
        ),
        (
            "values: {a: 1}\n",
            insert("/values", "new", controllers()),
            "values: {a: 1, new: {main: {replicas: 0}}}\n",
        ),
        ("{\"a\": {}}", insert("/a", "new", "x"), "{\"a\": {\"new\": \"x\"}}"),
        ("{\n  \"a\": 1\n}\n", insert("", "b", 0), "{\n  \"a\": 1,\n  \"b\": 0\n}\n"),
        ("{a: , b: 1}", insert("/a", "new", 0), "{a: {new: 0} , b: 1}"),
        ("a: [x, y]\n", Edit::insert_item(at("/a"), "z: 1"), "a: [x, y, \"z: 1\"]\n"),
        ("a:\n- x\nb: 1\n", Edit::insert_item(at("/a"), "z"), "a:\n- x\n- z\nb: 1\n"),
        (
            "a:\n  - k: 1\n    l: 2\n",
            Edit::insert_item(at("/a"), Value::mapping([("k", 2), ("l", 3)])),
            "a:\n  - k: 1\n    l: 2\n  - k: 2\n    l: 3\n",
        ),
        ("a:\n- x\nb:\n", Edit::insert_item(at("/b"), "z"), "a:\n- x\nb:\n- z\n"),
        ("- {}\n- b: 1\n", insert("/0", "new", 0), "- new: 0\n- b: 1\n"),
        ("- # c\n- b: 1\n", insert("/0", "new", 0), "- # c\n  new: 0\n- b: 1\n"),
        ("- a: 1\n", insert("/0", "new", 0), "- a: 1\n  new: 0\n"),
        (
            "spec:\n  a: 1\n",
            insert("/spec/upgrade/remediation", "retries", 3),
            "spec:\n  a: 1\n  upgrade:\n    remediation:\n      retries: 3\n",
        ),
        ("---\n", insert("", "a", 1), "---\na: 1\n"),
        ("a: |\n  x\n\nb: 1\n", insert("", "new", 0), "a: |\n  x\n\nb: 1\nnew: 0\n"),
        ("a: 1\n...\n---\nb: 1\n", insert("", "new", 0), "a: 1\nnew: 0\n...\n---\nb: 1\n"),
        ("a: 1\n", insert("", "p", "x\ny: |\n\n  z\n"), "a: 1\np: |\n  x\n  y: |\n\n    z\n"),
        ("a: 1\nb: |\n  x", insert("", "new", 0), "a: 1\nnew: 0\nb: |\n  x"),
        ("a: 1\nb: |-\n  x", insert("", "new", 0), "a: 1\nb: |-\n  x\nnew: 0"),
        ("a: 1", insert("", "p", "x\ny\n"), "a: 1\np: |\n  x\n  y\n"),
        ("a: 1", insert("", "p", "x\ny"), "a: 1\np: |-\n  x\n  y"),
    ] {
        check(given, &[edit], produces);
    }
}

#[test]
fn insert_goes_where_it_is_told() {
    let placed = |into: &str, place| Edit::Insert {
        into: at(into),
        key: Some("new".into()),
        value: 0.into(),
        place,
    };
    let key = |key: &str| Step::Key(key.into());
    for (given, edit, produces) in [
        ("# top\na: 1\nb: 2\n", placed("", Place::First), "new: 0\n# top\na: 1\nb: 2\n"),
        (
            "a: 1\n# of b\nb: 2\n",
            placed("", Place::Before(key("b"))),
            "a: 1\nnew: 0\n# of b\nb: 2\n",
        ),
        (
            "a: 1\n\n# of b\nb: 2\n",
            placed("", Place::After(key("a"))),
            "a: 1\nnew: 0\n\n# of b\nb: 2\n",
        ),
        ("a: {x: 1,y: 2}\n", placed("/a", Place::First), "a: {new: 0, x: 1,y: 2}\n"),
        ("a: {x: 1,y: 2}\n", placed("/a", Place::After(key("x"))), "a: {x: 1,new: 0, y: 2}\n"),
        ("- a: 1\n  b: 2\n", placed("/0", Place::First), "- new: 0\n  a: 1\n  b: 2\n"),
    ] {
        check(given, &[edit], produces);
    }
    let item = Edit::Insert {
        into: at("/a"),
        key: None,
        value: "z".into(),
        place: Place::Before(Step::Item(1)),
    };
    check("a:\n  - x\n  - y\n", &[item], "a:\n  - x\n  - z\n  - y\n");
}

#[test]
fn remove_takes_the_comments_that_belong_to_the_entry() {
    for (given, path, produces) in [
        ("a: 1\nb: 2\n", "/a", "b: 2\n"),
        ("a: 1\nb: 2", "/b", "a: 1"),
        ("a: |\n  x\nb: 2", "/b", "a: |\n  x\n"),
        ("# top\n{a: 1, b: 2}", "/b", "# top\n{a: 1}"),
        ("a: 1\n\n\nb: 2", "/b", "a: 1\n\n"),
        (
            "a: 1\n# free\n\n# of b\nb: # on b\n  c: 1\n  # in b\n# of d\nd: 1\n",
            "/b",
            "a: 1\n# free\n\n# of d\nd: 1\n",
        ),
        ("a:\n  b: 1\nc: 1\n", "/a/b", "a: {}\nc: 1\n"),
        ("a: # c\n  b: 1 # d\n", "/a/b", "a: {} # c\n"),
        ("a:\n- b\n", "/a/0", "a: []\n"),
        ("- a: 1 # c\n  b: 2\n", "/0/a", "- b: 2\n"),
        ("- a: 1 # c\n  # of b\n  b: 2\n", "/0/a", "-\n  # of b\n  b: 2\n"),
        ("- a: 1\n- b\n", "/0/a", "- {}\n- b\n"),
        ("- a: |\n    x\n- b\n", "/0/a", "- {}\n- b\n"),
        ("# free\n\n# of a\na: 1\nb: 2\n", "/a", "# free\n\nb: 2\n"),
        ("# free\n\n# of a\na: 1\n# of b\nb: 2\n", "/a", "# free\n\n# of b\nb: 2\n"),
        ("- a\n- b # c\n- d\n", "/1", "- a\n- d\n"),
        ("{a: 1, b: 2, c: 3}", "/a", "{b: 2, c: 3}"),
        ("{a: 1,  b: 2}", "/b", "{a: 1}"),
        ("{ a: 1 }", "/a", "{}"),
        ("[\n  a,\n  b,\n]\n", "/1", "[\n  a,\n]\n"),
        ("a: |\n  x\n\nb: 2\n", "/b", "a: |\n  x\n\n"),
        ("a: 1\nb: |\n  x\n\n# c\nd: 1\n", "/b", "a: 1\n\n# c\nd: 1\n"),
        ("--- # d\na:\n  b: &x 1\n...\n", "/a/b", "--- # d\na: {}\n...\n"),
        ("\u{feff}a: 1\r\nb: 2\r\n", "/a", "\u{feff}b: 2\r\n"),
    ] {
        check(given, &[Edit::remove(at(path))], produces);
    }
}

#[test]
fn what_a_person_changed_is_not_taken_out() {
    let edited = run("a:\n  b: 1\n", &[insert("/a", "replicas", 0)]).unwrap();
    let changed = edited.text.replace("replicas: 0", "replicas: 2");
    refused(&changed, &edited.inverse, "should read");
    let commented = edited.text.replace("b: 1", "b: 1 # new\n  c: 2\n  # other");
    let undone = run(&commented, &edited.inverse).unwrap();
    assert_eq!(undone.text, "a:\n  b: 1 # new\n  c: 2\n  # other\n");
}

#[test]
fn no_key_is_doubled_unseen() {
    let rename = |key: &str| Edit::RenameKey { at: at(key), to: "z".into() };
    refused("a: 1\nb: 2\n", &[rename("/a"), rename("/b")], "0:/z is there already");
    refused("a: 1\n", &[rename("/a"), insert("", "z", 0)], "0:/z is there already");
    let removed = run("a: 1\nb: 2\n", &[Edit::remove(at("/a"))]).unwrap();
    refused("b: 2\na: 3\n", &removed.inverse, "0:/a is there already");
}

#[test]
fn move_takes_the_entry_with_its_comments() {
    let moves = |from: &str, into: &str, key: Option<&str>| {
        [Edit::Move {
            from: at(from),
            into: at(into),
            key: key.map(str::to_owned),
            place: Place::Last,
        }]
    };
    for (given, edits, produces) in [
        (
            "a:\n  # of b\n  b: # c\n    d: |\n      x\n\n      y\n  e: 1\nf:\n    g: 1\n",
            moves("/a/b", "/f", None),
            "a:\n  e: 1\nf:\n    g: 1\n    # of b\n    b: # c\n      d: |\n        x\n\n        y\n",
        ),
        ("a:\n  b: 1\nc:\n  d: 2\n", moves("/a/b", "/c", Some("e")), "a: {}\nc:\n  d: 2\n  e: 1\n"),
        ("a: 1\nb:\n", moves("/a", "/b", None), "b:\n  a: 1\n"),
        (
            "l:\n- a: 1\n  b: 2\n- c\nm: []\n",
            moves("/l/0", "/m", None),
            "l:\n- c\nm:\n- a: 1\n  b: 2\n",
        ),
        ("a: [x, {b: 1}]\nc:\n- d\n", moves("/a/1", "/c", None), "a: [x]\nc:\n- d\n- {b: 1}\n"),
        ("a: {b: 1, c: 2}\nd: {}\n", moves("/a/b", "/d", None), "a: {c: 2}\nd:\n  b: 1\n"),
        // What is missing on the way is made.
        (
            "a:\n  # of b\n  b: '1' # c\n  e: 1\n",
            moves("/a/b", "/a/s/t", Some("d")),
            "a:\n  e: 1\n  s:\n    t:\n      # of b\n      d: '1' # c\n",
        ),
        ("a:\n  b: 1\nc: 2\n", moves("/a/b", "/a/s", None), "a:\n  s:\n    b: 1\nc: 2\n"),
        ("a:\n  b:\n    - 1\nc: 2", moves("/a", "/s", None), "c: 2\ns:\n  a:\n    b:\n      - 1"),
        ("a: {b: 1, c: 2}\n", moves("/a/b", "/a/s/t", Some("d")), "a: {c: 2, s: {t: {d: 1}}}\n"),
        ("{\"a\": {\"b\": 1}}\n", moves("/a/b", "/s", None), "{\"a\": {}, \"s\": {\"b\": 1}}\n"),
    ] {
        check(given, &edits, produces);
    }
    refused("a:\n  b:\n    c: 1\n", &moves("/a", "/a/b", None), "into itself");
}

#[test]
fn yaml_in_a_block_scalar_is_edited_in_place() {
    let given = "data:\n  values.yaml: |  # v\n    image:\n      tag: 1.2.3 # c\n\n      z: 1\n    l:\n    - a\n    \n    k: 1\nb: 1\n";
    for (edit, from, to) in [
        (Edit::replace(at("/data/values.yaml/~|/image/tag"), "1.2.3", "1.3"), "1.2.3", "\"1.3\""),
        (insert("/data/values.yaml/~|/image", "new", 0), "z: 1\n", "z: 1\n      new: 0\n"),
        (
            insert("/data/values.yaml/~|", "new", Value::from(0).under(["m"])),
            "k: 1\n",
            "k: 1\n    new:\n      m: 0\n",
        ),
        (Edit::insert_item(at("/data/values.yaml/~|/l"), "b"), "- a\n", "- a\n    - b\n"),
        (
            Edit::remove(at("/data/values.yaml/~|/image")),
            "    image:\n      tag: 1.2.3 # c\n\n      z: 1\n",
            "",
        ),
        (Edit::remove(at("/data/values.yaml/~|/l")), "    l:\n    - a\n", ""),
        (Edit::RenameKey { at: at("/data/values.yaml/~|/l"), to: "m".into() }, "    l:", "    m:"),
    ] {
        check(given, &[edit], &given.replace(from, to));
    }
    check("p: |-\n  a: 1", &[insert("/p/~|", "b", 0)], "p: |-\n  a: 1\n  b: 0");
    refused("p: >\n  a: 1\n", &[insert("/p/~|", "b", 0)], "literal");
    refused("p: |\n  a: [\n", &[insert("/p/~|", "b", 0)], "inside the block scalar");
}

#[test]
fn edits_of_one_set_are_one_transaction() {
    let given = "a: 1.0.0\nb:\n  c: x # y\n  d: 2\ne: {}\n";
    check(
        given,
        &[
            Edit::replace(at("/a"), "1.0.0", "2.0.0"),
            Edit::remove(at("/b/c")),
            insert("/b", "new", 0),
            insert("/e", "f", 1),
            insert("/e", "g", 2),
            insert("/new/deep", "h", 1),
            insert("/new/deep", "i", 2),
            insert("/new", "j", 3),
        ],
        "a: 2.0.0\nb:\n  d: 2\n  new: 0\ne:\n  f: 1\n  g: 2\nnew:\n  deep:\n    h: 1\n    i: 2\n  j: 3\n",
    );
    check("a:\n  b: 1\n  c: 2\n", &[Edit::remove(at("/a/b")), Edit::remove(at("/a/c"))], "a: {}\n");
    check("{a: 1, b: 2, c: 3}", &[Edit::remove(at("/b")), Edit::remove(at("/c"))], "{a: 1}");
    check("{a: 1}", &[insert("", "b", 1), insert("", "c", 2)], "{a: 1, b: 1, c: 2}");
    check("a: 1\nb: 2\nc: 3", &[Edit::remove(at("/b")), Edit::remove(at("/c"))], "a: 1");
    let twice = [Edit::replace(at("/a"), "1.0.0", "2"), Edit::replace(at("/a"), "1.0.0", "3")];
    refused(given, &twice, "overlap");
    let inside = [Edit::remove(at("/b")), Edit::replace(at("/b/c"), "x", "z")];
    refused(given, &inside, "overlap");
}

#[test]
fn what_is_not_certain_is_refused() {
    let replace = |path: &str, before: &str| [Edit::replace(at(path), before, "new")];
    for (given, edits, message) in [
        ("a: 1\n", &replace("/b", "1")[..], "has no `b`"),
        ("a: 1\n", &replace("/a", "2"), "line 1: 0:/a should read `2` and reads `1`"),
        ("a: &x v\nb: *x\n", &replace("/b", "v"), "edit the anchor at 0:/a (line 1)"),
        ("a: &x {t: v}\nb: *x\n", &replace("/b/t", "v"), "through the alias *x"),
        ("a: &x {t: v}\nb:\n  <<: *x\n", &replace("/b/t", "v"), "merge key"),
        ("a: 1\na: 2\n", &replace("/a", "2"), "ambiguous"),
        ("- new: x\n- new: x\n", &[Edit::remove(at("/~[new=x]"))], "ambiguous"),
        ("a: {}\n", &replace("/a", ""), "collection"),
        ("a: x\nsops:\n  mac: y\n", &replace("/a", "x"), "SOPS"),
        ("a: 1\n", &[insert("", "a", 2)], "is there already"),
        ("a: 1\n", &[insert("/a", "b", 2)], "a key goes into a mapping"),
        ("a: &x 1\nb: *x\n", &[Edit::remove(at("/a"))], "used by the alias `*x` on line 2"),
        ("a: 1\n", &[Edit::remove(at(""))], "root"),
        ("a: [x, # of x\n  y]\n", &[Edit::remove(at("/a/0"))], "comment"),
        ("a: 1\n---\nb: 1\n", &[insert("2:/x", "a", 1)], "2 documents"),
    ] {
        refused(given, edits, message);
    }
}

#[test]
fn an_edit_made_twice_is_refused_the_second_time() {
    for (edit, message) in [
        (Edit::replace(at("/a"), "1.0.0", "2.0.0"), "should read `1.0.0` and reads `2.0.0`"),
        (insert("/b", "new", 0), "is there already"),
        (Edit::remove(at("/b/c")), "has no `c`"),
        (Edit::RenameKey { at: at("/a"), to: "z".into() }, "has no `a`"),
    ] {
        let edits = [edit];
        let once = run("a: 1.0.0\nb:\n  c: 1\n  d: 2\n", &edits).unwrap();
        refused(&once.text, &edits, message);
        let undone = run(&once.text, &once.inverse).unwrap();
        assert!(run(&undone.text, &once.inverse).is_err(), "undone twice: {edits:?}");
    }
}

#[test]
fn large_and_deep_texts_are_edited() {
    let items = "{\"name\": \"é\", \"tag\": \"1.2.3\"}, ".repeat(5_000);
    let line = format!("{{\"items\": [{items}{{}}]}}\n");
    let edited = run(&line, &[Edit::replace(at("/items/4999/tag"), "1.2.3", "1.2.4")]).unwrap();
    assert!(edited.text == line.replace("3\"}, {}", "4\"}, {}"));
    let deep = format!("{}x\n", "- ".repeat(5_000));
    let path = Path(vec![Step::Item(0); 5_000]);
    let edited = run(&deep, &[Edit::replace(Spot::new(0, path), "x", "z")]).unwrap();
    assert!(edited.text == deep.replace('x', "z"));
    let comments = format!("{}a: 1\n{}b: 2\n", "# c\n".repeat(5_000), "  # d\n".repeat(5_000));
    check(&comments, &[Edit::remove(at("/b"))], comments.strip_suffix("b: 2\n").unwrap());
}

#[test]
fn a_merge_key_is_overridden_beside_it() {
    check(
        "a: &x {t: v}\nb:\n  <<: *x\n",
        &[insert("/b", "t", "w")],
        "a: &x {t: v}\nb:\n  <<: *x\n  t: w\n",
    );
}

#[test]
fn a_long_path_of_block_scalars_is_refused() {
    let mut path = Path::keys(["a"]);
    for _ in 0..1000 {
        path = path.join(Step::Embedded);
    }
    let edits = [Edit::remove(Spot::new(0, path))];
    assert!(run("a: |\n  b\n", &edits).is_err());
}
