//! Runbooks of small cases.
