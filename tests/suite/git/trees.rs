//! The files of a commit, read without a checkout.

use std::os::unix::fs::symlink;
use std::thread;

use refit::tree::{CommitTree, RepoPath, Tree};

use crate::parts_git::Scratch;

fn names(tree: &CommitTree) -> Vec<String> {
    tree.files().unwrap().into_iter().map(String::from).collect()
}

fn read(tree: &CommitTree, path: &str) -> Result<Option<String>, String> {
    let bytes = tree.read(&RepoPath::new(path).unwrap()).map_err(|error| error.to_string())?;
    Ok(bytes.map(|bytes| String::from_utf8(bytes).unwrap()))
}

#[test]
fn links_are_followed_inside_and_refused_outside() {
    let scratch = Scratch::new();
    scratch.write("top.yaml", "top\n");
    scratch.write("k8s/apps/a.yaml", "a\n");
    let k8s = scratch.path().join("k8s");
    for (target, link) in [
        ("apps/a.yaml", "inside.yaml"),
        ("inside.yaml", "twice.yaml"),
        ("apps", "folder"),
        ("../top.yaml", "outside.yaml"),
        ("/etc/passwd", "absolute.yaml"),
        ("nowhere", "dangling.yaml"),
        ("circle.yaml", "circle.yaml"),
    ] {
        symlink(target, k8s.join(link)).unwrap();
    }
    let commit = scratch.commit_all("Links");
    let git_dir = scratch.path().join(".git");
    let tree = CommitTree::new(&git_dir, &commit, "k8s").unwrap();
    assert_eq!(names(&tree), ["apps/a.yaml", "inside.yaml", "twice.yaml"]);
    for path in ["apps/a.yaml", "inside.yaml", "twice.yaml", "folder/a.yaml"] {
        assert_eq!(read(&tree, path), Ok(Some("a\n".to_owned())), "{path}");
    }
    for path in ["dangling.yaml", "top.yaml", "apps", "folder/b.yaml"] {
        assert_eq!(read(&tree, path), Ok(None), "{path}");
    }
    for path in ["outside.yaml", "absolute.yaml"] {
        let message = format!("{path}: its link leads out of the tree");
        assert_eq!(read(&tree, path), Err(message));
    }
    assert_eq!(
        read(&tree, "circle.yaml"),
        Err("circle.yaml: its links lead in a circle".to_owned())
    );

    let whole = CommitTree::new(&git_dir, &commit, "").unwrap();
    assert_eq!(read(&whole, "k8s/outside.yaml"), Ok(Some("top\n".to_owned())));
    assert!(names(&whole).contains(&"k8s/outside.yaml".to_owned()));
    for (commit, prefix) in [
        (commit.as_str(), "no/such"),
        (commit.as_str(), "top.yaml"),
        ("00", ""),
        (&"0".repeat(40), ""),
    ] {
        assert!(CommitTree::new(&git_dir, commit, prefix).is_err(), "{commit} {prefix}");
    }
}

#[test]
fn the_work_tree_and_the_index_do_not_matter() {
    let scratch = Scratch::new();
    scratch.write("a.yaml", "committed\n");
    let commit = scratch.commit_all("Begin");
    scratch.write("a.yaml", "edited\n");
    scratch.write("b.yaml", "new\n");
    scratch.git(&["add", "b.yaml"]);
    let tree = CommitTree::new(&scratch.path().join(".git"), &commit, "").unwrap();
    assert_eq!(names(&tree), ["a.yaml"]);
    assert_eq!(read(&tree, "a.yaml"), Ok(Some("committed\n".to_owned())));
}

#[test]
fn many_threads_read_at_once() {
    let scratch = Scratch::new();
    for number in 0..200 {
        scratch.write(&format!("{}/{number}.yaml", number % 7), &format!("n: {number}\n"));
    }
    let commit = scratch.commit_all("Many");
    let tree = CommitTree::new(&scratch.path().join(".git"), &commit, "").unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..200 {
                    let path = format!("{}/{number}.yaml", number % 7);
                    assert_eq!(read(&tree, &path), Ok(Some(format!("n: {number}\n"))));
                }
            });
        }
    });
}
