//! The built VST3 in a real DAW: Ardour, headless, bounces a song through it on the master bus while a parameter is automated, and
//! the file is compared with the library's own render.

#![cfg(target_os = "linux")]

use lacquer_dsp::{Chain, Frame, ProcessSpec};
use lacquer_files::decode::decode;
use lacquer_left_out::left_out;
use lacquer_params::{Preset, Tree};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

/// A song with drums, from Debian's frozen-bubble-data.
const SONG: &str = "/usr/share/games/frozen-bubble/snd/frozen-mainzik-1p.ogg";
/// Seconds of it that are bounced.
const LENGTH_S: usize = 12;
/// The parameter that moves, its values before and after, and when it does, in seconds.
const MOVED: &str = "limiter_drive";
const DRIVES_DB: [f64; 2] = [6.0, 12.0];
const MOVE_S: [usize; 2] = [5, 8];
/// Frames after which Ardour hands on a parameter that moves.
const HOST_BLOCK: usize = 1024;
/// Frames of the limiter's hop at 44.1 kHz, and of the distance between its long spectra.
const HOP: usize = 256;
const LONGEST_GRID: usize = 4096;
/// What a second is divided into in Ardour's session files.
const SUPERCLOCK: usize = 282_240_000;

fn bundle() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("LACQUER_BUNDLES") {
        return Some(Path::new(&folder).join("Lacquer.vst3")).filter(|path| path.exists());
    }
    let exe = std::env::current_exe().ok()?;
    exe.ancestors().map(|folder| folder.join("bundled/Lacquer.vst3")).find(|path| path.exists())
}

/// Ardour in a home of its own, with Lacquer alone among its plugins.
struct Ardour {
    folder: PathBuf,
}

impl Ardour {
    fn install(bundle: &Path) -> Self {
        let folder = bundle.ancestors().nth(2).unwrap_or(Path::new(".")).join("ardour-test");
        // A session of an earlier run would be continued.
        let _ = std::fs::remove_dir_all(&folder);
        let this = Self { folder };
        let plugin = this.folder.join("home/.vst3/Lacquer.vst3");
        let module = "Contents/x86_64-linux/Lacquer.so";
        std::fs::create_dir_all(plugin.join(module).parent().expect("a folder")).expect("a folder");
        std::fs::copy(bundle.join(module), plugin.join(module)).expect("a copy of the plugin");
        // Ardour leaves a plugin out whose scan is not newer than its file.
        let earlier = SystemTime::now() - Duration::from_secs(3600);
        let file = std::fs::File::options().write(true).open(plugin.join(module)).expect("the copy");
        file.set_modified(earlier).expect("an earlier time");
        let scan = this.run("/usr/lib/ardour7/ardour-vst3-scanner", &["-f".into(), plugin]);
        assert!(scan.status.success(), "{}", said(&scan));
        this
    }

    fn run(&self, program: &str, arguments: &[PathBuf]) -> Output {
        Command::new(program)
            .args(arguments)
            .env("HOME", self.folder.join("home"))
            .env("LD_LIBRARY_PATH", "/usr/lib/ardour7")
            .env("LV2_PATH", "/nonexistent")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
            .output()
            .expect("Ardour runs")
    }

