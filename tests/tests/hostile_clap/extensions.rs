//! Presets in the host's browser, indications, menus.

use crate::ext;
use crate::isolated;
use crate::raw_clap_host::{Host, Plugin};
use clap_sys::color::clap_color;
use clap_sys::ext::context_menu::{
    CLAP_CONTEXT_MENU_TARGET_KIND_GLOBAL, CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, CLAP_EXT_CONTEXT_MENU,
    clap_context_menu_builder, clap_context_menu_entry, clap_context_menu_target, clap_plugin_context_menu,
};
use clap_sys::ext::param_indication::{CLAP_EXT_PARAM_INDICATION, clap_plugin_param_indication};
use clap_sys::ext::preset_load::{CLAP_EXT_PRESET_LOAD, clap_plugin_preset_load};
use clap_sys::ext::remote_controls::{
    CLAP_EXT_REMOTE_CONTROLS, clap_plugin_remote_controls, clap_remote_controls_page,
};
use clap_sys::ext::track_info::{CLAP_EXT_TRACK_INFO, clap_plugin_track_info};
use clap_sys::factory::preset_discovery::*;
use clap_sys::universal_plugin_id::clap_universal_plugin_id;
use clap_sys::version::CLAP_VERSION;
use lacquer_params::{Preset, Tree};
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::SeqCst;

/// What an indexer or a receiver was told.
#[derive(Default)]
struct Told {
    locations: Vec<(u32, u32, Option<String>)>,
    types: Vec<String>,
    presets: Vec<(String, Option<String>)>,
    plugins: Vec<String>,
    errors: usize,
}

unsafe fn text(text: *const c_char) -> Option<String> {
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned())
}

fn indexer(told: &mut Told) -> clap_preset_discovery_indexer {
    unsafe fn told_of<'a>(indexer: *const clap_preset_discovery_indexer) -> &'a mut Told {
        unsafe { &mut *(*indexer).indexer_data.cast::<Told>() }
    }
    unsafe extern "C" fn location(
        indexer: *const clap_preset_discovery_indexer,
        location: *const clap_preset_discovery_location,
    ) -> bool {
        unsafe {
            let location = &*location;
            told_of(indexer).locations.push((location.kind, location.flags, text(location.location)));
        }
        true
    }
    unsafe extern "C" fn filetype(
        indexer: *const clap_preset_discovery_indexer,
        filetype: *const clap_preset_discovery_filetype,
    ) -> bool {
        unsafe { told_of(indexer).types.extend(text((*filetype).file_extension)) };
        true
    }
    clap_preset_discovery_indexer {
        clap_version: CLAP_VERSION,
        name: c"Hostile".as_ptr(),
        vendor: null(),
        url: null(),
        version: null(),
        indexer_data: (&raw mut *told).cast(),
        declare_filetype: Some(filetype),
        declare_location: Some(location),
        declare_soundpack: None,
        get_extension: None,
    }
}

/// A receiver that leaves out whatever may be left out.
fn receiver(told: &mut Told) -> clap_preset_discovery_metadata_receiver {
    unsafe fn told_of<'a>(receiver: *const clap_preset_discovery_metadata_receiver) -> &'a mut Told {
        unsafe { &mut *(*receiver).receiver_data.cast::<Told>() }
    }
    unsafe extern "C" fn begin(
        receiver: *const clap_preset_discovery_metadata_receiver,
        name: *const c_char,
        key: *const c_char,
    ) -> bool {
        unsafe { told_of(receiver).presets.push((text(name).unwrap(), text(key))) };
        true
    }
    unsafe extern "C" fn plugin(
        receiver: *const clap_preset_discovery_metadata_receiver,
        id: *const clap_universal_plugin_id,
    ) {
        unsafe { told_of(receiver).plugins.extend(text((*id).id)) };
    }
    unsafe extern "C" fn error(
        receiver: *const clap_preset_discovery_metadata_receiver,
        _: i32,
        _: *const c_char,
    ) {
        unsafe { told_of(receiver) }.errors += 1;
    }
    clap_preset_discovery_metadata_receiver {
        receiver_data: (&raw mut *told).cast(),
        on_error: Some(error),
        begin_preset: Some(begin),
        add_plugin_id: Some(plugin),
        set_soundpack_id: None,
        set_flags: None,
        add_creator: None,
        set_description: None,
        set_timestamps: None,
        add_feature: None,
        add_extra_info: None,
    }
}

