//! The one integration binary.
mod corpus;

#[cfg(test)]
mod forge;
#[cfg(test)]
mod git;
#[cfg(test)]
mod parts_git;

#[cfg(test)]
mod parts;
#[cfg(test)]
mod server;
#[cfg(test)]
mod upstream;
#[cfg(test)]
mod parts_github;
