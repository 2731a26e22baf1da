//! A bar on the terminal; nothing where nobody looks.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Steps of a bar's length.
const LENGTH: u64 = 1000;

/// A bar on standard error, where that is a terminal.
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar that shows `message`.
    pub fn new(message: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(LENGTH), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg:24} {wide_bar} {percent:>3} % {elapsed}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(message.to_owned());
        Self { bar }
    }

    /// Shows a message and how much is done, 0 to 1.
    pub fn show(&self, message: &str, done: f64) {
        if self.bar.message() != message {
            self.bar.set_message(message.to_owned());
        }
        self.bar.set_position((done.clamp(0.0, 1.0) * LENGTH as f64) as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
