//! Plots as inline SVG: axes, lines, filled bands, bars and marks. Places are rounded to a tenth of a pixel; values that are no
//! numbers leave gaps.

use super::Ink;
use maud::{Markup, Render, html};
use std::fmt::Write;

/// Width of a plot across the page, px.
pub const FULL_WIDTH: f64 = 1040.0;
/// Width of one of two plots side by side, px.
pub const HALF_WIDTH: f64 = 512.0;
/// Room for the figures at the left, px.
const LEFT: f64 = 44.0;
/// Room for the names of levels at the right, px, in a plot across the page; one of two side by side has no names there.
const RIGHT: f64 = 52.0;
const RIGHT_OF_HALF: f64 = 12.0;
/// Room for the figures below, px.
const BELOW: f64 = 20.0;

/// The values along one side of a plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// Value at the left or at the bottom.
    pub low: f64,
    /// Value at the right or at the top; above `low`.
    pub high: f64,
    /// Whether equal ratios, not differences, are equally far apart; both ends are then above 0.
    pub is_logarithmic: bool,
}

impl Axis {
    /// An axis of equal differences. Ends that leave no room are moved apart.
    pub fn linear(low: f64, high: f64) -> Self {
        let low = if low.is_finite() { low } else { 0.0 };
        Self { low, high: if high > low { high } else { low + 1.0 }, is_logarithmic: false }
    }

    /// An axis of equal ratios between two values above 0. Ends that leave no room are moved apart.
    pub fn logarithmic(low: f64, high: f64) -> Self {
        let low = if low.is_finite() && low > 0.0 { low } else { 1.0 };
        Self { low, high: if high > low { high } else { 10.0 * low }, is_logarithmic: true }
    }

    /// Where a value lies, 0 to 1 and no further; none for what is no number.
    pub fn share(&self, value: f64) -> Option<f64> {
        let share = if self.is_logarithmic {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        (!share.is_nan()).then(|| share.clamp(0.0, 1.0))
    }
}

/// A plot under construction; what is added later lies above.
#[derive(Debug, Clone)]
pub struct Plot {
    label: String,
    width: f64,
    right: f64,
    height: f64,
    above: f64,
    x: Axis,
    y: Axis,
    parts: Vec<Markup>,
}

impl Plot {
    /// An empty plot of `width` times `height` px inside its axes; `label` says in words what it shows.
    pub fn new(label: &str, width: f64, height: f64, x: Axis, y: Axis) -> Self {
        let right = width - if width < FULL_WIDTH { RIGHT_OF_HALF } else { RIGHT };
        let above = 8.0;
        let well = html! { rect.well x=(LEFT) y=(above) width=(right - LEFT) height=(height) {} };
        Self { label: label.to_owned(), width, right, height, above, x, y, parts: vec![well] }
    }

    fn inner_width(&self) -> f64 {
        self.right - LEFT
    }

    fn x_px(&self, value: f64) -> Option<f64> {
        self.x.share(value).map(|share| LEFT + share * self.inner_width())
    }

    fn y_px(&self, value: f64) -> Option<f64> {
        self.y.share(value).map(|share| self.above + (1.0 - share) * self.height)
    }

    /// Figures below the plot, with lines up through it. Those outside the axis are left out.
    pub fn x_ticks(&mut self, ticks: &[(f64, String)]) {
        let (top, bottom) = (self.above, self.above + self.height);
        for (value, text) in ticks {
            if *value < self.x.low || *value > self.x.high {
                continue;
            }
            if let Some(x) = self.x_px(*value) {
                self.parts.push(html! {
                    path.grid d=(format_args!("M{x:.1} {top}V{bottom}")) {}
                    text.axis.middle x=(Px(x)) y=(Px(bottom + 14.0)) { (text) }
                });
            }
        }
    }

    /// Figures at the left of the plot, with lines across it. Those outside the axis are left out.
    pub fn y_ticks(&mut self, ticks: &[(f64, String)]) {
        let right = self.right;
        for (value, text) in ticks {
            if *value < self.y.low || *value > self.y.high {
                continue;
            }
            if let Some(y) = self.y_px(*value) {
                self.parts.push(html! {
                    path.grid d=(format_args!("M{LEFT} {y:.1}H{right}")) {}
                    text.axis.end x=(LEFT - 6.0) y=(Px(y + 3.5)) { (text) }
                });
            }
        }
    }

