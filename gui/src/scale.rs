//! From hertz, decibels and counts to pixels.

use egui::{Pos2, Rect, pos2};
use lacquer_dsp::parameters::Unit;

/// A graph's place with what its edges stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Graph {
    pub rect: Rect,
    /// Left and right edge.
    pub x: [f64; 2],
    /// Lower and upper edge.
    pub y: [f64; 2],
    /// Whether x is logarithmic.
    pub logarithmic: bool,
}

impl Graph {
    /// Pixel of an x.
    pub fn x(&self, value: f64) -> f32 {
        let [from, to] = self.x;
        let share = if self.logarithmic {
            (value / from).ln() / (to / from).ln()
        } else {
            (value - from) / (to - from)
        };
        self.rect.left() + self.rect.width() * share.clamp(0.0, 1.0) as f32
    }

    /// Pixel of a y.
    pub fn y(&self, value: f64) -> f32 {
        let [from, to] = self.y;
        let share = ((value - from) / (to - from)).clamp(0.0, 1.0) as f32;
        self.rect.bottom() - self.rect.height() * share
    }

    /// Pixels of the edges of a third of an octave around a frequency, with a gap of one on either side.
    pub fn third(&self, centre_hz: f64) -> [f32; 2] {
        let half = 2f64.powf(1.0 / 6.0);
        [self.x(centre_hz / half) + 1.0, self.x(centre_hz * half) - 1.0]
    }

    /// The x at a pixel.
    pub fn value_at_x(&self, pixel: f32) -> f64 {
        let [from, to] = self.x;
        let share = f64::from((pixel - self.rect.left()) / self.rect.width());
        if self.logarithmic { from * (to / from).powf(share) } else { from + (to - from) * share }
    }

    /// The y at a pixel.
    pub fn value_at_y(&self, pixel: f32) -> f64 {
        let [from, to] = self.y;
        from + (to - from) * f64::from((self.rect.bottom() - pixel) / self.rect.height())
    }

    /// Pixel of a point.
    pub fn at(&self, x: f64, y: f64) -> Pos2 {
        pos2(self.x(x), self.y(y))
    }
}

/// Frequencies, one for each `step` pixels of a logarithmic graph.
pub(crate) fn frequencies(graph: &Graph, step: f32) -> Vec<f64> {
    let points = (graph.rect.width() / step).max(2.0) as usize;
    let [from, to] = graph.x;
    (0..=points).map(|n| from * (to / from).powf(n as f64 / points as f64)).collect()
}

/// How far a curve may pass by a point that is left out, pixels: less than smoothed edges show.
const THINNING: f32 = 0.05;

/// A curve from left to right without the points that lie on the line between their neighbours: most of a band's curve is straight, and
/// every point is four corners to draw.
pub(crate) fn thinned(points: &[Pos2]) -> Vec<Pos2> {
    let Some((first, rest)) = points.split_first() else { return Vec::new() };
    let mut kept = vec![*first];
    let (mut from, mut last) = (*first, *first);
    let open = [f32::NEG_INFINITY, f32::INFINITY];
    // Between these slopes a line from the last point that was kept passes all that were left out.
    let mut slopes = open;
    for point in rest {
        let slope = |from: Pos2, by: f32| (point.y + by - from.y) / (point.x - from.x).max(1e-3);
        if !(slopes[0]..=slopes[1]).contains(&slope(from, 0.0)) {
            kept.push(last);
            (from, slopes) = (last, open);
        }
        slopes = [slopes[0].max(slope(from, -THINNING)), slopes[1].min(slope(from, THINNING))];
        last = *point;
    }
    kept.push(last);
    kept
}

/// A level with one decimal and its true minus, or a dash where there is nothing.
pub(crate) fn level(value: f64) -> String {
    signed(value, false)
}

/// As [`level`], with a plus.
pub(crate) fn difference(value: f64) -> String {
    signed(value, true)
}

/// Below this there is nothing, dB: the last bit of 24 with all that a filter rings on with.
const NOTHING_DB: f64 = -190.0;

fn signed(value: f64, plus: bool) -> String {
    if !value.is_finite() || value < NOTHING_DB {
        return "\u{2013}".to_owned();
    }
    // What rounds to nothing has no sign.
    let value = if value.abs() < 0.05 { 0.0 } else { value };
    let sign = if value < 0.0 {
        "\u{2212}"
    } else if plus && value > 0.0 {
        "+"
    } else {
        ""
    };
    format!("{sign}{:.1}", value.abs())
}

