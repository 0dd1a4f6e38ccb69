//! The way of pins that move together, walked until its notes change it no more.

use super::charts::Said;
use super::homes::{Homes, Trail};
use super::reading::{Pages, limits};
use super::{Asking, age};
use crate::diagnostic::Why;
use crate::flux::{Package, Pin};
use crate::notes::Notes;
use crate::upgrade::candidates::{NewPlace, Outcome, PinCandidate, Target};
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
    /// What is known already of where it has gone.
    pub(super) moved: Option<Moved>,
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
        Self { key, pins: vec![(pin, candidate.clone())], homes, moved: None }
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
        let mut moved = route.moved.take();
        let mut walked = Walked::default();
        let before = route.pins.clone();
        for _ in 0..ROUNDS {
            let Some((pin, _, target)) = route.main() else { break };
            let ids: Vec<String> = route.pins.iter().map(|(pin, _)| pin.id.clone()).collect();
            let heard = self.hear(&route.homes, &ids).await;
            let failed = heard.failures.iter().chain(&route.homes.failures);
            walked.failures = failed.map(|why| (pin.id.clone(), why.clone())).collect();
            walked.readings.clone_from(&heard.readings);
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
            if !again && moved.is_none() && target.moved.is_none() {
                moved = self.gone(pin, target, &heard, &route.homes).await;
                again = moved.as_ref().is_some_and(|moved| moved.verdict == Verdict::Change);
            }
            if !again {
                break;
            }
            self.ask_again(&mut route, &known, moved.as_mut()).await;
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

    /// Finds out whether what is pinned is published elsewhere now, and whether that can be
    /// followed.
    async fn gone(
        &self,
        pin: &Pin,
        target: &Target,
        heard: &Heard,
        homes: &Homes,
    ) -> Option<Moved> {
        let moved = if let Package::Image(_) = &pin.package {
            self.moved(pin, Some(target), &heard.beyond, homes.source.as_deref()).await
        } else {
            let (publisher, others) = (&heard.beyond, &heard.of_others);
            let said = Said { publisher, others, entry: homes.given_up.as_deref() };
            self.chart_moved(pin, &said).await
        };
        let mut moved = moved?;
        self.settle(pin, &mut moved).await;
        Some(moved)
    }

    /// Makes a question of a move that cannot be followed.
    pub(super) async fn settle(&self, pin: &Pin, moved: &mut Moved) -> Option<NewPlace> {
        if moved.verdict != Verdict::Change {
            return None;
        }
        match self.follow(pin, &moved.to).await {
            Ok((place, along)) => {
                moved.why.extend(along);
                Some(place)
            }
            Err(step) => {
                moved.verdict = Verdict::Question;
                moved.by_hand = Some(step);
                None
            }
        }
    }

    /// Reads all that is said about a way.
    async fn hear(&self, homes: &Homes, pins: &[String]) -> Heard {
        let mut heard = Heard::default();
        for trail in &homes.trails {
            let pages = Pages::of(self, trail).await;
            heard.failures.extend(pages.failures.iter().cloned());
            let beyond = if trail.publisher { &mut heard.beyond } else { &mut heard.of_others };
            beyond.extend(pages.beyond(trail));
            if let Some(reading) = pages.read(trail, pins) {
                heard.readings.push(reading);
                heard.trails.push(trail.clone());
            }
        }
        heard
    }

    /// Looks the pins of a way up once more, within what is known now; only those that name what
    /// has moved are looked up where it went.
    async fn ask_again(
        &self,
        route: &mut Route<'_>,
        limits: &Limits,
        mut moved: Option<&mut Moved>,
    ) {
        for (pin, candidate) in &mut route.pins {
            let change = moved.as_deref_mut();
            let change = change.filter(|m| m.verdict == Verdict::Change && m.from == pin.package);
            let at = match &change {
                Some(moved) => self.follow(pin, &moved.to).await.ok().map(|(place, _)| place),
                None => None,
            };
            let question = [(*pin, limits.clone())];
            let mut answer = self.resolver.candidates(&question, at.as_ref()).await.pop();
            let stays = answer.as_ref().and_then(|answer| match &answer.outcome {
                Outcome::Held(why) => Some(why.message.clone()),
                Outcome::Move(_) => None,
            });
            if let (Some(why), Some(moved), true) = (stays, change, at.is_some()) {
                // What may be taken at the old place is better than nothing.
                moved.verdict = Verdict::Question;
                moved
                    .why
                    .push(Why::new("nothing-there", format!("nothing may be taken there: {why}")));
                answer = self.resolver.candidates(&question, None).await.pop();
            }
            if let Some(answer) = answer {
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

/// What was heard about a way.
#[derive(Default)]
struct Heard {
    readings: Vec<Reading>,
    /// The trail of each reading.
    trails: Vec<Trail>,
    /// What is said of later versions as well.
    beyond: Vec<Notes>,
    /// The same, by others than who publishes the package.
    of_others: Vec<Notes>,
    failures: Vec<Why>,
}
