//! The only place that runs programs.