    /// A session with a stereo track, and Lacquer on the master bus with `values` by name and [`MOVED`] moving.
    fn create_session(&self, rate: usize, values: &[(String, f64)], moved: &str) {
        let mut set = String::new();
        for (name, value) in values {
            writeln!(set, "  [\"{name}\"] = {value:?},").expect("a string grows");
        }
        let points: String = MOVE_S
            .iter()
            .zip(DRIVES_DB)
            .map(|(s, db)| format!("curve:add(Temporal.timepos_t({}), {db:?}, false, true)\n", s * rate))
            .collect();
        let script = format!(
            r#"
assert(create_session("{folder}/session", "song", {rate}))
local tracks = Session:new_audio_track(2, 2, nil, 1, "Source", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local processor = ARDOUR.LuaAPI.new_plugin(Session, "Lacquer", ARDOUR.PluginType.VST3, "")
assert(not processor:isnil(), "Lacquer is not found")
Session:master_out():add_processor_by_index(processor, 0, nil, true)
local plugin = processor:to_insert():plugin(0)
local values = {{
{set}}}
local moved = nil
for index = 0, plugin:parameter_count() - 1 do
  local control = plugin:nth_parameter(index, false)
  local name = plugin:parameter_label(control)
  if values[name] ~= nil then
    assert(ARDOUR.LuaAPI.set_processor_param(processor, index, values[name]), name)
    values[name] = nil
  end
  if name == "{moved}" then moved = index end
end
assert(next(values) == nil, "not a parameter: " .. tostring(next(values)))
local _, curve = ARDOUR.LuaAPI.plugin_automation(processor, moved)
{points}
processor:to_automatable():automation_control(
  Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, moved), false
):set_automation_state(ARDOUR.AutoState.Play)
-- The track is connected in the background; unconnected, it exports silence.
local connected = false
for _ = 1, 200 do
  ARDOUR.LuaAPI.usleep(50000)
  for track in tracks:iter() do
    connected = track:output():audio(0):connected() and track:output():audio(1):connected()
  end
  if connected then break end
end
assert(connected, "the track stays unconnected")
Session:save_state("", false, false, false, false, false)
print("session " .. "saved")
close_session()
quit()
"#,
            folder = self.folder.display(),
        );
        let path = self.folder.join("session.lua");
        std::fs::write(&path, script).expect("a script");
        let run = self.run("ardour7-lua", &[path]);
        assert!(said(&run).contains("session saved"), "{}", said(&run));
    }

