//! The digests against the files, and files that nobody names.

use super::super::CHECKSUM_FILE;
use super::super::checksum::{hexadecimal, parse_line};
use super::super::report::Findings;
use super::folder::Folder;
use lacquer_storage::confined;
use md5::{Digest, Md5};
use std::collections::{BTreeSet, HashMap};
use std::io::{self, Read};
use std::path::Path;

/// Most bytes of a list of digests: some thousands of lines.
const MAX_LIST_BYTES: usize = 1 << 18;

/// `named` are the entries that DDPMS names, DDPID and DDPMS.
pub fn verify(folder: &Folder, named: BTreeSet<usize>, findings: &mut Findings) {
    let is_list = |name: &str| {
        name.get(name.len().saturating_sub(4)..).is_some_and(|end| end.eq_ignore_ascii_case(".md5"))
    };
    let list =
        folder.find(CHECKSUM_FILE).or_else(|| folder.entries().iter().position(|entry| is_list(&entry.name)));
    let mut listed: HashMap<usize, String> = HashMap::new();
    if let Some(list) = list {
        check_list(folder, list, &mut listed, findings);
        for entry in named.iter().filter(|entry| !listed.contains_key(entry)) {
            let expected = format!("a line for {}", folder.entry(*entry).name);
            findings.warning(&folder.entry(list).name, "", "no line", expected);
        }
    } else {
        findings.warning(CHECKSUM_FILE, "", "missing", "a digest of each file");
    }
    for (index, entry) in folder.entries().iter().enumerate() {
        if !named.contains(&index) && Some(index) != list && !listed.contains_key(&index) {
            findings.warning(&entry.name, "", "an extra file", "only files that DDPMS or the digests name");
        }
    }
}

fn check_list(folder: &Folder, list: usize, listed: &mut HashMap<usize, String>, findings: &mut Findings) {
    let Some(bytes) = folder.small(list, MAX_LIST_BYTES, findings) else { return };
    let file = folder.entry(list).name.as_str();
    for (line, number) in String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').lines().zip(1..) {
        let place = format!("line {number}");
        let digest = match parse_line(line) {
            Ok(Some(digest)) => digest,
            Ok(None) => continue,
            Err(wrong) => {
                findings.error(file, place, wrong, "32 hexadecimal digits, a space, * or a space, a name");
                continue;
            }
        };
        let name = digest.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let Some(entry) = folder.find(name) else {
            findings.error(file, place, format!("{:?}", digest.name), "a file of the folder; it is missing");
            continue;
        };
        // However often a file is listed, it is read once.
        let known = listed.get(&entry).cloned();
        if known.is_some() {
            findings.warning(file, place.clone(), format!("{name:?} again"), "one line a file");
        }
        match known.map_or_else(|| md5_of(&folder.entry(entry).path, folder.entry(entry).bytes), Ok) {
            Ok(md5) => {
                if md5 != digest.md5 {
                    findings.error(
                        file,
                        place,
                        format!("{} for {name:?}", digest.md5),
                        format!("{md5}, as the file has"),
                    );
                }
                listed.insert(entry, md5);
            }
            Err(error) => {
                findings.error(&folder.entry(entry).name, "", format!("cannot be read: {error}"), "");
                listed.insert(entry, String::new());
            }
        }
    }
}

/// Digest of a file, read in pieces and no further than its size was.
fn md5_of(path: &Path, bytes: Option<u64>) -> io::Result<String> {
    let bytes = bytes.ok_or_else(|| io::Error::other("it is no file"))?;
    let mut file = confined::open(path, u64::MAX)?.take(bytes);
    let mut md5 = Md5::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hexadecimal(&md5.finalize()));
        }
        md5.update(&piece[..read]);
    }
}
