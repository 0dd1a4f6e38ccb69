//! The way of pins that move together, walked until its notes change it no more.

use super::homes::{Homes, Trail};
use super::reading::{Pages, limits};
use super::{Asking, age};
use crate::diagnostic::Why;
use crate::flux::{Package, Pin};
use crate::image::Repository;
use crate::notes::{Kind, Notes};
use crate::upgrade::candidates::{Outcome, PinCandidate, Target};
use crate::upgrade::edits;
use crate::upgrade::learned::{Moved, Reading, Verdict};
use crate::upgrade::resolve::Limits;
use crate::upstream::Upstream;

/// How often a way may change; each change takes a version away, and more than these in a row were
/// never taken back.
const ROUNDS: usize = 12;

/// Pins that go the same way.
pub(super) struct Route<'a> {
    pub(super) key: String,
    pub(super) pins: Vec<(&'a Pin, PinCandidate)>,
    homes: Homes,
}

/// What became of a way.
#[derive(Default)]
pub(super) struct Walked {
    /// The candidates that differ from what was found without notes.
    pub(super) changed: Vec<PinCandidate>,
    pub(super) readings: Vec<Reading>,
    /// What failed, by pin.
    pub(super) failures: Vec<(String, Why)>,
}

impl<'a> Route<'a> {
    pub(super) fn new(pin: &'a Pin, candidate: &PinCandidate, homes: Homes) -> Self {
        let way = |trail: &Trail| {
            let homes: Vec<_> = trail.homes.iter().map(|(home, ..)| format!("{home:?}")).collect();
            format!("{:?} {} {} {}", trail.of, trail.from, trail.to, homes.join(" "))
        };
        // Without a place for notes, nothing shows that two pins have the same.
        let shared = homes.trails.iter().any(|trail| !trail.homes.is_empty());
        let own = if shared { String::new() } else { pin.id.clone() };
        let ways: Vec<String> = homes.trails.iter().map(way).collect();
        let key = format!("{own}{} {}", family(pin), ways.join("\n"));
        Self { key, pins: vec![(pin, candidate.clone())], homes }
    }

    /// Returns the first pin that still moves.
    fn main(&self) -> Option<(&'a Pin, &PinCandidate, &Target)> {
        self.pins.iter().find_map(|(pin, candidate)| match &candidate.outcome {
            Outcome::Move(target) => Some((*pin, candidate, target)),
            Outcome::Held(_) => None,
        })
    }
}

impl<U: Upstream> Asking<'_, U> {
    /// Reads the notes of a way and obeys them.
    pub(super) async fn walk(&self, mut route: Route<'_>) -> Walked {
        let mut known = match route.main() {
            Some((pin, ..)) => Limits::of_policies(pin, self.policies),
            None => Limits::default(),
        };
        let mut moved: Option<Moved> = None;
        let mut walked = Walked::default();
        let before = route.pins.clone();
        for _ in 0..ROUNDS {
            let Some((pin, _, target)) = route.main() else { break };
            let ids: Vec<String> = route.pins.iter().map(|(pin, _)| pin.id.clone()).collect();
            let heard = self.hear(&route.homes, &ids).await;
            let failed = heard.failures.into_iter().chain(route.homes.failures.clone());
            walked.failures = failed.map(|why| (pin.id.clone(), why)).collect();
            walked.readings = heard.readings;
            let mut ahead = Limits::default();
            for (reading, trail) in walked.readings.iter().zip(&heard.trails) {
                if trail.own {
                    ahead.add(limits(reading));
                }
            }
            let minimum = self.configuration.minimum_release_age();
            let published = walked
                .readings
                .iter()
                .find_map(|reading| reading.published)
                .or(route.homes.published);
            ahead.add(age::limit(&target.version, published, minimum, self.now));
            let mut again = known.add(ahead);
            if !again && moved.is_none() && target.repository.is_none() {
                let source = route.homes.source.as_deref();
                moved = self.moved(pin, target, &heard.beyond, source).await;
                let change = moved.as_mut().filter(|moved| moved.verdict == Verdict::Change);
                if let Some(change) = change {
                    if edits::can_rename(pin) {
                        again = true;
                    } else {
                        change.verdict = Verdict::Question;
                        let message = "its name stands where refit cannot change it alone";
                        change.why.push(Why::new("name-not-editable", message));
                    }
                }
            }
            if !again {
                break;
            }
            let moved = moved.as_ref().filter(|moved| moved.verdict == Verdict::Change);
            self.ask_again(&mut route, &known, moved).await;
        }
        let remarks = std::mem::take(&mut route.homes.remarks);
        if let Some(first) = walked.readings.first_mut() {
            first.moved = moved;
            first.remarks.extend(remarks);
        }
        let differs = |(pin, candidate): &(&Pin, PinCandidate)| {
            let old = before.iter().find(|(other, _)| other.id == pin.id);
            old.is_none_or(|(_, old)| old.outcome != candidate.outcome)
        };
        walked.changed = route
            .pins
            .iter()
            .filter(|pin| differs(pin))
            .map(|(_, changed)| changed.clone())
            .collect();
        walked
    }

    /// Reads all that is said about a way.
    async fn hear(&self, homes: &Homes, pins: &[String]) -> Heard {
        let mut heard = Heard::default();
        for trail in &homes.trails {
            let pages = Pages::of(self, trail).await;
            heard.failures.extend(pages.failures.iter().cloned());
            // Only images are followed to another place.
            if trail.own && trail.of == Kind::App {
                heard.beyond.extend(pages.beyond(trail));
            }
            if let Some(reading) = pages.read(trail, pins) {
                heard.readings.push(reading);
                heard.trails.push(trail.clone());
            }
        }
        heard
    }

    /// Looks the pins of a way up once more, within what is known now; only those that name what
    /// has moved are looked up where it went.
    async fn ask_again(&self, route: &mut Route<'_>, limits: &Limits, moved: Option<&Moved>) {
        for (pin, candidate) in &mut route.pins {
            let here = moved.filter(|moved| is_image(pin, &moved.from) && edits::can_rename(pin));
            let at = here.map(|moved| &moved.to);
            let answers = self.resolver.candidates(&[(*pin, limits.clone())], at).await;
            if let Some(answer) = answers.into_iter().next() {
                *candidate = answer;
            }
        }
        if let Some((pin, candidate, _)) = route.main() {
            route.homes = Homes::of(self, pin, candidate).await;
        }
    }
}

/// Returns the registry and folder of an image: what stands elsewhere, as a mirror does, goes its
/// own way whatever its label says.
fn family(pin: &Pin) -> String {
    match &pin.package {
        Package::Image(repository) => {
            let folder = repository.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{}/{folder}", repository.registry)
        }
        package => package.to_string(),
    }
}

fn is_image(pin: &Pin, repository: &Repository) -> bool {
    matches!(&pin.package, Package::Image(own) if own == repository)
}

/// What was heard about a way.
#[derive(Default)]
struct Heard {
    readings: Vec<Reading>,
    /// The trail of each reading.
    trails: Vec<Trail>,
    /// What is said of later versions as well.
    beyond: Vec<Notes>,
    failures: Vec<Why>,
}
