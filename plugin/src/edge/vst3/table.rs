//! The parameters as VST3 knows them: by number, with the steps of switches and choices and a short title.

use lacquer_params::{LacquerParams, typed};
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{ParamFlags, Params};
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::ParamID;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// One parameter.
pub(super) struct Entry {
    pub id: ParamID,
    pointer: ParamPtr,
    /// Steps between its ends; 0 for numbers.
    pub steps: u32,
    is_switch: bool,
    /// Whether hosts are told that it cannot be automated, so that some leave it out of their lists.
    pub is_fixed: bool,
    /// At most [`SHORT_TITLE`] letters.
    pub short_title: String,
    /// Bits of what the host has set and not sent to the audio thread yet, which it is to read back meanwhile; [`NOTHING`] otherwise.
    told: AtomicU64,
}

/// No value: they go from 0 to 1.
const NOTHING: u64 = u64::MAX;

/// Letters that a controller's display has for a title: eight on most, and what is cut there is told apart by its end.
const SHORT_TITLE: usize = 8;

/// Every parameter of one instance.
pub(super) struct Table {
    params: Arc<LacquerParams>,
    /// In the framework's order.
    entries: Vec<Entry>,
    /// Numbers with their places in `entries`, sorted.
    places: Vec<(ParamID, usize)>,
}

impl Table {
    pub fn new(params: &Arc<LacquerParams>) -> Self {
        let entries: Vec<Entry> =
            params.param_map().into_iter().map(|(id, pointer, _)| entry(&id, pointer)).collect();
        let mut places: Vec<_> = entries.iter().enumerate().map(|(place, entry)| (entry.id, place)).collect();
        places.sort_unstable();
        Self { params: params.clone(), entries, places }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The parameter at a place of the framework's order.
    pub fn at(&self, place: usize) -> Option<&Entry> {
        self.entries.get(place)
    }

    /// [any thread] The place of the parameter with a number.
    pub fn place(&self, id: ParamID) -> Option<usize> {
        let found = self.places.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.places[found].1)
    }

    /// [any thread] The parameter with a number.
    pub fn find(&self, id: ParamID) -> Option<&Entry> {
        self.at(self.place(id)?)
    }

    /// [any thread] Sets a parameter where the framework would not; `normalized` is from 0 to 1.
    pub fn set(&self, entry: &Entry, normalized: f64) {
        debug_assert!(Arc::strong_count(&self.params) > 0);
        self.arrive(entry);
        // SAFETY: `self.params` owns what the pointer points to, and values are atomics that any thread may store.
        unsafe { entry.pointer._internal_set_normalized_value(normalized as f32) };
    }

    /// The value, 0 to 1, without modulation, as the host is to see it.
    pub fn value(&self, entry: &Entry) -> f64 {
        let told = entry.told.load(Relaxed);
        if told != NOTHING {
            return f64::from_bits(told);
        }
        // SAFETY: as in `set`.
        f64::from(unsafe { entry.pointer.unmodulated_normalized_value() })
    }

    /// [main-thread] The value, 0 to 1, that a text stands for; none if it is refused.
    pub fn read(&self, entry: &Entry, text: &str) -> Option<f64> {
        // SAFETY: as in `set`.
        let share = unsafe { typed::normalized(entry.pointer, text) }?;
        Some(entry.snapped(f64::from(share)))
    }

    /// [main-thread] The host has set a value; it comes to the audio thread with a block.
    pub fn tell(&self, entry: &Entry, normalized: f64) {
        entry.told.store(normalized.to_bits(), Relaxed);
    }

    /// [any thread] The parameter itself says its value again.
    pub fn arrive(&self, entry: &Entry) {
        entry.told.store(NOTHING, Relaxed);
    }

    /// [main-thread] As [`Table::arrive`] for every parameter.
    pub fn arrive_all(&self) {
        self.entries.iter().for_each(|entry| self.arrive(entry));
    }
}

