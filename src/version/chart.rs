//! Chart versions: what a pin resolves to, and what to write instead.
