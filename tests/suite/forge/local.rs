//! Pull requests as files in the repository.

use refit::forge::{Forge, Local, PullState, needs_update};

use super::wanted;
use crate::parts_git::Scratch;

const HEAD: &str = "refit/upgrade/apps/app-3";

fn repository() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("a.yaml", "a: 1\n");
    scratch.commit_all("Begin");
    scratch.git(&["checkout", "--quiet", "-b", HEAD]);
    scratch.write("a.yaml", "a: 2\n");
    scratch.commit_all("Upgrade");
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch
}

#[tokio::test]
async fn one_is_opened_once_and_then_left_alone() {
    let scratch = repository();
    let forge = Local::new(scratch.path()).unwrap();
    let request = wanted(HEAD, "3.0.0");
    let opened = forge.open(&request).await.unwrap();
    assert_eq!((opened.number, opened.draft, opened.labels.len()), (1, true, 2));
    let file = scratch.path().join(".git/refit/pulls").join(format!("{HEAD}.md"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.ends_with(&request.body), "the body stands in the file to the byte: {text}");

    let again = forge.open(&request).await.unwrap();
    assert_eq!(again.number, 1, "the one that is open is adopted");
    let found = forge.find_own("refit/", &[]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(!needs_update(&found[0], &request));
    forge.update(&found[0], &request).await.unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);

    std::fs::write(&file, text.replace("- [ ]", "- [x]")).unwrap();
    let found = forge.find_own("refit/", &[]).await.unwrap();
    assert!(!needs_update(&found[0], &request), "a ticked box is no difference");
    let newer = wanted(HEAD, "3.1.0");
    forge.update(&found[0], &newer).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("3.1.0") && text.contains("- [x] backup done"), "{text}");
}

#[tokio::test]
async fn its_state_is_read_off_the_branches_and_the_file() {
    let scratch = repository();
    let forge = Local::new(scratch.path()).unwrap();
    let heads = [HEAD.to_owned()];
    let states = async || -> Vec<PullState> {
        let found = forge.find_own("refit/", &heads).await.unwrap();
        found.iter().map(|pull| pull.state).collect()
    };
    let opened = forge.open(&wanted(HEAD, "3.0.0")).await.unwrap();
    assert_eq!(states().await, [PullState::Open]);

    forge.close(&opened, "not now").await.unwrap();
    assert_eq!(states().await, [PullState::Closed]);
    assert_eq!(forge.find_own("refit/", &[]).await.unwrap(), [], "closed ones by name only");

    let second = forge.open(&wanted(HEAD, "3.1.0")).await.unwrap();
    assert_eq!(second.number, 2);
    assert!(forge.folder().join(format!("{HEAD}~2.md")).exists());
    assert_eq!(states().await, [PullState::Closed, PullState::Open]);

    scratch.git(&["branch", "--quiet", "kept", HEAD]);
    scratch.git(&["branch", "--quiet", "-D", HEAD]);
    assert_eq!(states().await, [PullState::Closed, PullState::Closed]);
    scratch.git(&["branch", "--quiet", HEAD, "kept"]);
    scratch.git(&["merge", "--quiet", "--ff-only", HEAD]);
    assert_eq!(states().await, [PullState::Closed, PullState::Merged]);
}

#[tokio::test]
async fn what_people_do_to_the_files_is_borne() {
    let scratch = repository();
    let forge = Local::new(scratch.path()).unwrap();
    forge.open(&wanted(HEAD, "3.0.0")).await.unwrap();
    let file = forge.folder().join(format!("{HEAD}.md"));
    let text = std::fs::read_to_string(&file).unwrap();

    std::fs::write(forge.folder().join("notes.md"), "mine\n").unwrap();
    std::fs::write(forge.folder().join("binary.md"), [0xff, 0xfe]).unwrap();
    std::fs::create_dir(forge.folder().join("folder.md")).unwrap();
    assert_eq!(forge.list("").unwrap().len(), 1);

    std::fs::write(&file, text.replace("state: \"open\"", "state: closed")).unwrap();
    assert_eq!(forge.list("").unwrap()[0].state, PullState::Closed);

    std::fs::write(&file, "overwritten\n").unwrap();
    assert_eq!(forge.list("").unwrap(), []);
    forge.open(&wanted(HEAD, "3.0.0")).await.unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "overwritten\n", "a person's file stays");
    assert_eq!(forge.list("refit/").unwrap().len(), 1);
}

#[tokio::test]
async fn all_work_trees_share_them() {
    let scratch = repository();
    scratch.git(&["worktree", "add", "--quiet", ".git/other", "-b", "other"]);
    let other = Local::new(&scratch.path().join(".git/other")).unwrap();
    other.open(&wanted(HEAD, "3.0.0")).await.unwrap();
    let forge = Local::new(scratch.path()).unwrap();
    assert_eq!(forge.list("refit/").unwrap().len(), 1);
    assert!(scratch.path().join(".git/refit/pulls").is_dir());
}
