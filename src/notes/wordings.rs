//! Wordings: the same facts as many writers put them.
//!
//! Each row is one entry of a list below a heading, in the notes of 5.0.0 for an upgrade from 4.8.0,
//! with what has to be read from it: every turn of phrase that the rules know stands here once as a
//! whole reading, and beside them what only looks like it.

use super::*;

fn read_text(text: &str, from: &str, to: &str) -> Notes {
    let source = Source { name: "CHANGELOG.md".to_owned(), text: text.to_owned() };
    read(&[source], from, to, Kind::App).unwrap()
}

/// Shows the facts that have a subject, in a few words; what is merely new only where nothing else
/// is.
fn shown(notes: &Notes) -> String {
    let fact = |fact: &Fact| {
        let name = fact.name.as_deref().unwrap_or_default();
        Some(match fact.kind {
            FactKind::EnvRenamed => {
                format!("renamed {} {}", fact.old.as_ref()?, fact.new.as_ref()?)
            }
            FactKind::EnvRemoved | FactKind::ValueRemoved => format!("removed {name}"),
            FactKind::EnvRequired => format!("required {name}"),
            FactKind::EnvAdded => format!("added {name}"),
            FactKind::EnvDeprecated => format!("deprecated {name}"),
            FactKind::EnvChanged => format!("changed {name}"),
            FactKind::Requires => format!("requires {}", fact.component.as_ref()?),
            FactKind::StopAt => format!("stop {name}"),
            FactKind::Irreversible => "irreversible".to_owned(),
            FactKind::Avoid => format!("avoid {name}"),
            _ => return None,
        })
    };
    let mut facts: Vec<String> = notes.facts.iter().filter_map(fact).collect();
    if facts.iter().any(|fact| !fact.starts_with("added")) {
        facts.retain(|fact| !fact.starts_with("added"));
    }
    facts.join(", ")
}

