//! A line on standard error while something takes longer than a second, on a terminal only.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line that says what is going on.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Takes the line away.
    pub(super) fn finish(self) {
        self.0.finish_and_clear();
    }
}

/// Shows that pins are being looked up.
pub(super) fn look_ups(pins: usize) -> Progress {
    let bar = ProgressBar::new_spinner();
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.set_message(format!("looking up {pins} pins"));
    bar.enable_steady_tick(Duration::from_secs(1));
    Progress(bar)
}