isolated! {
    fn presets_of_the_factory_and_of_the_user_are_found_and_load(module) {
        let home = tempfile::tempdir().unwrap();
        // SAFETY: this process has one thread that reads the environment, and it is this one.
        unsafe { std::env::set_var("XDG_DATA_HOME", home.path()) };
        let folder = home.path().join("lacquer/presets");
        std::fs::create_dir_all(&folder).unwrap();
        let own = folder.join("Own.toml");
        let tree = Tree::new();
        tree.set_plain("limiter_drive", 7.0).unwrap();
        std::fs::write(&own, Preset::of(&tree, "My own", "").to_text()).unwrap();
        let bad = folder.join("bad.toml");
        std::fs::write(&bad, "name = ").unwrap();
        let huge = folder.join("huge.toml");
        std::fs::File::create(&huge).unwrap().set_len(1 << 33).unwrap();

        let factory = module.factory::<clap_preset_discovery_factory>(CLAP_PRESET_DISCOVERY_FACTORY_ID).unwrap();
        let mut told = Told::default();
        let indexer = indexer(&mut told);
        let path = |path: &std::path::Path| CString::new(path.to_str().unwrap()).unwrap();
        let mut listed = Told::default();
        let factory_count = Preset::factory().len() as u32;
        unsafe {
            let count = factory.count.unwrap()(factory);
            assert_eq!(count, factory_count + 1, "one for each preset, and one for the folder");
            assert!(factory.get_descriptor.unwrap()(factory, count).is_null());
            let create = factory.create.unwrap();
            let id = |index| (*factory.get_descriptor.unwrap()(factory, index)).id;
            assert!(create(factory, &indexer, c"nobody".as_ptr()).is_null() && create(factory, null(), id(0)).is_null());
            let list = |provider: *const clap_preset_discovery_provider, kind, location: *const c_char, told: &mut Told| {
                let receiver = receiver(told);
                (*provider).get_metadata.unwrap()(provider, kind, location, &receiver)
            };
            let mut files = Told::default();
            for index in 0..count {
                let provider = create(factory, &indexer, id(index));
                assert!((*provider).init.unwrap()(provider));
                let before = listed.presets.len();
                let has_preset = list(provider, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, null(), &mut listed);
                assert_eq!(has_preset, index < factory_count);
                // A host's lock is taken once an answer; see docs/upstream.md.
                assert_eq!(listed.presets.len() - before, usize::from(has_preset));
                let has_files = list(provider, CLAP_PRESET_DISCOVERY_LOCATION_FILE, path(&own).as_ptr(), &mut files);
                assert_eq!(has_files, index == factory_count);
                for wrong in [&bad, &huge, &folder, &folder.join("not there.toml")] {
                    assert!(!list(provider, CLAP_PRESET_DISCOVERY_LOCATION_FILE, path(wrong).as_ptr(), &mut files));
                }
                assert!(!list(provider, CLAP_PRESET_DISCOVERY_LOCATION_FILE, null(), &mut files));
                assert!(!list(provider, 9, null(), &mut files));
                (*provider).destroy.unwrap()(provider);
            }
            assert_eq!(files.presets, [("My own".to_owned(), None)]);
            assert_eq!(files.errors, 4);
        }
        let place = folder.to_str().unwrap().to_owned();
        let in_plugin = (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, CLAP_PRESET_DISCOVERY_IS_FACTORY_CONTENT, None);
        let mut locations = vec![in_plugin; factory_count as usize];
        locations.push((CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_IS_USER_CONTENT, Some(place)));
        assert_eq!(told.locations, locations);
        assert_eq!(told.types, ["toml"]);
        let names: Vec<_> = Preset::factory().into_iter().map(|preset| preset.name).collect();
        assert_eq!(listed.presets.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), names);
        assert!(listed.plugins.iter().all(|id| id == "audio.lacquer.lacquer"));

        let plugin = Plugin::running(module, 48_000.0, 64);
        let load = |kind, location: *const c_char, key: *const c_char| {
            ext!(plugin, clap_plugin_preset_load, CLAP_EXT_PRESET_LOAD, from_location(kind, location, key))
        };
        let drive = || plugin.value_of("Limiter Drive");
        let before = drive();
        for (name, key) in &listed.presets {
            let key = CString::new(key.as_deref().unwrap()).unwrap();
            assert!(load(CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, null(), key.as_ptr()), "{name}");
            let tree = Tree::new();
            Preset::find(name).unwrap().apply(&tree).unwrap();
            assert_eq!(drive() as f32, tree.normalized("limiter_drive").unwrap(), "{name}");
        }
        assert_eq!(plugin.host.rescans.load(SeqCst) as usize, names.len());
        assert!(load(CLAP_PRESET_DISCOVERY_LOCATION_FILE, path(&own).as_ptr(), null()));
        assert_eq!(drive() as f32, tree.normalized("limiter_drive").unwrap());
        assert_ne!(drive(), before);
        let now = plugin.save();
        for (kind, location, key) in [
            (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, null(), c"nonsense".as_ptr()),
            (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, null(), path(&own).as_ptr()),
            (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, null(), null()),
            (CLAP_PRESET_DISCOVERY_LOCATION_FILE, path(&bad).as_ptr(), null()),
            (CLAP_PRESET_DISCOVERY_LOCATION_FILE, null(), null()),
            (9, path(&own).as_ptr(), null()),
        ] {
            assert!(!load(kind, location, key));
        }
        assert!(plugin.save() == now, "nothing of it was taken");
        plugin.destroy();
    }
}