    /// Puts a song on the track: two mono files and what refers to them, which Ardour's scripts cannot write.
    fn place(&self, rate: usize, song: &[[f32; 2]]) {
        let session = self.folder.join("session");
        for (channel, name) in ["left.wav", "right.wav"].into_iter().enumerate() {
            let spec = hound::WavSpec {
                channels: 1,
                sample_rate: rate as u32,
                bits_per_sample: 32,
                sample_format: hound::SampleFormat::Float,
            };
            let path = session.join("interchange/session/audiofiles").join(name);
            let mut writer = hound::WavWriter::create(path, spec).expect("a file");
            song.iter().for_each(|frame| writer.write_sample(frame[channel]).expect("room"));
            writer.finalize().expect("a file");
        }
        let file = session.join("song.ardour");
        let text = std::fs::read_to_string(&file).expect("a session");
        let length = song.len() * (SUPERCLOCK / rate);
        let start = text.find(r#"<Playlist id="#).expect("the track's playlist");
        let end = start + text[start..].find("/>").expect("an empty playlist");
        let region = format!(
            r#"><Region name="song" type="audio" id="900003" channels="2" start="a0" length="a{length}@a0" muted="0" opaque="1" whole-file="0" scale-amplitude="1" fade-in-active="0" fade-out-active="0" default-fade-in="0" default-fade-out="0" source-0="900001" source-1="900002" master-source-0="900001" master-source-1="900002"/></Playlist>"#
        );
        let text = format!("{}{region}{}", &text[..end], &text[end + 2..]);
        let text = text.replace(
            "<Sources/>",
            r#"<Sources><Source name="left.wav" type="audio" flags="" id="900001" channel="0"/><Source name="right.wav" type="audio" flags="" id="900002" channel="0"/></Sources>"#,
        );
        let text = text.replace(
            "<Locations/>",
            &format!(r#"<Locations><Location id="900004" name="session" start="a0" end="a{length}" flags="IsSessionRange" locked="0" cue="0"/></Locations>"#),
        );
        std::fs::write(file, text).expect("a session");
    }

    /// Bounces the session. What Ardour's exporter does after the file is complete is its own affair: Debian's 7.3 may abort.
    fn bounce(&self) -> Vec<[f32; 2]> {
        let path = self.folder.join("bounce.wav");
        let arguments = ["-b", "float", "-o"].map(PathBuf::from);
        let more = [path.clone(), self.folder.join("session"), "song".into()];
        let run = self.run("ardour7-export", &[arguments.as_slice(), more.as_slice()].concat());
        decode(&path, &|_| {}).unwrap_or_else(|error| panic!("{error}\n{}", said(&run))).frames
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What the library makes of the song when the host's first block began `lead` frames before it and parameters move at the host's
/// blocks, latency taken out.
fn expected(tree: &Tree, rate: usize, song: &[[f32; 2]], lead: usize) -> Vec<Frame> {
    let mut chain = Chain::new();
    chain.prepare(&tree.to_spec(ProcessSpec::stereo(rate as f64)));
    let latency = chain.latency_samples();
    let mut frames = vec![[0.0; 2]; lead];
    frames.extend(song.iter().map(|frame| frame.map(f64::from)));
    frames.extend(vec![[0.0; 2]; latency]);
    let [start, end] = MOVE_S.map(|s| s * rate);
    let mut position = 0;
    for block in frames.chunks_mut(HOST_BLOCK) {
        // What is set before a block is heard with it, one latency later: what belongs to a position is set when it enters the chain.
        let place = (position as f64 - lead as f64 - start as f64) / (end - start) as f64;
        let drive_db = DRIVES_DB[0] + (DRIVES_DB[1] - DRIVES_DB[0]) * place.clamp(0.0, 1.0);
        tree.set_plain(MOVED, drive_db).expect("a value");
        chain.set(&tree.to_settings());
        chain.process(block);
        position += block.len();
    }
    frames[lead + latency..].to_vec()
}

/// The largest difference between two stretches.
fn difference(found: &[[f32; 2]], expected: &[Frame]) -> f64 {
    let of_frame = |(found, expected): (&[f32; 2], &Frame)| {
        (0..2).map(|c| (f64::from(found[c]) - f64::from(expected[c] as f32)).abs()).fold(0.0, f64::max)
    };
    found.iter().zip(expected).map(of_frame).fold(0.0, f64::max)
}

#[test]
fn ardour_bounces_what_the_library_renders() {
    if !lacquer_left_out::has_file("/usr/bin/ardour7-lua") {
        return;
    }
    if !lacquer_left_out::has_file(SONG) {
        return;
    }
    let Some(bundle) = bundle() else {
        return left_out("Lacquer.vst3 is not built: run `cargo xtask bundle`");
    };
    let song = decode(Path::new(SONG), &|_| {}).expect("a song");
    let rate = song.sample_rate as usize;
    let song: Vec<[f32; 2]> = song.frames[20 * rate..(20 + LENGTH_S) * rate].to_vec();

    let tree = Tree::new();
    Preset::find("Streaming").and_then(|preset| preset.apply(&tree)).expect("a preset");
    tree.set_plain(MOVED, DRIVES_DB[0]).expect("a value");
    let values: Vec<(String, f64)> = tree
        .infos()
        .into_iter()
        .filter_map(|info| {
            let plain = tree.plain(&info.id).ok()?;
            (plain != info.default).then_some((info.name, plain))
        })
        .collect();
    let moved = tree.info(MOVED).expect("a parameter").name.clone();

    let ardour = Ardour::install(&bundle);
    ardour.create_session(rate, &values, &moved);
    ardour.place(rate, &song);
    let bounce = ardour.bounce();
    assert_eq!(bounce.len(), song.len(), "latency is taken out and nothing is cut off");

    // Ardour rolls for a while before the song: where its blocks then stand decides where the chain's grids do, the limiter's hops
    // first and its long spectra then.
    let static_end = MOVE_S[0] * rate - HOST_BLOCK;
    let nearest = |leads: &mut dyn Iterator<Item = usize>, probe: usize| {
        let miss =
            |lead| difference(&bounce[..probe], &expected(&tree, rate, &song[..probe + rate / 4], lead));
        let misses = leads.map(|lead| (lead, miss(lead)));
        misses.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(lead, _)| lead)
    };
    let hop = nearest(&mut (0..HOP), rate);
    let lead = nearest(&mut (0..LONGEST_GRID / HOP).map(|n| hop + n * HOP), 4 * rate);
    let render = expected(&tree, rate, &song, lead);
    let before = difference(&bounce[..static_end], &render[..static_end]);
    let all = difference(&bounce, &render);
    let after_start = (MOVE_S[1] + 2) * rate;
    let after = difference(&bounce[after_start..], &render[after_start..]);
    println!("grid {lead}: before {before:e}, after {after:e}, while it moves {all:e}");
    assert_eq!(before, 0.0, "bit-identical while nothing moves");
    assert!(all < 0.05 && after < 1e-3, "{all} {after}");
}
