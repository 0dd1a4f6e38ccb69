//! The one integration binary: the built program and its parts against real ones.
//!
//! `program` runs refit and Git, `fleet` is a repository for it; `parts`, `parts_git` and
//! `parts_github` start real registries, servers and the emulator; `server` is the hostile one,
//! `front` a door before real ones that counts and kills. What a machine lacks is skipped with a
//! word, unless `REFIT_REQUIRE_PARTS` is set.

#[cfg(test)]
mod apply;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bot_github;
#[cfg(test)]
mod bot_kills;
#[cfg(test)]
mod bot_local;
#[cfg(test)]
mod budget;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod combinations;
mod corpus;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod drills;
#[cfg(test)]
mod fleet;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod front;
#[cfg(test)]
mod git;
#[cfg(test)]
mod gold;
#[cfg(test)]
mod levers;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod matching;
#[cfg(test)]
mod notes;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod parts_git;
#[cfg(test)]
mod parts_github;
#[cfg(test)]
mod picture;
#[cfg(test)]
mod program;
#[cfg(test)]
mod real;
#[cfg(test)]
mod remediation;
#[cfg(test)]
mod runbooks;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod server;
#[cfg(test)]
mod stages;
#[cfg(test)]
mod states;
#[cfg(test)]
mod upstream;
