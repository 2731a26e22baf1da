//! The providers: one for each factory preset, and one for the user's folder.
//!
//! A provider could tell a host of all presets in one answer. clap-validator 0.4 waits for itself at the second preset of an answer
//! (`docs/upstream.md`), and so would any indexer made like it. What hosts file presets by, the place and the key, is the same.

use clap_sys::factory::preset_discovery::clap_preset_discovery_provider_descriptor;
use clap_sys::version::CLAP_VERSION;
use lacquer_params::Preset;
use std::ffi::{CStr, CString};
use std::sync::OnceLock;

/// What a provider has.
pub(super) enum Content {
    /// A preset that lies in the plugin, and the key it is loaded by.
    Factory(Box<Preset>, CString),
    /// The files of the user's folder.
    Folder,
}

/// A provider's id and what it has.
pub(super) struct Entry {
    id: CString,
    pub(super) content: Content,
}

/// All of them, made once.
pub(super) fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let factory = Preset::factory().into_iter().filter_map(|preset| {
            let key = CString::new(&*preset.name).ok()?;
            let stem = preset.name.to_lowercase().replace(' ', "-");
            let id = CString::new(format!("audio.lacquer.presets.{stem}")).ok()?;
            Some(Entry { id, content: Content::Factory(Box::new(preset), key) })
        });
        let user = Entry { id: c"audio.lacquer.presets".to_owned(), content: Content::Folder };
        factory.chain([user]).collect()
    })
}

/// A descriptor whose strings live as long as the library.
struct Descriptor(clap_preset_discovery_provider_descriptor);

// SAFETY: its pointers go to constants and to the entries, which are never changed.
unsafe impl Send for Descriptor {}
// SAFETY: as above.
unsafe impl Sync for Descriptor {}

/// The descriptor of each entry, in the same order.
pub(super) fn descriptor(index: usize) -> Option<&'static clap_preset_discovery_provider_descriptor> {
    static DESCRIPTORS: OnceLock<Vec<Descriptor>> = OnceLock::new();
    let all = DESCRIPTORS.get_or_init(|| {
        let of = |entry: &'static Entry| {
            Descriptor(clap_preset_discovery_provider_descriptor {
                clap_version: CLAP_VERSION,
                id: entry.id.as_ptr(),
                name: c"Lacquer".as_ptr(),
                vendor: c"Lacquer".as_ptr(),
            })
        };
        entries().iter().map(of).collect()
    });
    all.get(index).map(|descriptor| &descriptor.0)
}

/// The entry with this id.
pub(super) fn position(id: &CStr) -> Option<usize> {
    entries().iter().position(|entry| entry.id.as_c_str() == id)
}