#[test]
fn the_same_is_read_from_many_wordings() {
    let mut wrong = Vec::new();
    for (heading, sentence, expected) in ROWS {
        let text = format!(
            "# Changelog\n\n## 5.0.0\n\n### {heading}\n\n- {sentence}\n\n## 4.9.3\n\n- Fine.\n\n\
            ## 4.9.1\n\n- Fine.\n\n## 4.8.0\n\n- Fine.\n"
        );
        let found = shown(&read_text(&text, "4.8.0", "5.0.0"));
        if found != *expected {
            wrong.push(format!("{heading}: {sentence}\n    {expected:?} but {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn licences_and_known_issues_are_told_besides() {
    let text = "# 2.1.0\n\nThe lamp changed its license from MIT to AGPL-3.0.\n\n## Known issues\n\n\
        - The light flickers in fog.\n- The switch was fixed in 2.1.1.\n\n# 2.0.1\n\n\
        ## Known issues\n\nNone\n\n## Fixed\n\n- A known issue with the switch\n";
    let notes = read_text(text, "2.0.0", "2.1.0");
    let told: Vec<(&str, Option<&str>, usize)> = notes
        .remarks
        .iter()
        .filter(|remark| !remark.evidence.is_empty())
        .map(|remark| {
            let line = remark.evidence.first().map_or(0, |evidence| evidence.line);
            (remark.code.as_str(), remark.version.as_deref(), line)
        })
        .collect();
    assert_eq!(told, [("licence", Some("2.1.0"), 3), ("known-issue", Some("2.1.0"), 7)]);
    assert!(notes.facts.is_empty(), "{:?}", notes.facts);

    let many = |version: usize| {
        let issues = (0..30).map(|at| format!("- The bell {at} rings twice.\n"));
        format!("# 2.{version}.0\n\n## Known issues\n\n{}\n", issues.collect::<String>())
    };
    let notes = read_text(&format!("{}{}", many(2), many(1)), "2.0.0", "2.2.0");
    let told = notes.remarks.iter().filter_map(|remark| remark.version.as_deref());
    assert_eq!(told.collect::<Vec<_>>(), vec!["2.2.0"; 10]);
}

/// The heading, the entry, and what has to be read from it.
#[rustfmt::skip]
const ROWS: &[(&str, &str, &str)] = &[
    ("Changed", "The KEEL_DIR environment variable has been renamed to HULL_DIR.", "renamed KEEL_DIR HULL_DIR"),
    ("Notes", "`client` - The `KEEL_ENDPOINT` environment variable has been renamed to `KEEL_URL`. (GH-73)", "renamed KEEL_ENDPOINT KEEL_URL"),
    ("Changed", "(Breaking change) The optional `MAST_NUMBER` environment variable has been renamed to `SHIP_MAST`, and the optional `MAST_FILE` environment variable has been renamed to `SHIP_MASTFILE`.", "renamed MAST_NUMBER SHIP_MAST, renamed MAST_FILE SHIP_MASTFILE"),
    ("Changed", "Rename env var `SAIL_A` to `SAIL_B` (#12)", "renamed SAIL_A SAIL_B"),
    ("Changed", "Env var `SAIL_A` renamed to `SAIL_B`", "renamed SAIL_A SAIL_B"),
    ("Changed", "`SAIL_A` env renamed `SAIL_B`", "renamed SAIL_A SAIL_B"),
    ("Changed", "`SAIL_A` has been deprecated and renamed to `SAIL_B`.", "renamed SAIL_A SAIL_B"),
    ("Changed", "The env variable `SAIL_A` was changed to `SAIL_B`.", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "`SAIL_A` is now `SAIL_B`", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "Replace `SAIL_A` with `SAIL_B` in your environment.", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "Replaced `SAIL_A` with `SAIL_B`", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "Environment variable `SAIL_A` replaced with `SAIL_B`", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "SAIL_A has been superseded by SAIL_B", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "If you use `SAIL_A`, rename it to `SAIL_B`.", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "You need to rename `SAIL_A` to `SAIL_B` in your compose file.", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "The environment variables `SAIL_A` and `SAIL_B` have been renamed to `SHEET_A` and `SHEET_B`.", "renamed SAIL_A SHEET_A, renamed SAIL_B SHEET_B"),
    ("Breaking Changes", "`SAIL_A`, `SAIL_B` and `SAIL_C` were merged into `SAIL_ALL`.", "renamed SAIL_A SAIL_ALL, renamed SAIL_B SAIL_ALL, renamed SAIL_C SAIL_ALL"),
    ("Breaking Changes", "`SAIL_A` has been split into `SAIL_ONE` and `SAIL_TWO`.", "renamed SAIL_A SAIL_ONE + SAIL_TWO"),
    ("Breaking Changes", "Renamed `SAIL_A=yes` to `SAIL_B=true`", "renamed SAIL_A SAIL_B"),
    ("Removed", "`SAIL_A` (use `SAIL_B` instead)", "renamed SAIL_A SAIL_B"),
    ("Removed", "`SAIL_A`: use `SAIL_B`", "renamed SAIL_A SAIL_B"),
    ("Removed", "`SAIL_A` environment variable", "removed SAIL_A"),
    ("Removed", "`SAIL_A`", "removed SAIL_A"),
    ("Removed", "Environment variable `SAIL_A`, which did nothing", "removed SAIL_A"),
    ("Removed", "Support for the `SAIL_A` environment variable", "removed SAIL_A"),
    ("Removed", "The `sail.area` option", "removed sail.area"),
    ("Changed", "HASS_SAIL env var has been removed", "removed HASS_SAIL"),
    ("Changed", "Manual addition of sails via the `--sails` flag and `SHIP_SAILS` env var has been removed", "removed SHIP_SAILS"),
    ("Changed", "The `SAIL_A` environment variable is gone; sails are always set.", "removed SAIL_A"),
    ("Changed", "Drop `SAIL_A` in favor of `SAIL_B`.", "renamed SAIL_A SAIL_B"),
    ("Changed", "`SAIL_A` is not used anymore.", "removed SAIL_A"),
    ("Changed", "`SAIL_A` has no effect anymore and can be removed from your configuration.", "removed SAIL_A"),
    ("Changed", "You can remove `SAIL_A` from your environment, it is not needed any more.", "removed SAIL_A"),
    ("Changed", "We got rid of the `SAIL_A` setting.", "removed SAIL_A"),
    ("Changed", "`SAIL_A` and `SAIL_B` were removed, as sails are found by themselves.", "removed SAIL_A, removed SAIL_B"),
    ("Changed", "The setting `SAIL_A` has been deprecated, use `SAIL_B` instead.", "deprecated SAIL_A"),
    ("Deprecated", "`SAIL_A` in favour of `SAIL_B`", "deprecated SAIL_A"),
    ("Deprecated", "`SAIL_A` environment variable, please use `SAIL_B` instead", "deprecated SAIL_A"),
    ("Deprecated", "Environment variable SAIL_A", "deprecated SAIL_A"),
    ("Changed", "Using `SAIL_A` is deprecated and will be removed in a future version.", "deprecated SAIL_A"),
    ("Changed", "deprecate SAIL_A env var (#123)", "deprecated SAIL_A"),
    ("Changed", "`SAIL_A` environment variable is now required.", "required SAIL_A"),
    ("Changed", "**`SAIL_KEY` environment variable is now required in all yards and must be at least 32 characters.**", "required SAIL_KEY"),
    ("Breaking Changes", "`SAIL_A` must be set or the ship will not leave.", "required SAIL_A"),
    ("Breaking Changes", "You now have to set `SAIL_A`.", "required SAIL_A"),
    ("Breaking Changes", "Setting `SAIL_A` is mandatory from now on.", "required SAIL_A"),
    ("Breaking Changes", "A new required environment variable `SAIL_A` was added.", "required SAIL_A"),
    ("Breaking Changes", "Please set `SAIL_A` before upgrading.", "required SAIL_A"),
    ("Breaking Changes", "Please add the new environment variable `SAIL_A` to your `.env` file.", "required SAIL_A"),
    ("Breaking Changes", "The ship will refuse to start if `SAIL_A` is not set.", "required SAIL_A"),
    ("Breaking Changes", "The application will not start without `SAIL_A`.", "required SAIL_A"),
    ("Breaking Changes", "`SAIL_A` is required.", "required SAIL_A"),
    ("Breaking Changes", "Make sure that `SAIL_A` is set to the address of the yard.", "required SAIL_A"),
    ("Breaking Changes", "`SAIL_A` no longer has a default value and must be provided.", "required SAIL_A"),
    ("Added", "Added `SAIL_A` env var to choose the cloth (#123)", "added SAIL_A"),
    ("Added", "`SAIL_A`: chooses the cloth", "added SAIL_A"),
    ("Added", "Environment variable `SAIL_A` to choose the cloth", "added SAIL_A"),
    ("Features", "feat: support SAIL_A environment variable", "added SAIL_A"),
    ("Features", "The cloth can now be chosen via `SAIL_A`.", "added SAIL_A"),
    ("Features", "Introduce SAIL_A and SAIL_B to choose the cloth", "added SAIL_A, added SAIL_B"),
    ("Features", "You can now set `SAIL_A` to choose the cloth.", "added SAIL_A"),
    ("Features", "New `SAIL_A` option", "added SAIL_A"),
    ("Features", "A new environment variable, `SAIL_A`, chooses the cloth.", "added SAIL_A"),
    ("Features", "Make the cloth configurable (`SAIL_A`)", "added SAIL_A"),
    ("Features", "Cloth is configurable with the SAIL_A environment variable", "added SAIL_A"),
    ("Features", "Allow disabling sails by setting `SAIL_A=false`", "added SAIL_A"),
    ("Changed", "rigging: make SAIL_A configurable", "added SAIL_A"),
    ("Changed", "Env `SAIL_A` can be used to choose the cloth", "added SAIL_A"),
    ("Changed", "The cloth can be chosen via the `--cloth` flag or the `SAIL_A` environment variable.", "added SAIL_A"),
    ("Changed", "Introduce TLS_SAIL, a new advanced setting", "added TLS_SAIL"),
    ("Changed", "To count the cloth, set `SAIL_A=true` and `SAIL_B=true`.", "added SAIL_A, added SAIL_B"),
    ("Changed", "The default values for `SAIL_A` and `SAIL_B` have been set to 30 and 10", "changed SAIL_A, changed SAIL_B"),
    ("Changed", "Begin deprecation process for flag `SAIL_A`, in favour of `SAIL_B`", "deprecated SAIL_A"),
    ("Changed", "Cloth is now chosen by `SAIL_B` (default 0) instead of `SAIL_A`.", "renamed SAIL_A SAIL_B"),
    ("Changed", "`SAIL_A` (new): the cloth", "added SAIL_A"),
    ("Changed", "`SAIL_A` is a new environment variable for the cloth.", "added SAIL_A"),
    ("Changed", "Provide a `SAIL_A` envvar to choose the cloth", "added SAIL_A"),
    ("Changed", "You can remove `SAIL_A` now.", "removed SAIL_A"),
    ("Changed", "`SAIL_A` was moved to the admin settings.", "removed SAIL_A"),
    ("Changed", "The `SAIL_A` environment variable is now `SAIL_B`.", "renamed SAIL_A SAIL_B"),
    ("Changed", "`SAIL_B` (was `SAIL_A`)", "renamed SAIL_A SAIL_B"),
    ("Changed", "`SAIL_A` should be replaced by `SAIL_B`", "renamed SAIL_A SAIL_B"),
    ("Changed", "`SAIL_A` is now `linen` by default", "changed SAIL_A"),
    ("Changed", "`SAIL_A` now needs to include the cloth", "changed SAIL_A"),
    ("Changed", "`SAIL_A` (deprecated)", "deprecated SAIL_A"),
    ("Changed", "Requires `SAIL_A` to be set", "required SAIL_A"),
    ("Upgrading", "Do not forget to set `SAIL_A`.", "required SAIL_A"),
    ("Changed", "`SAIL_A` can be removed once all ships are new.", ""),
    ("Changed", "3fe21ab rigging: allow `SAIL_A` to be overridden (#12)", "added SAIL_A"),
    ("Changed", "`SAIL_A` was added; it is off by default.", "added SAIL_A"),
    ("Changed", "There is a new `config.toml` setting `SAIL_A` to choose the cloth.", "added SAIL_A"),
    ("Changed", "If you prefer the old cloth, set `SAIL_A=linen` in your `.env` file.", "added SAIL_A"),
    ("Changed", "Cloth is limited to two yards, set by the `SAIL_A` environment variable.", "added SAIL_A"),
    ("Features", "feat(rigging): `SAIL_A`. Closes #12", "added SAIL_A"),
    ("Changed", "Retire the SAIL_A environment variable", "removed SAIL_A"),
    ("Changed", "`SAIL_A` and `SAIL_B` dropped", "removed SAIL_A, removed SAIL_B"),
    ("Breaking Changes", "Environment variable `SAIL_A` has been replaced by `sail.area`.", "removed SAIL_A"),
    ("Breaking Changes", "Split the environment variable `SAIL_A` into `SAIL_ONE` and `SAIL_TWO`", "renamed SAIL_A SAIL_ONE + SAIL_TWO"),
    ("Breaking Changes", "SAIL_A => use SAIL_B", "renamed SAIL_A SAIL_B"),
    ("Breaking Changes", "The ship now has to be started with a `SAIL_A` environment variable.", "required SAIL_A"),
    ("Changed", "The environment variable `SAIL_A` is now set to `false` by default", "changed SAIL_A"),
    ("Changed", "Trigger the `SAIL_SET` event twice", ""),
    ("Changed", "The constant `SAIL_A` is deprecated", ""),
    ("Changed", "Revert \"feat: add SAIL_A env var\" (#12)", ""),
    ("Features", "Add `SAIL_SET` event and the `SAIL_WRITE` permission", ""),
    ("Changed", "`SAIL_A` now defaults to `true`", "changed SAIL_A"),
    ("Changed", "Default value of `SAIL_A` changed from 10 to 20.", "changed SAIL_A"),
    ("Changed", "Change default `SAIL_A` to 20", "changed SAIL_A"),
    ("Changed", "The default for `SAIL_A` is now 20.", "changed SAIL_A"),
    ("Changed", "`SAIL_A` is now enabled by default.", "changed SAIL_A"),
    ("Changed", "Increase `SAIL_A` default from 10 to 20", "changed SAIL_A"),
    ("Changed", "`SAIL_A` default changed to `20`", "changed SAIL_A"),
    ("Changed", "Set `SAIL_A` to 20 by default", "changed SAIL_A"),
    ("Changed", "`SAIL_A` now expects a list separated by commas.", "changed SAIL_A"),
    ("Changed", "`SAIL_A` now takes seconds instead of minutes.", "changed SAIL_A"),
    ("Changed", "The format of `SAIL_A` has changed: names go first.", "changed SAIL_A"),
    ("Changed", "The value `old` of `SAIL_A` is no longer supported, use `new`.", "changed SAIL_A"),
    ("Changed", "`SAIL_A` only accepts numbers now.", "changed SAIL_A"),
    ("Changed", "`SAIL_A=all` is no longer supported.", "changed SAIL_A"),
    ("Changed", "Drops support for PostgreSQL 11.", "requires PostgreSQL"),
    ("Changed", "PG 13 is now the minimum.", "requires PostgreSQL"),
    ("Changed", "PostgreSQL 13 is now the minimum supported version.", "requires PostgreSQL"),
    ("Changed", "The minimum version of PostgreSQL is now 13.", "requires PostgreSQL"),
    ("Changed", "Minimum required PostgreSQL version is 13.", "requires PostgreSQL"),
    ("Changed", "Minimum PostgreSQL version raised to 13", "requires PostgreSQL"),
    ("Changed", "Bump minimum PostgreSQL version to 13 (#12)", "requires PostgreSQL"),
    ("Changed", "Postgres 12 is no longer supported.", "requires PostgreSQL"),
    ("Changed", "PostgreSQL 9.6 support has been dropped", "requires PostgreSQL"),
    ("Changed", "Removed support for PostgreSQL < 13", "requires PostgreSQL"),
    ("Changed", "Support for PostgreSQL 11 and older was removed.", "requires PostgreSQL"),
    ("Changed", "This version requires at least PostgreSQL 13.", "requires PostgreSQL"),
    ("Changed", "Requires PostgreSQL >= 13", "requires PostgreSQL"),
    ("Changed", "PostgreSQL: 13+ is required", "requires PostgreSQL"),
    ("Changed", "You need PostgreSQL 13 or newer.", "requires PostgreSQL"),
    ("Changed", "We require a PostgreSQL database of version 13 or higher.", "requires PostgreSQL"),
    ("Changed", "As of this release, PostgreSQL 13 or later is needed.", "requires PostgreSQL"),
    ("Changed", "Upgrade your PostgreSQL to version 13 before updating.", "requires PostgreSQL"),
    ("Changed", "Older versions than MariaDB 10.6 are not supported anymore.", "requires MariaDB"),
    ("Changed", "MySQL 5.7 has reached its end of life and is no longer supported.", "requires MySQL"),
    ("Changed", "Increase minimum Redis version to 6.2", "requires Redis"),
    ("Changed", "Redis 5 or older is unsupported now", "requires Redis"),
    ("Changed", "Redis versions below 6.2 will no longer work.", "requires Redis"),
    ("Changed", "**Minimum Kubernetes version is now 1.23**", "requires Kubernetes"),
    ("Changed", "Our minimum supported Kubernetes version is now 1.22", "requires Kubernetes"),
    ("Changed", "The **minimum** supported Kubernetes version is now **1.20.0**.", "requires Kubernetes"),
    ("Changed", "Kubernetes v1.22+ only", "requires Kubernetes"),
    ("Changed", "Drop support for Kubernetes versions older than 1.22", "requires Kubernetes"),
    ("Changed", "This chart now needs Helm 3.8+.", "requires Helm"),
    ("Changed", "Helm 3.8.0+", "requires Helm"),
    ("Changed", "kubeVersion bumped to >=1.22.0", "requires Kubernetes"),
    ("Changed", "Requires Docker 20.10 or above.", "requires Docker"),
    ("Changed", "Docker Compose v2 is now required.", "requires Docker Compose"),
    ("Changed", "MongoDB 4.4 is required as of this version", "requires MongoDB"),
    ("Changed", "Only Elasticsearch 7.10 and above are supported.", "requires Elasticsearch"),
    ("Changed", "The supported versions of Elasticsearch are 7.10 and newer.", "requires Elasticsearch"),
    ("Upgrading", "You must first upgrade to 4.9.3 before upgrading to this version.", "stop 4.9.3"),
    ("Upgrading", "When upgrading to 5.0, you must first upgrade to 4.9.", "stop 4.9"),
    ("Upgrading", "Upgrades from versions before 4.9 are not supported.", "stop 4.9"),
    ("Upgrading", "If you are upgrading from < 4.9.0, you must first upgrade to 4.9.0 or later.", "stop 4.9.0"),
    ("Upgrading", "You cannot upgrade directly to this version. Instead, upgrade to 4.9.3 first.", "stop 4.9.3"),
    ("Upgrading", "To upgrade to 5.0 you need to be on at least 4.9.0.", "stop 4.9.0"),
    ("Upgrading", "Upgrading directly from 4.8 to 5.0 is not possible, please go through 4.9.", "stop 4.9"),
    ("Upgrading", "Make sure you are running 4.9.3 or newer before upgrading.", "stop 4.9.3"),
    ("Upgrading", "It is only possible to upgrade to this version from 4.9.x.", "stop 4.9"),
    ("Upgrading", "You must be running at least version 4.9.3 before updating to version 5.", "stop 4.9.3"),
    ("Upgrading", "Direct upgrades from versions older than 4.9 will fail.", "stop 4.9"),
    ("Upgrading", "4.9.3 is a required stop.", "stop 4.9.3"),
    ("Upgrading", "Please upgrade to v4.9 first, start it once, and then upgrade to v5.", "stop 4.9"),
    ("Upgrading", "Downgrade is not possible after this.", "irreversible"),
    ("Upgrading", "It is not possible to downgrade.", "irreversible"),
    ("Upgrading", "You will not be able to go back to 4.x.", "irreversible"),
    ("Upgrading", "Once migrated there is no going back.", "irreversible"),
    ("Upgrading", "The migration is not reversible.", "irreversible"),
    ("Upgrading", "This migration cannot be undone.", "irreversible"),
    ("Upgrading", "No rollback is possible.", "irreversible"),
    ("Upgrading", "After upgrading, downgrading to an earlier version will not be possible.", "irreversible"),
    ("Upgrading", "Rolling back to 4.x is not supported once the migration ran.", "irreversible"),
    ("Upgrading", "Older versions cannot read the new format.", "irreversible"),
    ("Upgrading", "You can't downgrade after this update without restoring a backup.", "irreversible"),
    ("Upgrading", "Downgrades require restoring a backup.", "irreversible"),
    ("Upgrading", "The database schema changes in a way that old versions do not understand.", "irreversible"),
    ("Upgrading", "There is no way to revert this.", "irreversible"),
    ("Upgrading", "Downgrading from this version is unsupported.", "irreversible"),
    ("Fixed", "Do not use 4.9.1.", "avoid 4.9.1"),
    ("Fixed", "4.9.1 has been yanked.", "avoid 4.9.1"),
    ("Fixed", "Version 4.9.1 was broken, please use 4.9.2.", "avoid 4.9.1"),
    ("Fixed", "Please skip 4.9.1 and upgrade to 4.9.2 directly.", "avoid 4.9.1"),
    ("Fixed", "v4.9.1 has been pulled due to a data loss bug.", "avoid 4.9.1"),
    ("Fixed", "We recommend to skip version 4.9.1.", "avoid 4.9.1"),
    ("Fixed", "Avoid 4.9.1, it loses data.", "avoid 4.9.1"),
    ("Fixed", "4.9.1 should not be used as it corrupts the log.", "avoid 4.9.1"),
    ("Fixed", "If you are on 4.9.1, upgrade immediately: it may corrupt data.", "avoid 4.9.1"),
    ("Fixed", "This release replaces 4.9.1, which was withdrawn.", "avoid 4.9.1"),
    ("Fixed", "Fixed `SAIL_A` not being read.", ""),
    ("Fixed", "Fix crash when `SAIL_A` is not set", ""),
    ("Fixed", "Fix env var `SAIL_A` being required", ""),
    ("Changed", "The default theme is now dark.", ""),
    ("Changed", "The sidebar is now collapsed by default, see `SAIL_A` in the docs.", ""),
    ("Documentation", "Document `SAIL_A`", ""),
    ("Changed", "Improve logging around `SAIL_A`.", ""),
    ("Changed", "Update PostgreSQL client libraries to 16.2", ""),
    ("Changed", "Tested with PostgreSQL 17", ""),
    ("Changed", "Add support for PostgreSQL 17", ""),
    ("Changed", "Support for Kubernetes 1.33", ""),
    ("Changed", "The bundled Redis was updated to 7.2.", ""),
    ("Changed", "A rollback of a failed job is possible now.", ""),
    ("Changed", "You can now undo the deletion of a mast.", ""),
    ("Changed", "Clicking the button cannot be undone.", ""),
    ("Internal", "Rename internal `SAIL_A` constant to `SAIL_B`", ""),
];
