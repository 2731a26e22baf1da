//! The figures of every contestant at one loudness: median and worst over the songs, and the lead over the best peer of each column.

use crate::figures::{NAMES, WORST_IS_LOWEST};

/// What a contestant reached at one loudness.
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Whether it is a peer.
    pub is_peer: bool,
    /// The figures of each song, or nothing where the loudness was not reached.
    pub songs: Vec<Option<[f64; 9]>>,
    /// Its gain over time in each song, dB; nothing where the loudness was not reached.
    pub gains_db: Vec<Vec<f64>>,
}

impl Row {
    fn column(&self, n: usize) -> Vec<f64> {
        let mut column: Vec<f64> = self.songs.iter().flatten().map(|figures| figures[n]).collect();
        column.sort_by(f64::total_cmp);
        column
    }

    fn missed(&self) -> usize {
        self.songs.iter().filter(|song| song.is_none()).count()
    }
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 0 => 0.5 * (sorted[middle - 1] + sorted[middle]),
        _ => sorted[middle],
    }
}

/// Columns in which less is better and that make a contest: both noise-to-mask ratios, the share, the gain's movement.
const CONTEST: [usize; 4] = [1, 2, 3, 4];

/// Prints the table of one loudness.
pub fn print(target_lufs: f64, names: &[&str], rows: &[Row]) {
    println!("\n{target_lufs} LUFS, median (worst) of {} songs: {}", names.len(), names.join(", "));
    print!("{:24}", "");
    NAMES.iter().for_each(|name| print!("{name:>18}"));
    println!("{:>8}", "missed");
    for row in rows {
        print!("{:24}", row.name);
        for (n, lowest) in WORST_IS_LOWEST.iter().enumerate() {
            let column = row.column(n);
            let worst = if *lowest { column.first() } else { column.last() };
            let text =
                worst.map_or_else(|| "-".to_owned(), |worst| format!("{:.2} ({worst:.2})", median(&column)));
            print!("{text:>18}");
        }
        println!("{:>8}", row.missed());
    }
    leads(names, rows);
}

/// Prints every song's figures.
pub fn print_each(names: &[&str], rows: &[Row]) {
    for (song, name) in names.iter().enumerate() {
        println!("{name}:");
        for row in rows {
            print!("  {:24}", row.name);
            match &row.songs[song] {
                Some(figures) => figures.iter().for_each(|figure| print!("{figure:>9.2}")),
                None => print!("   missed"),
            }
            println!();
        }
    }
}

/// The song in which Lacquer's gain moves most, by the first row that has it.
pub fn worst_song(rows: &[Row]) -> Option<usize> {
    const GAIN_MOVEMENT: usize = 4;
    let row = rows.iter().find(|row| !row.is_peer && row.missed() < row.songs.len())?;
    let moved = |song: &Option<[f64; 9]>| song.map_or(f64::NEG_INFINITY, |figures| figures[GAIN_MOVEMENT]);
    (0..row.songs.len()).max_by(|a, b| moved(&row.songs[*a]).total_cmp(&moved(&row.songs[*b])))
}

/// Most that a peer passes the ceiling by, dB: what passes it further is no limiter, and louder for it.
const HELD_DB: f64 = 0.25;

/// Letters, the last ones, that the worst song is told by.
const WORST_NAME: usize = 8;

/// Lead of each of Lacquer's over the best peer of each song and column that holds the ceiling: median, and worst song.
fn leads(names: &[&str], rows: &[Row]) {
    let best = |song: usize, column: usize| {
        rows.iter()
            .filter(|row| row.is_peer)
            .filter_map(|row| row.songs[song].filter(|figures| figures[0] <= HELD_DB))
            .map(|figures| figures[column])
            .fold(f64::INFINITY, f64::min)
    };
    println!("lead over the best peer of each song and column, median (worst):");
    for row in rows.iter().filter(|row| !row.is_peer) {
        print!("{:24}", row.name);
        for column in CONTEST {
            let mut leads: Vec<(f64, &str)> = row
                .songs
                .iter()
                .zip(names)
                .enumerate()
                .filter_map(|(song, (figures, name))| {
                    Some((best(song, column) - figures.as_ref()?[column], *name))
                })
                .filter(|(lead, _)| lead.is_finite())
                .collect();
            leads.sort_by(|a, b| a.0.total_cmp(&b.0));
            let sorted: Vec<f64> = leads.iter().map(|(lead, _)| *lead).collect();
            let text = leads.first().map_or_else(
                || "-".to_owned(),
                |(worst, name)| {
                    let name: String = name.chars().rev().take(WORST_NAME).collect();
                    let name: String = name.chars().rev().collect();
                    format!("{:+.2} ({worst:+.2} {name})", median(&sorted))
                },
            );
            print!("{:>36}", format!("{} {text}", NAMES[column]));
        }
        println!();
    }
}