    /// A line through points; a point that is no number breaks it.
    pub fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>, ink: Ink, look: &str) {
        let mut path = String::new();
        let mut is_broken = true;
        for (x, y) in points {
            let place = y.is_finite().then(|| Some((self.x_px(x)?, self.y_px(y)?))).flatten();
            match place {
                Some((x, y)) => {
                    let _ = write!(path, "{}{x:.1} {y:.1}", if is_broken { 'M' } else { 'L' });
                    is_broken = false;
                }
                None => is_broken = true,
            }
        }
        self.parts.push(html! { path.line.(look).(ink.class()) d=(path) {} });
    }

    /// The area between a lower and an upper curve over the same places. Points that are no numbers are left out.
    pub fn area(&mut self, points: &[(f64, f64, f64)], ink: Ink, look: &str) {
        let place = |x: f64, y: f64| Some((self.x_px(x)?, self.y_px(y)?));
        let upper = points.iter().filter_map(|(x, _, high)| place(*x, *high));
        let lower = points.iter().rev().filter_map(|(x, low, _)| place(*x, *low));
        let mut path = String::new();
        for (n, (x, y)) in upper.chain(lower).enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if n == 0 { 'M' } else { 'L' });
        }
        self.parts.push(html! { path.area.(look).(ink.class()) d={ (path) "Z" } {} });
    }

    /// A bar from one corner to the other; `title` is shown where the pointer rests.
    pub fn bar(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink, look: &str, title: &str) {
        let corners =
            (|| Some([self.x_px(from.0)?, self.x_px(to.0)?, self.y_px(from.1)?, self.y_px(to.1)?]))();
        if let Some([x0, x1, y0, y1]) = corners {
            // Too narrow to be seen is no mark at all.
            let width = (x1 - x0).abs().max(1.5);
            let x = x0.min(x1).min(self.right - width);
            let (y, height) = (y0.min(y1), (y1 - y0).abs().max(0.5));
            self.parts.push(html! {
                rect.bar.(look).(ink.class()) x=(Px(x)) y=(Px(y)) width=(Px(width)) height=(Px(height)) {
                    @if !title.is_empty() { title { (title) } }
                }
            });
        }
    }

    /// A line across the plot at a value, with its name at the right.
    pub fn level(&mut self, value: f64, name: &str, ink: Ink, look: &str) {
        if let Some(y) = self.y_px(value).filter(|_| (self.y.low..=self.y.high).contains(&value)) {
            let right = self.right;
            self.parts.push(html! {
                path.line.(look).(ink.class()) d=(format_args!("M{LEFT} {y:.1}H{right}")) {}
                text.name.(ink.class()) x=(right + 5.0) y=(Px(y + 3.5)) { (name) }
            });
        }
    }

    /// Words at a place, beginning there (`"start"`), around it (`"middle"`) or ending there (`"end"`).
    pub fn text(&mut self, at: (f64, f64), anchor: &str, ink: Ink, text: &str) {
        if let (Some(x), Some(y)) = (self.x_px(at.0), self.y_px(at.1)) {
            self.parts.push(html! { text.name.(anchor).(ink.class()) x=(Px(x)) y=(Px(y + 3.5)) { (text) } });
        }
    }

    /// Words in the margin at the left, beside a value: a lane's name.
    pub fn lane(&mut self, value: f64, ink: Ink, text: &str) {
        if let Some(y) = self.y_px(value) {
            self.parts.push(html! { text.name.end.(ink.class()) x=(LEFT - 6.0) y=(Px(y + 3.5)) { (text) } });
        }
    }

    /// The plot as markup.
    pub fn finish(self) -> Markup {
        let height = self.above + self.height + BELOW;
        html! {
            svg role="img" viewBox=(format_args!("0 0 {} {height}", self.width)) {
                title { (self.label) }
                @for part in &self.parts { (part) }
            }
        }
    }
}

/// A place or a length in a plot, px, rounded to a tenth.
struct Px(f64);

