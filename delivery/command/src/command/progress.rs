//! Bars on the terminal; nothing where nobody looks.

use super::output::{Volume, is_told};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Steps of a bar's length.
const LENGTH: u64 = 1000;

/// A bar on standard error, where that is a terminal.
pub struct Bar {
    bar: ProgressBar,
}

/// Where bars are drawn.
fn target() -> ProgressDrawTarget {
    if is_told(Volume::Usual) { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

/// A bar with a place for a name of `name` letters before its message.
fn styled(bar: ProgressBar, name: usize) -> ProgressBar {
    let prefix = if name > 0 { format!("{{prefix:{name}}} ") } else { String::new() };
    let template = format!("{prefix}{{msg:24}} {{wide_bar}} {{percent:>3}} % {{elapsed}}");
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

impl Bar {
    /// A bar that shows `message`.
    pub fn new(message: &str) -> Self {
        let bar = styled(ProgressBar::with_draw_target(Some(LENGTH), target()), 0);
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

/// A bar for each file that is worked on, above one for all of them.
pub struct Bars {
    bars: MultiProgress,
    all: Bar,
    name: usize,
    count: usize,
}

impl Bars {
    /// For so many files, whose names have at most `name` letters.
    pub fn new(count: usize, name: usize) -> Self {
        let bars = MultiProgress::with_draw_target(target());
        let all = Bar { bar: styled(bars.add(ProgressBar::new(LENGTH)), name) };
        all.bar.set_prefix("All");
        let bars = Self { bars, all, name, count };
        bars.finished(0);
        bars
    }

    /// Another file's bar.
    pub fn begin(&self, name: String) -> Bar {
        let bar = self.bars.insert_before(&self.all.bar, ProgressBar::new(LENGTH));
        let bar = Bar { bar: styled(bar, self.name) };
        bar.bar.set_prefix(name);
        bar
    }

    /// So many files are finished.
    pub fn finished(&self, done: usize) {
        self.all.show(&format!("{done} of {}", self.count), done as f64 / self.count.max(1) as f64);
    }

    /// Tells something on standard error without tearing the bars.
    pub fn aside(&self, tell: impl FnOnce()) {
        self.bars.suspend(tell);
    }
}
