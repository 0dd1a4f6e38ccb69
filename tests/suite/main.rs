//! The one integration binary.
mod corpus;
