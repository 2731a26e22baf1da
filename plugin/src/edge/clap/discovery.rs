//! Presets for the host's browser: the factory's, which lie in the plugin, and the user's own, a folder of files.

mod catalog;

use super::entry::{c_str, descriptor};
use super::preset_load::read_file;
use catalog::{Content, Entry, entries, position};
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT, CLAP_PRESET_DISCOVERY_IS_USER_CONTENT,
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
    clap_preset_discovery_factory, clap_preset_discovery_filetype, clap_preset_discovery_indexer,
    clap_preset_discovery_location, clap_preset_discovery_metadata_receiver, clap_preset_discovery_provider,
    clap_preset_discovery_provider_descriptor,
};
use clap_sys::universal_plugin_id::clap_universal_plugin_id;
use lacquer_params::{Library, Preset};
use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;
use std::ptr::{null, null_mut};

static FACTORY: clap_preset_discovery_factory = clap_preset_discovery_factory {
    count: Some(count),
    get_descriptor: Some(get_descriptor),
    create: Some(create),
};

/// The factory of the providers.
pub(super) fn factory() -> *const c_void {
    (&raw const FACTORY).cast()
}

/// A provider, as a host holds it.
#[repr(C)]
struct Provider {
    raw: clap_preset_discovery_provider,
    entry: &'static Entry,
    indexer: *const clap_preset_discovery_indexer,
}

unsafe extern "C" fn count(_: *const clap_preset_discovery_factory) -> u32 {
    entries().len() as u32
}

unsafe extern "C" fn get_descriptor(
    _: *const clap_preset_discovery_factory,
    index: u32,
) -> *const clap_preset_discovery_provider_descriptor {
    catalog::descriptor(index as usize).map_or(null(), |descriptor| descriptor)
}

unsafe extern "C" fn create(
    _: *const clap_preset_discovery_factory,
    indexer: *const clap_preset_discovery_indexer,
    id: *const c_char,
) -> *const clap_preset_discovery_provider {
    // SAFETY: a host gives a string or null.
    let index = unsafe { c_str(id) }.and_then(position);
    let Some((index, desc)) = index.and_then(|index| Some((index, catalog::descriptor(index)?))) else {
        return null();
    };
    if indexer.is_null() {
        return null();
    }
    let provider = Box::into_raw(Box::new(Provider {
        raw: clap_preset_discovery_provider {
            desc,
            provider_data: null_mut(),
            init: Some(init),
            destroy: Some(destroy),
            get_metadata: Some(get_metadata),
            get_extension: Some(get_extension),
        },
        entry: &entries()[index],
        indexer,
    }));
    provider.cast()
}

unsafe extern "C" fn destroy(provider: *const clap_preset_discovery_provider) {
    if !provider.is_null() {
        // SAFETY: `create` made it, and a host destroys it once.
        drop(unsafe { Box::from_raw(provider.cast_mut().cast::<Provider>()) });
    }
}

unsafe extern "C" fn get_extension(
    _: *const clap_preset_discovery_provider,
    _: *const c_char,
) -> *const c_void {
    null()
}

/// Declares where the provider's presets are.
unsafe extern "C" fn init(provider: *const clap_preset_discovery_provider) -> bool {
    // SAFETY: a host gives the provider that it got, whose indexer it keeps alive as long.
    let Some((provider, indexer)) = (unsafe {
        let provider = provider.cast::<Provider>().as_ref();
        provider.and_then(|provider| Some((provider, provider.indexer.as_ref()?)))
    }) else {
        return false;
    };
    match provider.entry.content {
        Content::Factory(..) => declare(
            indexer,
            &clap_preset_discovery_location {
                flags: CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT,
                name: c"Lacquer".as_ptr(),
                kind: CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
                location: null(),
            },
        ),
        Content::Folder => {
            declare_folder(indexer);
            true
        }
    }
}

fn declare(indexer: &clap_preset_discovery_indexer, location: &clap_preset_discovery_location) -> bool {
    // SAFETY: the indexer's function with the indexer; the location is valid during the call.
    indexer.declare_location.is_some_and(|declare| unsafe { declare(indexer, location) })
}

