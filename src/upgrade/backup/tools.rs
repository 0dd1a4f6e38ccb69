//! The tools by which Jobs dump: what each reads, and the script that dumps and proves.
//!
//! A script ends in an error unless the dump was read again: a Job that is complete is a backup that
//! holds. Nothing is written but the dump and what stands under `/tmp`, and no `${…}` is in a script,
//! which Flux would take for a variable of its own. Passwords reach the tools by variables or by a
//! file that only they read, never by their arguments.

use crate::state::CredentialRole;

/// How the databases of an engine are dumped.
pub(super) struct Tool {
    /// The names of the engines' policies.
    pub(super) engines: &'static [&'static str],
    /// The variables that it reads, by what they hold.
    pub(super) variables: &'static [(CredentialRole, &'static str)],
    /// Which of them it can do without, and what stands there instead, if anything has to.
    pub(super) defaults: &'static [(CredentialRole, Option<&'static str>)],
    /// Whether the engine is a cache where it keeps nothing on a volume.
    pub(super) is_for_caches: bool,
    /// Writes `$DUMP` and makes sure that it can be read.
    pub(super) script: &'static str,
    /// What its files end in.
    pub(super) ending: &'static str,
}

/// The tools, by engine.
const TOOLS: &[Tool] = &[
    Tool {
        engines: &["postgresql", "postgresql-vector", "timescaledb"],
        variables: &[
            (CredentialRole::Host, "PGHOST"),
            (CredentialRole::Port, "PGPORT"),
            (CredentialRole::User, "PGUSER"),
            (CredentialRole::Password, "PGPASSWORD"),
            (CredentialRole::Database, "PGDATABASE"),
        ],
        defaults: &[(CredentialRole::Port, None)],
        is_for_caches: false,
        script: "pg_dump --format=custom --file=\"$DUMP\"\npg_restore --list \"$DUMP\" > /dev/null\n",
        ending: "dump",
    },
    Tool {
        engines: &["mariadb", "mysql"],
        variables: &[
            (CredentialRole::Host, "DB_HOST"),
            (CredentialRole::Port, "DB_PORT"),
            (CredentialRole::User, "DB_USER"),
            (CredentialRole::Password, "MYSQL_PWD"),
            (CredentialRole::Database, "DB_NAME"),
        ],
        defaults: &[(CredentialRole::Port, Some("3306"))],
        is_for_caches: false,
        script: "tool=$(command -v mariadb-dump || command -v mysqldump)\n\
                 \"$tool\" --single-transaction --routines --host=\"$DB_HOST\" --port=\"$DB_PORT\" --user=\"$DB_USER\" \"$DB_NAME\" > \"$DUMP\"\n\
                 tail -n 1 \"$DUMP\" | grep -q 'Dump completed'\n",
        ending: "sql",
    },
    Tool {
        engines: &["mongodb"],
        variables: &[
            (CredentialRole::Host, "DB_HOST"),
            (CredentialRole::Port, "DB_PORT"),
            (CredentialRole::User, "DB_USER"),
            (CredentialRole::Password, "DB_PASSWORD"),
            (CredentialRole::Database, "DB_NAME"),
        ],
        defaults: &[(CredentialRole::Port, Some("27017"))],
        is_for_caches: false,
        // The tools take a password from a file that is YAML, in which a quote is doubled.
        script: "umask 077\n\
                 printf \"password: '%s'\\n\" \"$(printf '%s' \"$DB_PASSWORD\" | sed \"s/'/''/g\")\" > /tmp/sign-in.yaml\n\
                 mongodump --quiet --config=/tmp/sign-in.yaml --host=\"$DB_HOST\" --port=\"$DB_PORT\" --username=\"$DB_USER\" --authenticationDatabase=admin --db=\"$DB_NAME\" --gzip --archive=\"$DUMP\"\n\
                 gzip --test < \"$DUMP\"\n",
        ending: "archive.gz",
    },
    Tool {
        engines: &["redis"],
        variables: &[
            (CredentialRole::Host, "DB_HOST"),
            (CredentialRole::Port, "DB_PORT"),
            (CredentialRole::Password, "REDISCLI_AUTH"),
        ],
        // Most keep to their own namespace and ask for no password.
        defaults: &[(CredentialRole::Port, Some("6379")), (CredentialRole::Password, None)],
        is_for_caches: true,
        script: "cli=$(command -v redis-cli || command -v valkey-cli)\n\
                 \"$cli\" -h \"$DB_HOST\" -p \"$DB_PORT\" --rdb \"$DUMP\"\n\
                 \"$(command -v redis-check-rdb || command -v valkey-check-rdb)\" \"$DUMP\"\n",
        ending: "rdb",
    },
];

/// Returns the tool for an engine, by the name of its policy.
pub(super) fn tool(engine: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.engines.contains(&engine))
}
