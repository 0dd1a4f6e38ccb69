//! Versions of itself and of others: requirements, stops, the way back, releases not to run, moves.

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule};

/// What runs inside of an image or only builds it: no deployment has to provide it.
pub(in crate::notes) const INSIDE: [&str; 60] = [
    "python",
    "node",
    "nodejs",
    "golang",
    "go",
    "php",
    "ruby",
    "elixir",
    "otp",
    "erlang",
    "typescript",
    "rust",
    "npm",
    "yarn",
    "pnpm",
    "alpine",
    "debian",
    "ubuntu",
    "fedora",
    "gcc",
    "clang",
    "cmake",
    "dotnet",
    "net",
    "java",
    "jdk",
    "jre",
    "openjdk",
    "internet",
    "safari",
    "firefox",
    "chrome",
    "edge",
    "android",
    "ios",
    "macos",
    "windows",
    "django",
    "laravel",
    "rails",
    "react",
    "angular",
    "vue",
    "glibc",
    "numpy",
    "poetry",
    "pip",
    "pipenv",
    "ffmpeg",
    "imagemagick",
    "openssl",
    "webpack",
    "vite",
    "gradle",
    "maven",
    "bundler",
    "composer",
    "apache",
    "nginx",
    "xcode",
];

/// What installations bring along themselves: databases, the cluster, programs beside it.
pub(in crate::notes) const BESIDE: &str = r"PostgreSQL|Postgres|MySQL|MariaDB|Redis|Valkey|MongoDB|Elasticsearch|OpenSearch|Kubernetes|K8s|Helm|Docker Engine|Docker Compose|Docker|RabbitMQ|SQLite|etcd|Kafka|Ceph|OpenShift|GitLab|Gitea|Keycloak|ClickHouse|InfluxDB|Meilisearch|Memcached|Prometheus Operator|Prometheus|Grafana|cert-manager|Traefik|Istio|Cilium|Flux|Argo CD|Gateway API";

/// Words of a sentence about building or about another program.
const ELSEWHERE: &str = r"\b(?:to build|building|from source|compil\w+|develop(?:ment|ers?)|client|mobile|ios|android|the cli|sdk|plugins?|soft(?:ly)? requires?|recommended|still requires?|future|next (?:major |minor )?(?:release|version))\b";