/// Declares the user's folder, if there is one. A host that takes no files still has the factory's.
fn declare_folder(indexer: &clap_preset_discovery_indexer) {
    let library = Library::default();
    let folder = library.folder().filter(|folder| folder.is_dir());
    let Some(folder) = folder.and_then(Path::to_str).and_then(|folder| CString::new(folder).ok()) else {
        return;
    };
    let files = clap_preset_discovery_filetype {
        name: c"Lacquer preset".as_ptr(),
        description: null(),
        file_extension: c"toml".as_ptr(),
    };
    // SAFETY: the indexer's function with the indexer; the strings live during the call.
    if indexer.declare_filetype.is_some_and(|declare| unsafe { declare(indexer, &files) }) {
        declare(
            indexer,
            &clap_preset_discovery_location {
                flags: CLAP_PRESET_DISCOVERY_IS_USER_CONTENT,
                name: c"My presets".as_ptr(),
                kind: CLAP_PRESET_DISCOVERY_LOCATION_FILE,
                location: folder.as_ptr(),
            },
        );
    }
}

/// Tells a receiver of one preset; whether it wants more.
fn tell(
    receiver: &clap_preset_discovery_metadata_receiver,
    preset: &Preset,
    key: Option<&CStr>,
    flags: u32,
) -> bool {
    let (Ok(name), Ok(text)) = (CString::new(&*preset.name), CString::new(&*preset.description)) else {
        // No host could say its name.
        return true;
    };
    let plugin = clap_universal_plugin_id { abi: c"clap".as_ptr(), id: descriptor().clap_id().as_ptr() };
    let key = key.map_or(null(), CStr::as_ptr);
    // SAFETY: the receiver's functions with the receiver; all strings live during the calls.
    unsafe {
        if !receiver.begin_preset.is_some_and(|begin| begin(receiver, name.as_ptr(), key)) {
            return false;
        }
        receiver.add_plugin_id.inspect(|add| add(receiver, &plugin));
        receiver.set_flags.inspect(|set| set(receiver, flags));
        if !preset.description.is_empty() {
            receiver.set_description.inspect(|set| set(receiver, text.as_ptr()));
        }
        if let Ok(group) = CString::new(preset.group.to_lowercase())
            && !group.is_empty()
        {
            receiver.add_feature.inspect(|add| add(receiver, group.as_ptr()));
        }
        if flags & CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT != 0 {
            receiver.add_creator.inspect(|add| add(receiver, c"Lacquer".as_ptr()));
        }
    }
    true
}

unsafe extern "C" fn get_metadata(
    provider: *const clap_preset_discovery_provider,
    kind: u32,
    location: *const c_char,
    receiver: *const clap_preset_discovery_metadata_receiver,
) -> bool {
    // SAFETY: a host gives the provider that it got and a receiver that is valid during the call, or null.
    let given = unsafe { (provider.cast::<Provider>().as_ref(), receiver.as_ref()) };
    let (Some(provider), Some(receiver)) = given else { return false };
    // SAFETY: a host gives a string or null.
    let path = unsafe { c_str(location) }.and_then(|path| path.to_str().ok());
    match (kind, &provider.entry.content, path) {
        (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, Content::Factory(preset, key), _) => {
            tell(receiver, preset, Some(key), CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT)
        }
        (CLAP_PRESET_DISCOVERY_LOCATION_FILE, Content::Folder, Some(path)) => {
            match read_file(Path::new(path)) {
                Ok(preset) => tell(receiver, &preset, None, CLAP_PRESET_DISCOVERY_IS_USER_CONTENT),
                Err(message) => {
                    let message = CString::new(message).unwrap_or_default();
                    // SAFETY: the receiver's function with the receiver; the string lives during the call.
                    unsafe { receiver.on_error.inspect(|on_error| on_error(receiver, 0, message.as_ptr())) };
                    false
                }
            }
        }
        _ => false,
    }
}
