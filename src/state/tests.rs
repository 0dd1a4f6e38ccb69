//! The states of small repositories.