impl Entry {
    /// The value, 0 to 1, that the parameter takes when it is set to `normalized`: a switch has two, a choice one for each step.
    pub fn snapped(&self, normalized: f64) -> f64 {
        if self.is_switch {
            // As the framework has it: the middle is off.
            return f64::from(u8::from(normalized > 0.5));
        }
        if self.steps == 0 {
            return normalized;
        }
        let steps = f64::from(self.steps);
        // In 32 bits, as the framework does it.
        f64::from((normalized as f32 * self.steps as f32).round()) / steps
    }
}

fn entry(id: &str, pointer: ParamPtr) -> Entry {
    // SAFETY: the caller holds the parameters.
    let (name, flags, steps) = unsafe { (pointer.name(), pointer.flags(), pointer.step_count()) };
    Entry {
        id: number(id),
        pointer,
        steps: steps.map_or(0, |steps| steps as u32),
        is_switch: matches!(pointer, ParamPtr::BoolParam(_)),
        is_fixed: flags.contains(ParamFlags::NON_AUTOMATABLE),
        short_title: short(name),
        told: AtomicU64::new(NOTHING),
    }
}

/// What the framework makes of an id (nice-plug 0.4.2, `wrapper/util.rs`, `hash_param_id`): sessions refer to it.
fn number(id: &str) -> ParamID {
    let hash = id.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
    hash & !(1 << 31)
}

/// The stage in two or three letters with the band's number, then as much as there is room for: "Dynamic EQ 4 Threshold" is "DE4Thrsh".
fn short(name: &str) -> String {
    const STAGES: [(&str, &str); 11] = [
        ("Input Trim", "In"),
        ("Equalizer", "Eq"),
        ("Dynamic EQ", "DE"),
        ("Multiband", "Mb"),
        ("Glue", "Gl"),
        ("Saturator", "Sa"),
        ("Bass", "Ba"),
        ("Imager", "Im"),
        ("Clipper", "Cl"),
        ("Limiter", "Li"),
        ("Dither", "Di"),
    ];
    let (head, rest) = STAGES
        .iter()
        .find_map(|(stage, letters)| Some((*letters, name.strip_prefix(stage)?.strip_prefix(' ')?)))
        .unwrap_or(("", name));
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = rest.split_at(digits);
    let head = format!("{head}{number}");
    let words: Vec<&str> = rest.split_whitespace().collect();
    let room = SHORT_TITLE - head.len().min(SHORT_TITLE);
    head + &squeezed(&words, room)
}

/// Words in at most `room` letters: whole if they fit, else without their inner vowels, each in its share of the room.
fn squeezed(words: &[&str], room: usize) -> String {
    let whole: String = words.concat();
    if whole.chars().count() <= room {
        return whole;
    }
    let bare: Vec<String> = words
        .iter()
        .map(|word| {
            let letters = word.chars().filter(|letter| letter.is_alphanumeric()).enumerate();
            letters
                .filter(|(n, letter)| *n == 0 || !"aeiou".contains(*letter))
                .map(|(_, letter)| letter)
                .collect()
        })
        .collect();
    let mut text = String::new();
    let mut left = room;
    for (n, word) in bare.iter().enumerate() {
        let share = left.div_ceil(bare.len() - n);
        let taken: String = word.chars().take(share).collect();
        left -= taken.chars().count();
        text += &taken;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn short_titles_are_short_and_tell_parameters_apart() {
        let table = Table::new(&Arc::default());
        let titles: Vec<_> = table.entries.iter().map(|entry| entry.short_title.as_str()).collect();
        for title in &titles {
            assert!((1..=SHORT_TITLE).contains(&title.chars().count()), "{title:?}");
        }
        let mut seen = HashSet::new();
        let twice: Vec<_> = titles.iter().filter(|title| !seen.insert(**title)).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert!(titles.contains(&"Eq3Gain") && titles.contains(&"DE4Thrsh"), "{titles:?}");
    }

    #[test]
    fn what_is_set_is_what_was_snapped() {
        let params = Arc::<LacquerParams>::default();
        let table = Table::new(&params);
        for entry in table.entries.iter().filter(|entry| entry.steps > 0) {
            for step in 0..=100 {
                let value = f64::from(step) / 100.0;
                table.set(entry, value);
                let held = table.value(entry);
                let title = &entry.short_title;
                assert!((held - entry.snapped(value)).abs() <= 1e-7, "{title}: {value} is {held}");
            }
        }
    }
}
