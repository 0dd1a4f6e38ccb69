//! Datastores that are a file on a volume of the release.

use super::apps::App;
use super::groups::Group;
use super::model::{CredentialRole, How, Lives, Store, Volume};
use super::settings::Setting;
use super::uses::Scene;
use crate::flux::Sign;

impl Scene<'_, '_> {
    /// Makes a store of a file on a volume of the release.
    pub(super) fn file(&self, app: &App<'_>, group: &Group<'_>) -> Option<Store> {
        let file = group.file.or_else(|| group.parts.get(&CredentialRole::Url).copied());
        let file = file.or_else(|| group.parts.get(&CredentialRole::Host).copied());
        let file = file.or_else(|| {
            let named = group.parts.get(&CredentialRole::Database).copied();
            named.filter(|setting| setting.value.readable().is_some_and(is_file))
        });
        let setting = file.or(group.kind).or_else(|| group.settings.first().copied())?;
        let text = file.and_then(|file| file.value.readable()).unwrap_or_default();
        let text = text
            .split_once(':')
            .filter(|(scheme, _)| !scheme.contains('/'))
            .map_or(text, |(_, rest)| rest);
        let path = text.trim_start_matches("//").split('?').next().unwrap_or_default();
        let path = format!("/{}", path.trim_start_matches('/'));
        let path = (path.len() > 1).then_some(path);
        Some(self.sqlite(app, setting, path.as_deref()))
    }

    /// Adds the files of databases that anything a release says names on a volume of its own,
    /// whatever the name of the setting.
    pub(super) fn named_files(&self, app: &App<'_>, stores: &mut Vec<Store>) {
        let volumes = super::volumes::of_app(app, self.around);
        if volumes.is_empty() {
            return;
        }
        let mut texts = Vec::new();
        super::texts::all(&app.values, &mut texts);
        super::texts::beside(app, self.around, &mut texts);
        for text in texts {
            for (line, path) in paths(&text.content) {
                let Some(volume) = on(&volumes, path) else { continue };
                let mut position = text.at.clone();
                if line > 0 || text.is_block {
                    position.line += line + u32::from(text.is_block);
                    position.column = 1;
                }
                let shows = format!("`{}` names the file `{path}`", text.name);
                let sign = Sign { position, shows };
                // Several files on one volume are kept together.
                let known = stores.iter_mut().find(|store| {
                    matches!(&store.lives, Lives::OwnVolume { volume: known, .. } if *known == volume.name)
                });
                match known {
                    Some(known) if known.evidence.iter().any(|s| s.position == sign.position) => {}
                    Some(known) => {
                        if let Lives::OwnVolume { path: file @ None, .. } = &mut known.lives {
                            *file = Some(path.to_owned());
                        }
                        known.evidence.push(sign);
                    }
                    None => {
                        let lives = Lives::OwnVolume {
                            volume: volume.name.clone(),
                            claim: volume.claim.clone(),
                            path: Some(path.to_owned()),
                        };
                        let mut store = self.store("sqlite", lives, How::File, sign);
                        store.volumes = vec![volume.clone()];
                        stores.push(store);
                    }
                }
            }
        }
    }

    fn sqlite(&self, app: &App<'_>, setting: &Setting, path: Option<&str>) -> Store {
        let volumes = super::volumes::of_app(app, self.around);
        let holds = |volume: &&Volume| path.is_some_and(|path| holds(volume, path));
        let mut fitting: Vec<_> = volumes.iter().filter(holds).cloned().collect();
        if fitting.is_empty() && volumes.len() == 1 {
            fitting.clone_from(&volumes);
        }
        fitting
            .sort_by_key(|volume| std::cmp::Reverse(volume.mounts.iter().map(String::len).max()));
        let shows = match path {
            Some(path) => format!("`{}` names the file `{path}`", setting.name),
            None => format!("`{}` speaks of SQLite", setting.name),
        };
        let sign = Sign { position: setting.at.clone(), shows };
        let lives = match fitting.first() {
            Some(volume) => Lives::OwnVolume {
                volume: volume.name.clone(),
                claim: volume.claim.clone(),
                path: path.map(str::to_owned),
            },
            None => Lives::Unknown,
        };
        let mut store = self.store("sqlite", lives, How::File, sign);
        store.volumes = fitting.into_iter().take(1).collect();
        store
    }
}

/// Says whether a path is below where a volume is mounted.
fn holds(volume: &Volume, path: &str) -> bool {
    volume.mounts.iter().any(|mount| {
        let rest = path.strip_prefix(mount.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Returns the volume that a path is on: the one that is mounted nearest to it.
fn on<'v>(volumes: &'v [Volume], path: &str) -> Option<&'v Volume> {
    let nearest = |volume: &&Volume| volume.mounts.iter().map(String::len).max();
    volumes.iter().filter(|volume| holds(volume, path)).max_by_key(nearest)
}

/// Lists the absolute paths of embedded databases in a text, each with its line from 0.
fn paths(text: &str) -> Vec<(u32, &str)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // What is a remark for people names nothing.
        if !line.contains('/') || line.trim_start().starts_with(['#', ';']) {
            continue;
        }
        let inside = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
        for word in line.split(|c| !inside(c)) {
            // Two slashes begin what an address names, a host or a path of its own.
            if word.starts_with('/') && !word.starts_with("//") && is_file(word) {
                found.push((u32::try_from(number).unwrap_or_default(), word));
            }
        }
    }
    found
}

/// Says whether a text is the path of an embedded database.
pub(super) fn is_file(text: &str) -> bool {
    let text = text.split('?').next().unwrap_or_default().to_ascii_lowercase();
    [".db", ".sqlite", ".sqlite3", ".db3"].iter().any(|end| text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_databases_are_found_in_longer_texts() {
        for (text, expected) in [
            ("/data/cache.db", &[(0, "/data/cache.db")][..]),
            ("a\ndb_path = \"/data/app.sqlite3\"", &[(1, "/data/app.sqlite3")]),
            ("[ -s /data/x.db ] || run -c /etc/x.toml", &[(0, "/data/x.db")]),
            ("# /data/old.db", &[]),
            ("https://example.org/files/a.db", &[]),
            ("data/relative.db /data/notes.txt", &[]),
        ] {
            assert_eq!(paths(text), expected, "{text}");
        }
    }
}
