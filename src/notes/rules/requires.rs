//! What something else must have: minimum versions of databases, the cluster, programs beside.
//!
//! Notes ask for a minimum, or tell that support for something older ended, which comes to the
//! same. Who runs images need not care for what comes inside of them, so languages and their
//! tools are no requirement; what is one is told by its place in the sentence, and for the programs
//! that everybody knows by their names.

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule};

/// What runs inside of an image or only builds it: no deployment has to provide it.
pub(in crate::notes) const INSIDE: [&str; 68] = [
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
    "opensuse",
    "leap",
    "centos",
    "rhel",
    "ie",
    "chromium",
    "symfony",
    "meteor",
];

/// What installations bring along themselves: databases, the cluster, programs beside it.
pub(in crate::notes) const BESIDE: &str = r"PostgreSQL|Postgres|MySQL|MariaDB|Redis|Valkey|MongoDB|Mongo|Cassandra|Elasticsearch|OpenSearch|Kubernetes|K8s|Helm|Docker Engine|Docker Compose|Docker|RabbitMQ|SQLite|etcd|Kafka|Ceph|OpenShift|GitLab|Gitea|Keycloak|ClickHouse|InfluxDB|Meilisearch|Memcached|Prometheus Operator|Prometheus|Grafana|cert-manager|Traefik|Istio|Cilium|Flux|Argo CD|Gateway API|Envoy|ZooKeeper|CockroachDB|containerd|Podman";

/// Words of a sentence about building or about another program.
pub(in crate::notes) const ELSEWHERE: &str = r"\b(?:to build|building|from source|compil\w+|develop(?:ment|ers?)|client|mobile|ios|android|the cli|sdk|plugins?|soft(?:ly)? requires?|recommended|(?:this|these|the|which|new) (?:new )?(?:feature|option|functionality|mode|integration)s? (?:also )?(?:requires?|needs?)|(?:we|they) (?:aim|plan|intend|hope) to|still requires?|future|next (?:major |minor )?(?:release|version))\b|^\W*(?:\w+: )?(?:add|support|allow|enable|introduc)\w*\b[^()]{1,120}\([^()]{0,40}\b(?:requires?|needs?)\b|^\W*\((?:this |it )?requires?\b|\b(?:when|if) (?:it is |this is )?enabled\b|\bdisabled by default\b|\bto (?:actually )?(?:use|enable|try) (?:this|the|it|these)\b";