/// Where requirements are told: also below `Dependencies`, which otherwise is nobody's business.
const REQUIREMENTS: Place =
    Place { outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::FIXED), ..Place::TEXT };

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "requires-version",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["requir", "need", "depend"],
        pattern: r"\b(?:requires?|requiring|needs?|depends on|dependent on)(?: at least| a minimum (?:of|version of)?| an?| the| now| minimum| \w+ly)*(?: version of)? ?\b(?P<component>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+){0,2})(?: versions?| servers?| clusters?| database)? (?:version )?(?P<range>(?:>=?|=>)? ?{V}(?: ?(?:\+|or (?:higher|newer|later|above|greater|up)|and (?:higher|newer|later|above)|at least|minimum))?(?:(?:,| or| and| /) ?{V}(?: ?(?:\+|or (?:higher|newer|later|above|greater))?))?)",
        unless: ELSEWHERE,
        finds: &[
            "We require PostgreSQL 12.4 or 13.2 or later.",
            "This release requires Kubernetes 1.25+.",
            "It needs at least Redis 6.2.",
        ],
        passes: &[
            "It requires Node 20 to build.",
            "Requires a restart.",
            "Future releases will require PostgreSQL 15+.",
            "From the next major release, Redis 7 will be needed.",
        ],
        ..RULE
    },
    Rule {
        name: "minimum-version",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["minim", "at least", "or later", "or newer", "or higher", "or above", "lowest"],
        pattern: r"\b(?:minimum|min\.?|lowest)(?: required| supported| needed| compatible)* (?P<component>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?)(?: server| cluster)?(?: version| release)?s?\b[^.;\d#]{0,50}?(?:\bfrom {V} to )?(?P<range>{V})|\b(?:minimum|min\.?|lowest)(?: required| supported)* versions? (?:of|for)(?: the)? (?P<component2>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?)\b[^.;\d#]{0,40}?(?:\bfrom {V} to )?(?P<range2>{V})|\bminimum(?: of| required| supported)* (?P<component4>K8s|Kubernetes|Helm|Postgres\w*|Redis|MySQL|MariaDB) version(?: of)? (?P<range4>{V})|\b(?P<component3>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?)(?: version)? (?P<range3>(?:>=? ?)?{V}(?: ?(?:\+|or (?:higher|newer|later|above|greater)|and (?:above|later|newer|higher)))?) (?:is|are) (?:now )?(?:the )?(?:new )?(?:required|minimum|needed|mandatory)",
        unless: ELSEWHERE,
        finds: &[
            "The minimum supported Kubernetes version rises to 1.21.",
            "It asks for a minimum K8s version of `1.19`",
            "PostgreSQL 14 or newer is now required.",
        ],
        passes: &[
            "The minimum Python version for developers is 3.10.",
            "Add the minimum Analytics script (#187)",
        ],
        ..RULE
    },
    Rule {
        name: "ensure-version",
        makes: Makes::Presumes,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["ensure", "make sure", "be sure", "check that", "verify"],
        pattern: r"\b(?:ensure|make sure|be sure|check|verify)\b[^.;]{0,80}?\b(?:runs?|running|is|are|on|uses?|using|have|has)(?: at least| a minimum of| an?| on)* (?P<component>{C})(?: versions?| servers?| clusters?)? (?P<range>{V} ?(?:\+|or (?:higher|newer|later|above|greater)|and (?:higher|newer|later|above)))|\b(?:ensure|make sure|be sure|check|verify)\b[^.;]{0,60}?\b(?P<component2>{C})(?: versions?| servers?| clusters?)? (?:is|are|runs?)(?: running)?(?: at)? (?:at least|a minimum of|no older than)(?: version)? (?P<range2>{V})|\b(?:ensure|make sure|be sure|check|verify)\b[^.;]{0,20}? you (?:are|run)(?: on| running| using)? (?P<component3>{C}) (?P<range3>{V})",
        unless: ELSEWHERE,
        finds: &[
            "Ensure that your cluster is running Kubernetes v1.25 or later before the voyage.",
            "Please ensure your Kubernetes cluster is at least v1.21 first.",
        ],
        passes: &["Ensure that the ship is running before the voyage."],
        ..RULE
    },
    Rule {
        name: "requires-known",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["requir", "need", "only support"],
        pattern: r"\b(?:requires?|needs?)(?: at least| a minimum of| now| version \w+ of)* (?P<component>{C}) (?:versions? )?(?P<range>(?:>=? ?)?{V}(?: ?(?:\+|or (?:higher|newer|later|above|greater)))?)|\bonly supports? (?P<component2>{C})(?: clusters?)?(?: versions?)? (?P<range2>>= ?{V}|{V} ?(?:\+|(?:or|and) (?:higher|newer|later|above|greater)))",
        unless: ELSEWHERE,
        finds: &[
            "This release only supports Kubernetes versions >= v1.19",
            "Require gitlab 12.4",
            "It now requires at least postgres 14.",
        ],
        passes: &["Require 2 reviews", "It requires postgres."],
        ..RULE
    },
    Rule {
        name: "requires-database",
        makes: Makes::Requires,
        confidence: Confidence::Medium,
        place: Place { within: Topics::BREAKING.and(Topics::UPGRADE), ..Place::CHANGES },
        triggers: &["upgrade ", "update ", "bump "],
        pattern: r"^\W*(?:\w+: )?(?:upgrade|update|bump|switch)(?:s|d)?(?: the)? (?P<component>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?) (?:to|from [^ ]+ to)(?: version)? (?P<range>{V})",
        unless: ELSEWHERE,
        finds: &["Change: Update Winch to v3"],
        passes: &["Docker base image is now 3.21", "Upgrade the page to something nicer"],
        ..RULE
    },
    Rule {
        name: "support-ended",
        makes: Makes::Ends,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["support"],
        pattern: r"\b(?:drop(?:s|ped)?|remov(?:e|es|ed|al of)|end(?:s|ed)?)(?: the| official)? support (?:for|of)(?: the)?(?:[^.;]|\.[0-9]){0,40}?(?: versions? of)? ?\b(?P<component>{C})(?: versions?)? ?(?P<range>(?:<=?|below|before|older than|prior to|lower than|up to)? ?{V}(?:(?:, and|, or|,| and| or) {V})*(?: (?:and|or) (?:below|older|lower|earlier))?)|(?P<component2>{C})(?: versions?)? (?P<range2>(?:<=? ?|below |before |older than |prior to )?{V}(?: (?:and|or) (?:below|older|lower|earlier))?) (?:is|are) no longer supported",
        unless: r"\b(?:will|future|next)\b",
        finds: &[
            "Drop support for PostgreSQL 11.",
            "Kubernetes 1.21 and older are no longer supported.",
        ],
        passes: &["We will drop support for PostgreSQL 11 in the future."],
        ..RULE
    },
    Rule {
        name: "disk-space",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: Place::PROSE,
        triggers: &["space"],
        pattern: r"\b(?P<range>\d+(?:\.\d+)? ?[KMGT]i?B) of (?:free |available )?(?P<component>(?:free |disk |storage )+space)|\b(?:at least|less than|minimum of) (?P<range2>\d+(?:\.\d+)? ?[KMGT]i?B) (?:of )?(?:free )?(?P<component2>(?:free |disk |storage )+space|disk|storage)",
        unless: r"\bfix\w*|saves?|reduc",
        finds: &["Keep at least 5 GB of free space for it."],
        passes: &["Saves 2GB of disk space."],
        ..RULE
    },
    Rule {
        name: "stop-first",
        makes: Makes::StopAt,
        confidence: Confidence::High,
        place: Place { entries: false, ..Place::CHANGES },
        triggers: &[
            "can only be",
            "upgrade",
            "update",
            "updating",
            "running",
            "upgrading",
            "migrat",
        ],
        pattern: r"\b(?:must|need to|have to|has to|should|required to|please|first|can only)\b[^.;]{0,60}?\b(?:upgrade|upgraded|updated?|upgrading|migrate|be performed|be running|running|be on|start)\b(?: first| directly)?(?: to| from| at least| on)?(?: at least)?(?: \w+)?(?: versions?| release)? (?:>= ?)?(?P<version>v?\d+\.\d+[\d.x]*)[^;]{0,80}?\b(?:first\b|before\b|prior to\b|proceeding|then\b)|\bcan only be (?:performed|upgraded|updated|done|made|migrated) from(?: at least)?(?: \w+)?(?: version)? (?P<version2>v?\d+\.\d+[\d.x]*)|\bupgrade to (?P<version3>v?\d+\.\d+[\d.x]*) first\b|\b(?:upgrad\w*|updat\w*) (?:directly )?from (?:a )?versions? (?:older|lower|earlier|prior|before|below)(?: than| to)? (?P<version4>v?\d+\.\d+[\d.x]*)[^.]{0,40}\b(?:not|un)[ -]?(?:supported|possible)|\b(?:first (?:upgrade|update|migrate)|(?:upgrade|update|migrate) first) to (?:\w+ )?(?:version )?(?P<version5>v?\d+\.\d+[\d.x]*)|\bmust\b[^.]{0,30}\b(?:be running|be on|run|running|upgrade from)(?: \w+)?(?: version)? (?P<version6>v?\d+\.\d+[\d.x]*)",
        unless: r"\bafter (?:the )?(?:upgrad|updat)\w* to\b|\bone way\b|\boptional|\b(?:postgres\w*|mysql|mariadb|redis|mongodb|kubernetes|k8s|helm|elasticsearch|node|python|java|docker|do not need|not necessary|don't need)\b",
        finds: &[
            "You must be on Lighthouse 3.1.7 before updating to 3.2.0.",
            "The voyage can only be made from version 1.8.4.",
            "Please update to v1.8.4 before you go on.",
            "Upgrade to 10.1.7 first.",
            "Upgrade first to v1.8.4 BEFORE upgrading to v1.9.0",
        ],
        passes: &[
            "You must upgrade to PostgreSQL 16.1 first.",
            "They have to be changed after upgrading to 2.7, and before upgrading to 2.8.",
            "Upgrade the database before the start.",
        ],
        ..RULE
    },
    Rule {
        name: "no-way-back",
        makes: Makes::Irreversible,
        confidence: Confidence::High,
        place: Place { entries: true, ..Place::CHANGES },
        triggers: &[
            "downgrad",
            "roll back",
            "rolled back",
            "rollback",
            "rolling back",
            "revert",
            "irreversible",
            "undo",
            "go back",
            "one-way",
            "way back",
        ],
        pattern: r"\b(?:cannot|can't|can not|not be able to|unable to|impossible to|not possible to|no longer possible to|won't be able to|will not be able to|not be possible to|no way to|never) (?:be )?(?:easily |simply )?(?:downgrad|roll(?:ed)? ?back|revert|undo|undone|go back|return to)\w*|\b(?:downgrad\w*|roll(?:ing)? ?backs?|reverting|going back)\b[^.;]{0,60}\b(?:is|are|will be) (?:not|un)[ -]?(?:supported|possible)|\b(?:downgrad\w*|roll(?:ing)? ?backs?|going back)\b[^.;]{0,40}\b(?:impossible|not be possible|won't be possible|requires? (?:a |restoring)[^.]{0,30}backup)|\bprevents? (?:an? |any )?(?:downgrad|roll ?back)\w*|\birreversibl\w+|\bone[- ]way (?:migration|upgrade|process)|\bno way back\b|\bonly way to (?:downgrade|roll ?back|go back|revert|return)",
        unless: r"\b(?:fix\w*|safe and supported|settings? cannot|button|ui)\b",
        finds: &[
            "The database cannot be downgraded.",
            "Downgrading is not supported after this.",
            "A second ship is the only way to go back.",
            "This migration is irreversible.",
        ],
        passes: &["Going back is easy, and supported.", "Fixed: an entry cannot be reverted."],
        ..RULE
    },
    Rule {
        name: "do-not-use",
        makes: Makes::Avoid,
        confidence: Confidence::High,
        place: Place { outside: Topics::FOREIGN, ..Place::TEXT },
        triggers: &[
            "do not",
            "don't",
            "avoid",
            "skip",
            "yanked",
            "withdrawn",
            "retracted",
            "pulled",
            "hotfix",
            "should not be used",
            "not recommended",
        ],
        pattern: r"\b(?:do not|don't|never|please (?:do not|don't)|avoid|please skip|skip)(?: \w+)? (?:install|use|using|upgrade to|upgrading to|updat\w+ to|deploy|run|running|installing)?(?: the)?(?: \w+){0,2}?(?: version| release)? ?`?(?P<version>v?\d+\.\d+\.\d+)`?|`?(?P<version2>v?\d+\.\d+\.\d+)`? (?:has been|was|is|is being) (?:yanked|withdrawn|retracted|pulled|recalled|broken)|\b(?P<version5>v?\d+\.\d+\.\d+)`?[^.;]{1,60}? (?:and|,) (?:has been|was|is|got) (?:yanked|withdrawn|retracted|recalled)|\bhotfix for `?(?P<version3>v?\d+\.\d+\.\d+)`?,? which (?:crash|fail|break|corrupt|los)\w*|`?(?P<version4>v?\d+\.\d+\.\d+)`? (?:should not be (?:used|installed|deployed)|must not be (?:used|installed))",
        unless: r"\b(?:do not|don't|no) (?:need|have|worry|forget)|\bnot affected\b|avoid (?:the )?(?:need|use of|loading|calling)",
        finds: &[
            "Do not deploy `v2.7.0`, it leaks.",
            "Version 4.1.0 has been yanked.",
            "Version 4.1.0 contains a leak and was withdrawn, use 4.1.1.",
            "Hotfix for 3.3.0, which loses cargo.",
        ],
        passes: &["You do not need 4.1.0.", "Avoid loading the page twice."],
        ..RULE
    },
    Rule {
        name: "advisory",
        makes: Makes::Security,
        confidence: Confidence::High,
        place: Place { outside: Topics::NONE, ..Place::TEXT },
        triggers: &["cve-", "ghsa-"],
        pattern: r"\b(?P<names>CVE-\d{4}-\d{4,7}|GHSA(?:-[0-9a-z]{4}){3})\b",
        unless: "",
        finds: &["Fixes CVE-2024-12345.", "See GHSA-abcd-1234-efgh."],
        passes: &["A fix of security."],
        ..RULE
    },
    Rule {
        name: "deprecated-thing",
        makes: Makes::Discouraged,
        confidence: Confidence::Medium,
        place: Place::CHANGES,
        triggers: &["deprecat", "will be removed", "will be dropped"],
        pattern: r"\b(?:is|are|has been|have been|was|were|being) (?:now |officially )?deprecated\b|^\W*(?:deprecat(?:e|es|ed|ion)\b)|\bwill be (?:removed|dropped|discontinued) (?:in|with|from|by)\b|\bdeprecates?\b",
        unless: r"\bremov(?:e|es|ed|ing)\b[^.]{0,20}deprecated|\bfix\w*|warning|previously deprecated|replace deprecated|use of deprecated",
        finds: &["The old protocol is now deprecated.", "It will be removed in 5.0."],
        passes: &["Remove deprecated code.", "Fix a deprecated call."],
        ..RULE
    },
    Rule {
        name: "image-moved-to",
        makes: Makes::ImageMoved,
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["image", "docker", "registry", "repository", "container", "ghcr", "quay"],
        pattern: r"\b(?:images?|docker|registry|repository|containers?)\b[^.;]{0,80}?\b(?:has|have|is|are|was|were)?(?: been| now)* ?(?:moved|changed|switched|migrated|renamed|relocated)\b[^.;`]{0,40}?\bfrom (?P<old>{I}) to (?P<new>{I})|\b(?:images?|docker (?:hub )?(?:image|repository|registry|repo)|container (?:image|registry)|oci (?:image|registry))\b[^.;]{0,60}?\b(?:(?:has|have|is|are|was|were)(?: been| now)* (?:moved|renamed|migrated|relocated|published|available|hosted|pushed|released|distributed)(?: to| at| on| as| under| from| in)|is now|are now|moved to|now (?:lives?|available|published|hosted) (?:at|in|on|under))(?: the)? ?(?P<new2>{I})|\b(?:image|docker)\b[^.;]{0,60}(?P<old3>{I}) (?:to|with|by|→|->) (?P<new3>{I})|\b(?:references?|image) to (?:point|refer) (?:at|to) (?P<new4>{I})",
        unless: r"\b(?:base image|based on|github\.com|built (?:on|with|from)|source code|git repository|fix\w*|documentation|builder|runner|ci|also|additionally|in addition|alternative\w*)\b|as base",
        finds: &[
            "The repository of the image has changed from `old-yard/lighthouse` to `lighthouse/lighthouse`.",
            "The docker image is now published at ghcr.io/lighthouse/server.",
            "Our docker image is now `lighthouse/lighthouse`.",
            "Change every image to point to `quay.io/lighthouse/lamp`",
        ],
        passes: &[
            "The image is now based on debian/bookworm.",
            "The image of the page has changed.",
        ],
        ..RULE
    },
    Rule {
        name: "registry-moved-to",
        makes: Makes::ImageMoved,
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["registry", "images", "docker hub", ".io"],
        pattern: r"\b(?:registry|images?)\b[^;]{0,60}?\b(?:changed|moved|switched|migrated)\b[^;]{0,20}?\bfrom\b[^;]{0,20}?(?P<old>{R})?\)?\W{0,3}to (?:the )?[\w ]{0,12}\(?(?P<new>{R})|\buse (?P<new2>{R}) ?instead of (?P<old2>{R})",
        unless: r"\b(?:fix\w*|also|additionally|in addition|alternative\w*|builder|base image|ci)\b",
        finds: &[
            "The default registry changed from Docker Hub (`docker.io`) to GHCR (`ghcr.io`)",
            "Changed to use `registry.k8s.io` instead of `k8s.gcr.io`.",
        ],
        passes: &[
            "Images are also available at `quay.io`.",
            "The registry was changed from within.",
        ],
        ..RULE
    },
    Rule {
        name: "chart-moved-to",
        makes: Makes::ChartMoved,
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["chart"],
        pattern: r"\b(?:helm )?charts?\b[^.;]{0,60}\b(?:has|have|is|are|was)(?: been| now)* (?:moved|published|available|hosted|migrated|relocated)(?: to| at| on| in| under| from)(?: the)?[^.;`]{0,40}?(?P<new>`?oci://[^\s`,]+`?|{I})",
        unless: r"\b(?:fix\w*|also|can be)\b",
        finds: &["The Helm chart has moved to `oci://ghcr.io/lighthouse/charts/lighthouse`."],
        passes: &["The chart has a new value."],
        ..RULE
    },
    Rule {
        name: "undoes",
        makes: Makes::Undoes,
        confidence: Confidence::High,
        place: Place { entries: true, ..Place::TEXT },
        triggers: &["revert", "undo", "rolls back", "backs out"],
        pattern: r"\b(?:this (?:release|version|change)|`?v?\d[\d.x]*`?|we|it)(?: has| have)? (?:reverts?|reverted|undoes|undid|rolls? back|backs? out)(?: all| the)?(?: changes?)?(?: (?:of|from|in|made in|introduced in|introduced by))?(?: the)?(?: release| version| chart)? `?(?P<version>v?\d+(?:\.\d+)*(?:\.x)?)\b`?",
        unless: r"\b(?:cannot|can't|partially|partly)\b",
        finds: &["v9 reverts the v8 version.", "This release reverts the changes of 2.3.0."],
        passes: &["This release reverts a colour."],
        ..RULE
    },
];
