//! Datastores that are a file on a volume of the release.

use super::apps::App;
use super::groups::Group;
use super::model::{CredentialRole, How, Lives, Store};
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

    fn sqlite(&self, app: &App<'_>, setting: &Setting, path: Option<&str>) -> Store {
        let volumes = super::volumes::of_app(app, self.around);
        let holds = |volume: &&super::model::Volume| {
            path.is_some_and(|path| {
                volume.mounts.iter().any(|mount| {
                    let rest = path.strip_prefix(mount.trim_end_matches('/'));
                    rest.is_some_and(|rest| rest.starts_with('/'))
                })
            })
        };
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

/// Says whether a text is the path of an embedded database.
pub(super) fn is_file(text: &str) -> bool {
    let text = text.split('?').next().unwrap_or_default().to_ascii_lowercase();
    [".db", ".sqlite", ".sqlite3", ".db3"].iter().any(|end| text.ends_with(end))
}