/// Where requirements are told: also below `Dependencies`, which otherwise is nobody's business.
pub(in crate::notes) const REQUIREMENTS: Place =
    Place { outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::FIXED), ..Place::ALL };

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
            "Add bells for every deck (requires Kubernetes 1.35+)",
            "This feature requires Redis 7.",
            "Future releases will require PostgreSQL 15+.",
            "From the next major release, Redis 7 will be needed.",
        ],
        ..RULE
    },
    Rule {
        name: "needed-in-version",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &[
            "needed in",
            "required in",
            "expected in",
            "must be version",
            "must be at least",
        ],
        pattern: r"\b(?P<component>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?)(?: server| cluster)? (?:is|are) (?:now )?(?:needed|required|expected) in (?:at least )?versions? (?P<range>{V}(?: ?(?:\+|or (?:higher|newer|later|above)))?)|\b(?P<component2>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?)(?: server| cluster)? must be (?:at least )?(?:version )?(?P<range2>{V}(?: ?(?:\+|or (?:higher|newer|later|above)))?)",
        unless: ELSEWHERE,
        finds: &[
            "PostgreSQL is needed in version 14.2 or newer, or 15.1 or newer.",
            "Redis must be at least version 6.2.",
        ],
        passes: &["Charts are needed in version control.", "The anchor must be at least heavy."],
        ..RULE
    },
    Rule {
        name: "requires-neighbour",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["requir", "need"],
        pattern: r"\b(?:requires?|needs?)(?: at least)?(?: the)?(?: chart)? `?(?P<component>(?-i:[a-z])[a-z0-9]*(?:-[a-z0-9]+)+)`?(?: chart)?(?: in)?(?: version)? (?P<range>(?:>=? ?)?{V}(?: ?(?:\+|or (?:higher|newer|later|above)))?)",
        unless: ELSEWHERE,
        finds: &[
            "Requires lighthouse-platform 1.9.0 or newer.",
            "It needs the chart harbour-data >= 2.1.",
        ],
        passes: &["Requires a re-login after 1.9.0.", "It needs two-factor codes."],
        ..RULE
    },
    Rule {
        name: "minimum-version",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &[
            "minim",
            "min ",
            "at least",
            "or later",
            "or newer",
            "or higher",
            "or above",
            "lowest",
            "now required",
            "is required",
            "are required",
            "is needed",
        ],
        pattern: r"\b(?:minimum|minimal|(?-i:min)\.?|lowest)(?: required| supported| needed| compatible)* (?P<component>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?)(?: server| cluster)?(?: version| release)?s?\b[^.;\d#]{0,50}?(?:\bfrom {V} to )?(?P<range>{V})|\b(?:minimum|minimal|(?-i:min)\.?|lowest)(?: required| supported)* versions? (?:of|for)(?: the)? (?P<component2>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?)\b[^.;\d#]{0,40}?(?:\bfrom {V} to )?(?P<range2>{V})|\bminimum(?: of| required| supported)* (?P<component4>K8s|Kubernetes|Helm|Postgres\w*|Redis|MySQL|MariaDB) version(?: of)? (?P<range4>{V})|\b(?P<component3>(?-i:[A-Z])[\w.]*(?: (?-i:[A-Z])\w+)?):?(?: version)? (?P<range3>(?:>=? ?)?{V}(?: ?(?:\+|or (?:higher|newer|later|above|greater)|and (?:above|later|newer|higher)))?) (?:is |are |now )(?:now )?(?:the )?(?:new )?(?:required|minimum|needed|mandatory)",
        unless: ELSEWHERE,
        finds: &[
            "The minimum supported Kubernetes version rises to 1.21.",
            "It asks for a minimum K8s version of `1.19`",
            "PostgreSQL 14 or newer is now required.",
            "Helm 3.6+ now required",
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
        pattern: r"\b(?:ensure|make sure|be sure|check|verify)\b[^.;]{0,80}?\b(?:runs?|running|is|are|on|uses?|using|(?:have|has) (?:updated|upgraded)(?: \w+){0,2} to|have|has)(?: at least| a minimum of| an?| on)* (?P<component>{C})(?: versions?| servers?| clusters?)? (?P<range>{V} ?(?:\+|or (?:higher|newer|later|above|greater)|and (?:higher|newer|later|above)))|\b(?:ensure|make sure|be sure|check|verify)\b[^.;]{0,60}?\b(?P<component2>{C})(?: versions?| servers?| clusters?)? (?:is|are|runs?)(?: running)?(?: at)? (?:at least|a minimum of|no older than)(?: version)? (?P<range2>{V})|\b(?:ensure|make sure|be sure|check|verify)\b[^.;]{0,20}? you (?:are|run)(?: on| running| using)? (?P<component3>{C}) (?P<range3>{V})",
        unless: ELSEWHERE,
        finds: &[
            "Ensure that your cluster is running Kubernetes v1.25 or later before the voyage.",
            "Please ensure your Kubernetes cluster is at least v1.21 first.",
            "Users should ensure they have updated CRDs to Gateway API v1.0.0 or newer",
        ],
        passes: &["Ensure that the ship is running before the voyage."],
        ..RULE
    },
    Rule {
        name: "requires-known",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["requir", "need", "only ", "supported versions", "your ", "kube", "+", ">="],
        pattern: r"\b(?:requires?|needs?)(?: at least| a minimum of| now| an?| version \w+ of)* (?P<component>{C})(?: databases?| servers?| clusters?| instances?)? (?:(?:of|in|with|at) )?(?:at least )?(?:versions? )?(?P<range>(?:>=? ?)?{V}(?: ?(?:\+|or (?:higher|newer|later|above|greater)))?)|\bonly (?P<component3>{C}) (?P<range3>{V} ?(?:\+|(?:or|and) (?:higher|newer|later|above|greater|up))) (?:is|are)(?: now)? (?:supported|accepted)|\bsupported versions? of (?P<component4>{C}) (?:is|are)(?: now)? (?P<range4>{V} ?(?:\+|(?:or|and) (?:higher|newer|later|above|greater|up)))|\b(?:upgrade|update) your (?P<component5>{C})(?: databases?| servers?| clusters?| instances?)? to (?:at least )?(?:versions? )?(?P<range5>{V})|^\W*(?P<component6>{C}) (?P<range6>(?:>= ?)?{V} ?(?:\+|(?:or|and) (?:higher|newer|later|above|greater))?)(?: only| required)\W*$|^\W*(?P<component7>{C}) (?P<range7>>= ?{V}|{V}\+)\W*$|\b(?P<component8>kube ?version)`? (?:is |was |has been )?(?:now |bumped |raised |changed |set |updated )*(?:to )?`?(?P<range8>>?=? ?{V})|\bonly supports? (?P<component2>{C})(?: clusters?)?(?: versions?)? (?P<range2>>= ?{V}|{V} ?(?:\+|(?:or|and) (?:higher|newer|later|above|greater)))",
        unless: ELSEWHERE,
        finds: &[
            "This release only supports Kubernetes versions >= v1.19",
            "Require gitlab 12.4",
            "It now requires at least postgres 14.",
            "We require a PostgreSQL database of version 13 or higher.",
            "Only Elasticsearch 7.10 and above are supported.",
            "The supported versions of Redis are 6 and newer.",
            "Upgrade your PostgreSQL to version 13 before updating.",
            "Kubernetes v1.22+ only",
            "Helm 3.8.0+",
            "kubeVersion bumped to >=1.22.0",
        ],
        passes: &["Require 2 reviews", "It requires postgres.", "Tested with Kubernetes 1.30"],
        ..RULE
    },
    Rule {
        name: "requires-database",
        makes: Makes::Requires,
        confidence: Confidence::Medium,
        place: Place { within: Topics::BREAKING, ..Place::CHANGES },
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
        triggers: &["support", "no longer work", "not work"],
        pattern: r"\b(?:drop(?:s|ped)?|remov(?:e|es|ed|al of)|end(?:s|ed)?)(?: the| official)? support (?:for|of)(?: the)?(?:[^.;]|\.[0-9]){0,40}?(?: versions? of)? ?\b(?P<component>{C})(?: versions?)? ?(?P<range>(?:<=?|below|before|older than|prior to|lower than|up to)? ?{V}(?:(?:, and|, or|,| and| or) {V})*(?: (?:and|or) (?:below|older|lower|earlier))?)|(?P<component2>{C})(?: versions?)? (?P<range2>(?:<=? ?|below |before |older than |prior to )?{V}(?: (?:and|or) (?:below|older|lower|earlier))?) (?:is|are) no longer supported|(?P<component4>{C})(?: versions?)? (?P<range4>{V})[^.;]{0,60}\b(?:is|are) (?:no longer |not |un)supported|(?P<component5>{C})(?: versions?)? (?P<range5>(?:below|before|older than|prior to|lower than|earlier than|<) {V}|{V} (?:and|or) (?:below|older|lower|earlier)) (?:is|are|will|do|does) (?:be )?(?:now )?(?:no longer|not|un) ?(?:be )?(?:supported|work|possible|compatible)|\b(?P<range6>(?:older|earlier|lower) (?:versions? )?than (?P<component6>{C})(?: version)? {V}) (?:is|are|will) (?:no longer|not|un) ?(?:be )?(?:supported|work)|\bsupport (?:for|of) (?:the )?(?P<component7>{C})(?: versions?)? (?P<range7>{V}(?:(?:, and|, or|,| and| or) {V})*(?: (?:and|or) (?:below|older|lower|earlier))?) (?:has|have|was|were|is|are)(?: now)?(?: been)? (?:removed|dropped|discontinued|ended|withdrawn)|(?P<component8>{C}) (?P<range8>{V}) support (?:has|was|is)(?: now)?(?: been)? (?:removed|dropped|discontinued|ended|withdrawn)|\b(?:drop(?:s|ped)?|remov(?:e|es|ed)) (?P<component9>{C}) (?P<range9>{V}(?:(?:, and|, or|,| and| or) {V})*) support|\bno longer (?:supports?|works? with)(?: the)? (?P<component3>{C})(?: versions?)? (?P<range3>(?:<=? ?|below |before |older than |prior to )?{V}(?: (?:and|or) (?:below|older|lower|earlier))?)",
        unless: r"\b(?:future|next|we will|will be (?:drop|remov|discontinu)\w*|will (?:drop|remove|end))\b",
        finds: &[
            "Drop support for PostgreSQL 11.",
            "Kubernetes 1.21 and older are no longer supported.",
            "The chart no longer supports Helm v2.",
            "PostgreSQL 9.6 support has been dropped",
            "Support for PostgreSQL 11 and older was removed.",
            "MySQL 5.7 has reached its end of life and is no longer supported.",
            "Redis versions below 6.2 will no longer work.",
            "Redis 5 or older is unsupported now",
            "Versions older than MariaDB 10.6 are not supported anymore.",
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
];