/// A frequency in few letters: 63 Hz, 1.25 kHz.
pub(crate) fn hertz(hz: f64) -> String {
    if hz < 1000.0 { format!("{hz:.0} Hz") } else { format!("{:.2} kHz", hz / 1000.0) }
}

/// Minutes and seconds.
pub(crate) fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// A parameter's text as the screen shows it: high frequencies in kilohertz as everywhere, a true minus before a number.
pub(crate) fn as_shown(text: &str) -> String {
    let hz = text.strip_suffix(Unit::Hertz.suffix()).and_then(|number| number.parse::<f64>().ok());
    if let Some(hz) = hz.filter(|hz| *hz >= 1000.0) {
        return hertz(hz);
    }
    // A word's dash is none of a number's.
    if text.starts_with('-') { text.replacen('-', "\u{2212}", 1) } else { text.to_owned() }
}

/// A value's text where there is little room: at most three figures, and no unit where all around it has the same.
pub(crate) fn compact(text: &str) -> String {
    let Some((number, unit)) = text.split_once(' ') else { return text.to_owned() };
    let Ok(value) = number.replace('\u{2212}', "-").parse::<f64>() else { return text.to_owned() };
    let decimals = if value.abs() >= 100.0 || value.fract() == 0.0 { 0 } else { 1 };
    let number = format!("{value:.decimals$}").replace('-', "\u{2212}");
    match unit {
        "dB" | "dBFS" | "dBTP" => number,
        ": 1" => format!("{number}:1"),
        unit => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::vec2;

    #[test]
    fn edges_are_edges() {
        let rect = Rect::from_min_size(pos2(10.0, 20.0), vec2(100.0, 50.0));
        let graph = Graph { rect, x: [20.0, 20_000.0], y: [-90.0, 0.0], logarithmic: true };
        assert_eq!(graph.at(20.0, -90.0), rect.left_bottom());
        assert_eq!(graph.at(20_000.0, 0.0), rect.right_top());
        assert!((graph.x(632.5) - 60.0).abs() < 0.1, "the middle of three decades");
        assert!((graph.value_at_x(graph.x(440.0)) - 440.0).abs() < 0.01, "there and back");
        assert!((graph.value_at_y(graph.y(-12.5)) + 12.5).abs() < 1e-4, "there and back");
        assert_eq!(graph.y(-200.0), rect.bottom(), "nothing leaves the graph");
    }

    #[test]
    fn a_thinned_curve_is_the_curve() {
        let bell = |x: f32| 40.0 * (-((x - 300.0) / 50.0).powi(2)).exp();
        let points: Vec<Pos2> = (0..=300).map(|n| pos2(2.0 * n as f32, bell(2.0 * n as f32))).collect();
        let kept = thinned(&points);
        assert!((20..150).contains(&kept.len()), "{} of {}", kept.len(), points.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), (points[0], points[300]));
        for point in &points {
            let after = kept.iter().position(|kept| kept.x >= point.x).expect("an end").max(1);
            let [a, b] = [kept[after - 1], kept[after]];
            let y = a.y + (b.y - a.y) * (point.x - a.x) / (b.x - a.x);
            assert!((y - point.y).abs() <= THINNING + 1e-4, "{} at {}", y - point.y, point.x);
        }
        assert_eq!(thinned(&[]), []);
    }

    #[test]
    fn little_room_takes_few_letters() {
        assert_eq!(compact("\u{2212}30.00 dBFS"), "\u{2212}30");
        assert_eq!(compact("2.50 : 1"), "2.5:1");
        assert_eq!(compact("150.0 ms"), "150 ms");
        assert_eq!(compact("Bell"), "Bell");
        assert_eq!(hertz(1250.0), "1.25 kHz");
    }

    #[test]
    fn figures_have_one_sign_and_one_decimal() {
        assert_eq!(level(-14.04), "\u{2212}14.0");
        assert_eq!(level(f64::NEG_INFINITY), "\u{2013}");
        assert_eq!(level(-365.5), "\u{2013}", "what rings on in silence is no level");
        assert_eq!(level(-0.01), "0.0");
        assert_eq!(difference(3.26), "+3.3");
    }
}