isolated! {
    fn indications_and_menus_are_taken(module) {
        let plugin = Plugin::new(module, Host::new(true));
        let id = plugin.named("Limiter Drive").id;
        let color = clap_color { alpha: 255, red: 10, green: 200, blue: 30 };
        for id in [id, 77] {
            for (color, label) in [(&raw const color, c"Knob 1".as_ptr()), (null(), null()), (&raw const color, c"\xff".as_ptr())] {
                ext!(plugin, clap_plugin_param_indication, CLAP_EXT_PARAM_INDICATION, set_mapping(id, true, color, label, null()));
                for state in [0, 1, 2, 3, 4, 99] {
                    ext!(plugin, clap_plugin_param_indication, CLAP_EXT_PARAM_INDICATION, set_automation(id, state, color));
                }
            }
            ext!(plugin, clap_plugin_param_indication, CLAP_EXT_PARAM_INDICATION, set_mapping(id, false, null(), null(), null()));
        }

        unsafe extern "C" fn add(builder: *const clap_context_menu_builder, _: u32, data: *const c_void) -> bool {
            unsafe {
                let entry = &*data.cast::<clap_context_menu_entry>();
                (*(*builder).ctx.cast::<Vec<(String, u32)>>()).push((text(entry.label).unwrap(), entry.action_id));
            }
            true
        }
        let mut items = Vec::<(String, u32)>::new();
        let builder = clap_context_menu_builder { ctx: (&raw mut items).cast(), add_item: Some(add), supports: None };
        let silent = clap_context_menu_builder { ctx: null_mut(), add_item: None, supports: None };
        let target = |kind, id| clap_context_menu_target { kind, id };
        let (knob, nobody) = (target(CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, id), target(CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, 77));
        let global = target(CLAP_CONTEXT_MENU_TARGET_KIND_GLOBAL, 0);
        for target in [&raw const nobody, &raw const global, null()] {
            assert!(ext!(plugin, clap_plugin_context_menu, CLAP_EXT_CONTEXT_MENU, populate(target, &builder)));
        }
        assert!(items.is_empty());
        assert!(!ext!(plugin, clap_plugin_context_menu, CLAP_EXT_CONTEXT_MENU, populate(&knob, &silent)));
        assert!(!ext!(plugin, clap_plugin_context_menu, CLAP_EXT_CONTEXT_MENU, populate(&knob, null())));
        assert!(ext!(plugin, clap_plugin_context_menu, CLAP_EXT_CONTEXT_MENU, populate(&knob, &builder)));
        assert_eq!(items.len(), 1);
        plugin.set("Limiter Drive", 0.9);
        assert!(!ext!(plugin, clap_plugin_context_menu, CLAP_EXT_CONTEXT_MENU, perform(&knob, 99)));
        assert!(!ext!(plugin, clap_plugin_context_menu, CLAP_EXT_CONTEXT_MENU, perform(&nobody, items[0].1)));
        assert!(ext!(plugin, clap_plugin_context_menu, CLAP_EXT_CONTEXT_MENU, perform(&knob, items[0].1)));
        assert!((plugin.value(id).unwrap() - plugin.named("Limiter Drive").default).abs() < 1e-6);
        plugin.destroy();
    }
}

isolated! {
    fn the_track_is_asked_for_when_it_changes(module) {
        let plugin = Plugin::new(module, Host::new(true));
        for _ in 0..7 {
            let before = plugin.host.tracks.load(SeqCst);
            ext!(plugin, clap_plugin_track_info, CLAP_EXT_TRACK_INFO, changed());
            assert_eq!(plugin.host.tracks.load(SeqCst), before + 1);
        }
        plugin.destroy();
        // A host that knows of no tracks says all the same that they changed.
        let plugin = Plugin::new(module, Host::new(false));
        if let Some(table) = plugin.table::<clap_plugin_track_info>(CLAP_EXT_TRACK_INFO) {
            unsafe { table.changed.unwrap()(plugin.raw()) };
        }
        plugin.destroy();
    }
}

isolated! {
    fn the_first_page_of_remote_controls_is_an_overview(module) {
        let plugin = Plugin::new(module, Host::new(true));
        let mut page: clap_remote_controls_page = unsafe { std::mem::zeroed() };
        let count = ext!(plugin, clap_plugin_remote_controls, CLAP_EXT_REMOTE_CONTROLS, count());
        assert!(ext!(plugin, clap_plugin_remote_controls, CLAP_EXT_REMOTE_CONTROLS, get(0, &mut page)));
        assert_eq!(unsafe { CStr::from_ptr(page.page_name.as_ptr()) }, c"Overview");
        assert!(page.param_ids.iter().all(|id| plugin.value(*id).is_some()));
        assert!(!ext!(plugin, clap_plugin_remote_controls, CLAP_EXT_REMOTE_CONTROLS, get(count, &mut page)));
        assert!(!ext!(plugin, clap_plugin_remote_controls, CLAP_EXT_REMOTE_CONTROLS, get(0, null_mut())));
        plugin.destroy();
    }
}
