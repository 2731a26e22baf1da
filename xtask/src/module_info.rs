//! `moduleinfo.json` in the VST3's bundle: what hosts read in the place of loading the library when they scan.
//!
//! The format is Steinberg's (VST 3.7.5, "Module info JSON", in `Contents/Resources`). A test compares it with what the built library
//! says of itself (`tests/tests/hosts_vst3_edge.rs`).

use anyhow::Context;
use std::path::Path;

/// The class's id, as `Vst3Plugin::VST3_CLASS_ID` has it.
const CLASS_ID: &[u8; 16] = b"LacquerMastering";

/// Writes it into `bundle`, which may be for Windows.
pub fn write(bundle: &Path, is_windows: bool) -> anyhow::Result<()> {
    let folder = bundle.join("Contents/Resources");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("moduleinfo.json");
    std::fs::write(&path, text(is_windows)).with_context(|| format!("{}: cannot be written", path.display()))
}

/// The id as hosts print it: on Windows the first three numbers are of 4, 2 and 2 bytes, in the system's order.
fn class_id(is_windows: bool) -> String {
    let mut id = *CLASS_ID;
    if is_windows {
        id[0..4].reverse();
        id[4..6].reverse();
        id[6..8].reverse();
    }
    id.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn text(is_windows: bool) -> String {
    let (version, id) = (env!("CARGO_PKG_VERSION"), class_id(is_windows));
    format!(
        r#"{{
  "Name": "Lacquer",
  "Version": "{version}",
  "Factory Info": {{
    "Vendor": "Lacquer",
    "URL": "",
    "E-Mail": "",
    "Flags": {{
      "Unicode": true,
      "Classes Discardable": false,
      "Component Non Discardable": false
    }}
  }},
  "Classes": [
    {{
      "CID": "{id}",
      "Category": "Audio Module Class",
      "Name": "Lacquer",
      "Vendor": "Lacquer",
      "Version": "{version}",
      "SDKVersion": "VST 3.6.14",
      "Sub Categories": [
        "Fx",
        "Mastering",
        "Dynamics",
        "EQ"
      ],
      "Class Flags": 2,
      "Cardinality": 2147483647,
      "Snapshots": []
    }}
  ]
}}
"#
    )
}