impl Render for Px {
    fn render_to(&self, to: &mut String) {
        format_args!("{:.1}", self.0).render_to(to);
    }
}

/// Ticks of a time axis of `duration_s` seconds, at most 12, at steps that clocks have.
pub fn time_ticks(duration_s: f64) -> Vec<(f64, String)> {
    const STEPS_S: [f64; 15] =
        [0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
    /// Ticks that fit across the page.
    const MOST: f64 = 12.0;
    let step_s = STEPS_S.into_iter().find(|step_s| duration_s / step_s <= MOST).unwrap_or(duration_s / MOST);
    if !step_s.is_finite() || step_s <= 0.0 {
        return Vec::new();
    }
    (0..=(duration_s / step_s) as usize)
        .map(|n| {
            let time_s = n as f64 * step_s;
            let (minutes, seconds) = ((time_s / 60.0 + 1e-9).floor(), (time_s + 1e-9) % 60.0);
            let text = match step_s {
                ..0.1 => format!("{minutes:.0}:{seconds:05.2}"),
                ..1.0 => format!("{minutes:.0}:{seconds:04.1}"),
                _ => format!("{minutes:.0}:{seconds:02.0}"),
            };
            (time_s, text)
        })
        .collect()
}

/// Ticks of a frequency axis: 1, 2 and 5 times the powers of ten.
pub fn frequency_ticks() -> Vec<(f64, String)> {
    [20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 20_000.0, 40_000.0]
        .into_iter()
        .map(|hz| (hz, if hz < 1000.0 { format!("{hz}") } else { format!("{}k", hz / 1000.0) }))
        .collect()
}

/// Ticks every `step` from `low` to `high`, at multiples of it, with `decimals`; `signed` ones show a plus.
pub fn level_ticks(low: f64, high: f64, step: f64, decimals: usize, signed: bool) -> Vec<(f64, String)> {
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    if !(first.is_finite() && last.is_finite()) || last - first > 100.0 {
        return Vec::new();
    }
    (first as i64..=last as i64)
        .map(|n| n as f64 * step)
        .map(|value| (value, super::number(value, decimals, signed && value > 0.0)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_inside_the_axes() {
        let axis = Axis::logarithmic(20.0, 20_000.0);
        assert!((axis.share(632.455_532).unwrap() - 0.5).abs() < 1e-6, "the geometric middle");
        for (value, share) in [(0.0, 0.0), (-5.0, 0.0), (f64::INFINITY, 1.0), (1e9, 1.0)] {
            assert_eq!(axis.share(value), Some(share), "{value}");
        }
        assert_eq!(Axis::linear(0.0, 1.0).share(f64::NAN), None);
        assert_eq!(Axis::linear(3.0, 3.0).share(3.0), Some(0.0));
    }

    #[test]
    fn no_value_puts_nonsense_into_a_plot() {
        let mut plot =
            Plot::new("<x>", FULL_WIDTH, 100.0, Axis::linear(0.0, 0.0), Axis::linear(f64::NAN, -1.0));
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, 1e300];
        plot.line(odd.iter().map(|x| (*x, *x)), Ink::Tone, "");
        plot.area(&odd.map(|x| (x, x, x)), Ink::Tone, "");
        for x in odd {
            plot.bar((x, x), (0.0, x), Ink::Alarm, "", "\"");
            plot.level(x, "n", Ink::Accent, "");
            plot.text((x, x), "middle", Ink::Text, "t");
        }
        let svg = plot.finish().into_string();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert!(svg.contains("<title>&lt;x&gt;</title>"));
    }

    #[test]
    fn times_have_at_most_twelve_steps() {
        for duration_s in [0.02, 0.5, 6.0, 61.0, 200.0, 4800.0, 1e6] {
            let ticks = time_ticks(duration_s);
            assert!((2..=13).contains(&ticks.len()), "{duration_s} s: {} ticks", ticks.len());
        }
        assert_eq!(time_ticks(100.0)[7].1, "1:10");
        assert_eq!(time_ticks(5.0)[3].1, "0:01.5");
        assert!(time_ticks(f64::NAN).is_empty() && time_ticks(0.0).len() < 3);
    }
}
