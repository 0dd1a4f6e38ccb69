//! Names as words, so that `auth.admin.password`, `authAdminPassword` and `AUTH_ADMIN_PASSWORD` are
//! seen to be the same.

/// Splits a name into words, in capitals: at whatever is no letter or digit, and where small
/// letters turn into capitals.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before: Option<char> = None;
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            found.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            before = None;
            continue;
        }
        let small_next = chars.peek().is_some_and(|next| next.is_lowercase());
        let turns = before.is_some_and(|b| {
            let up = (b.is_lowercase() || b.is_numeric()) && c.is_uppercase();
            up || (b.is_uppercase() && c.is_uppercase() && small_next)
        });
        if turns {
            found.push(std::mem::take(&mut word));
        }
        word.extend(c.to_uppercase());
        before = Some(c);
    }
    found.extend((!word.is_empty()).then_some(word));
    found
}

/// Says whether two names have the same letters and digits in the same order, and are long enough
/// for that to mean something: two words or more on one side.
pub(super) fn same_letters(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let long = one.len().max(other.len()) >= 2;
    long && one.concat() == other.concat()
}

/// Returns what `name` has before the words of `rest`, as written: `APP_` of `APP_LOG_LEVEL` for
/// `log.level`. `None` where that is nothing, or the rest is one word only.
pub(super) fn dropped<'n>(name: &'n str, rest: &str) -> Option<&'n str> {
    let (have, wanted) = (words(name), words(rest));
    if wanted.len() < 2 || have.len() <= wanted.len() {
        return None;
    }
    let prefix = have.len() - wanted.len();
    if have.get(prefix..)? != wanted.as_slice() {
        return None;
    }
    // The prefix as written ends where its letters do, with what separates it from the rest.
    let letters: usize = have.get(..prefix)?.iter().map(|word| word.chars().count()).sum();
    let mut alphanumeric = name.char_indices().filter(|(_, c)| c.is_alphanumeric());
    let (end, _) = alphanumeric.nth(letters)?;
    name.get(..end)
}

/// Says whether a name is a pattern for many.
pub(super) fn is_pattern(name: &str) -> bool {
    name.contains('*')
}

/// Returns what the stars of a pattern stand for in a name; in a dotted path a star stands for one
/// key.
pub(super) fn stars<'n>(pattern: &str, name: &'n str) -> Option<Vec<&'n str>> {
    let pieces: Vec<&str> = pattern.split('*').collect();
    let ((first, last), middle) = match pieces.as_slice() {
        [first, middle @ .., last] => ((first, last), middle),
        _ => return None,
    };
    let dotted = pattern.contains('.');
    let mut rest = name.strip_prefix(first)?;
    let mut found = Vec::new();
    for piece in middle {
        let at = rest.find(piece)?;
        found.push(rest.get(..at)?);
        rest = rest.get(at + piece.len()..)?;
    }
    found.push(rest.strip_suffix(last)?);
    let whole = !found.iter().any(|star| star.is_empty() || (dotted && star.contains('.')));
    whole.then_some(found)
}

/// Puts what stars stand for into another pattern; `None` where it has another number of them.
pub(super) fn filled(pattern: &str, stars: &[&str]) -> Option<String> {
    let pieces: Vec<&str> = pattern.split('*').collect();
    if pieces.len() != stars.len() + 1 {
        return None;
    }
    let mut filled = String::new();
    for (number, piece) in pieces.iter().enumerate() {
        filled.push_str(piece);
        filled.push_str(stars.get(number).copied().unwrap_or_default());
    }
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_words() {
        for (name, expected) in [
            ("AUTH_ADMIN_PASSWORD", vec!["AUTH", "ADMIN", "PASSWORD"]),
            ("authAdminPassword", vec!["AUTH", "ADMIN", "PASSWORD"]),
            ("auth.admin-password", vec!["AUTH", "ADMIN", "PASSWORD"]),
            ("app__logLevel", vec!["APP", "LOG", "LEVEL"]),
            ("dbURLPath", vec!["DB", "URL", "PATH"]),
            ("--s3Bucket", vec!["S3", "BUCKET"]),
            ("", vec![]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn letters_decide_where_there_are_enough_words() {
        assert!(same_letters("auth.adminPassword", "AUTH_ADMIN_PASSWORD"));
        assert!(same_letters("DB_HOST", "dbhost"));
        assert!(!same_letters("port", "PORT"));
        assert!(!same_letters("auth.admin", "AUTH_ADMINS"));
    }

    #[test]
    fn prefixes_are_dropped_before_two_words_or_more() {
        for (name, rest, expected) in [
            ("APP_LOG_LEVEL", "LOG_LEVEL", Some("APP_")),
            ("app__log__level", "log.level", Some("app__")),
            ("MY_APP_LOG_LEVEL", "LOG_LEVEL", Some("MY_APP_")),
            ("APP_LEVEL", "LEVEL", None),
            ("LOG_LEVEL", "LOG_LEVEL", None),
            ("APP_LOG_LEVELS", "LOG_LEVEL", None),
        ] {
            assert_eq!(dropped(name, rest), expected, "{name}");
        }
    }

    #[test]
    fn stars_stand_for_something() {
        for (pattern, name, expected) in [
            ("SMTP_*", "SMTP_HOST", Some(vec!["HOST"])),
            ("SMTP_*", "SMTP_", None),
            ("*_URL", "DB_URL", Some(vec!["DB"])),
            ("ingress.*.class", "ingress.main.class", Some(vec!["main"])),
            ("ingress.*.class", "ingress.a.b.class", None),
            ("a.*.b.*", "a.x.b.y", Some(vec!["x", "y"])),
            ("plain", "plain", None),
        ] {
            assert_eq!(stars(pattern, name), expected, "{pattern} {name}");
        }
        assert_eq!(filled("MAIL_*", &["HOST"]).as_deref(), Some("MAIL_HOST"));
        assert_eq!(filled("MAIL", &["HOST"]), None);
    }
}
