//! The gain over time of every contestant on one song, as an SVG: what pumps is seen at a glance.

use crate::table::Row;
use lacquer_dsp::Frame;
use std::fmt::Write;
use std::path::PathBuf;

/// Length of a point, s.
const POINT_S: f64 = 0.02;
/// Size of a contestant's panel, and the left margin for its name.
const PANEL: [f64; 2] = [1000.0, 60.0];
/// See [`PANEL`].
const MARGIN: f64 = 190.0;
/// Range of a panel about the median gain, dB.
const RANGE_DB: f64 = 6.0;
/// Power below which a point has no gain: silence.
const SILENCE: f64 = 1e-6;

/// The gain from input to output in each 20 ms by least squares, dB; 0 in silence.
pub fn gain_over_time_db(input: &[Frame], output: &[Frame], rate: f64) -> Vec<f64> {
    let length = (POINT_S * rate) as usize;
    let points = input.chunks_exact(length).zip(output.chunks_exact(length));
    points
        .map(|(input, output)| {
            let (mut cross, mut power) = (0.0, 0.0);
            for (x, y) in input.as_flattened().iter().zip(output.as_flattened()) {
                cross += x * y;
                power += x * x;
            }
            if power < SILENCE * length as f64 { 0.0 } else { 20.0 * (cross / power).max(1e-3).log10() }
        })
        .collect()
}

/// Writes the curves of one song under `target/` and says where; `song` is its number in the rows.
pub fn write(target_lufs: f64, name: &str, song: usize, rows: &[Row]) -> anyhow::Result<()> {
    let shown: Vec<&Row> = rows.iter().filter(|row| row.songs[song].is_some()).collect();
    let [width, height] = PANEL;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"8\" y=\"16\">{}, {target_lufs} LUFS: gain in dB about its \
         median, {RANGE_DB} dB a panel</text>\n",
        MARGIN + width,
        24.0 + height * shown.len() as f64,
        name.replace('&', "and").replace('<', "")
    );
    for (n, row) in shown.iter().enumerate() {
        let gains = &row.gains_db[song];
        let mut sorted = gains.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        let middle = 24.0 + height * (n as f64 + 0.5);
        let colour = if row.is_peer { "gray" } else { "crimson" };
        writeln!(svg, "<text x=\"8\" y=\"{middle:.1}\">{} ({median:.1})</text>", row.name)?;
        write!(svg, "<polyline fill=\"none\" stroke=\"{colour}\" points=\"")?;
        for (k, gain) in gains.iter().enumerate() {
            let x = MARGIN + width * k as f64 / gains.len() as f64;
            let y = (gain - median).clamp(-0.5 * RANGE_DB, 0.5 * RANGE_DB) / RANGE_DB * height;
            write!(svg, "{x:.1},{:.1} ", middle - y)?;
        }
        writeln!(svg, "\"/>")?;
    }
    svg.push_str("</svg>\n");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../target")
        .join(format!("limiter-gain{target_lufs:.0}.svg"));
    std::fs::write(&path, svg)?;
    println!("gain over time of {name}: {}", path.display());
    Ok(())
}
