//! MP4 atoms, APE items and RIFF entries to fields (Apple, QuickTime File Format: metadata; Hydrogenaudio, APE key).

use lofty::ape::ApeTag;
use lofty::mp4::{AtomData, AtomIdent, Ilst};
use lofty::picture::Picture;
use lofty::tag::{ItemKey, ItemValue, Tag, TagType};

/// Atoms that lofty has no name for in Vorbis comments.
const ATOMS: [(&str, &str); 5] = [
    ("desc", "DESCRIPTION"),
    ("soco", "COMPOSERSORT"),
    ("rtng", "ITUNESADVISORY"),
    ("tmpo", "BPM"),
    ("\u{a9}lyr", "LYRICS"),
];
/// Items of APE with a number and how many there are, with the fields of both.
const PAIRS: [(&str, [&str; 2]); 2] =
    [("Track", ["TRACKNUMBER", "TRACKTOTAL"]), ("Disc", ["DISCNUMBER", "DISCTOTAL"])];
/// Who made an MP4 holds what he says of himself here.
const APPLE: &str = "com.apple.iTunes";

/// The name that Vorbis comments have for what another kind of tag calls `key`.
fn known(kind: TagType, key: &str) -> Option<&'static str> {
    ItemKey::from_key(kind, key)?.map_key(TagType::VorbisComments)
}

/// What the atoms say, and those that say no text.
pub(super) fn of_mp4(tag: &Ilst) -> (Vec<(String, String)>, Vec<String>) {
    let (mut fields, mut lost) = (Vec::new(), Vec::new());
    for atom in tag {
        let (key, own) = match atom.ident() {
            AtomIdent::Fourcc(id) => {
                let key: String = id.iter().map(|byte| char::from(*byte)).collect();
                (key.clone(), key.trim_start_matches('\u{a9}').trim().to_ascii_uppercase())
            }
            AtomIdent::Freeform { mean, name } => (
                format!("----:{mean}:{name}"),
                if mean == APPLE { name.to_string() } else { format!("{mean}:{name}") },
            ),
        };
        let name = ATOMS.iter().find(|(id, _)| *id == key).map(|(_, name)| *name);
        let name = name.or_else(|| known(TagType::Mp4Ilst, &key)).map_or(own, str::to_owned);
        for data in atom.data() {
            match (key.as_str(), data) {
                ("covr", _) | (_, AtomData::Picture(_) | AtomData::Bool(false)) => {}
                ("trkn" | "disk", AtomData::Unknown { data, .. }) => {
                    let names = if key == "trkn" {
                        ["TRACKNUMBER", "TRACKTOTAL"]
                    } else {
                        ["DISCNUMBER", "DISCTOTAL"]
                    };
                    for (name, bytes) in
                        names.into_iter().zip(data.get(2..).unwrap_or_default().as_chunks::<2>().0)
                    {
                        let number = u16::from_be_bytes(*bytes);
                        fields.extend((number > 0).then(|| (name.to_owned(), number.to_string())));
                    }
                }
                (_, AtomData::UTF8(text) | AtomData::UTF16(text)) => {
                    fields.push((name.clone(), text.clone()))
                }
                (_, AtomData::SignedInteger(number)) => fields.push((name.clone(), number.to_string())),
                (_, AtomData::UnsignedInteger(number)) => fields.push((name.clone(), number.to_string())),
                (_, AtomData::Bool(true)) => fields.push((name.clone(), "1".to_owned())),
                _ if super::is_its_own(&name) => {}
                _ => lost.push(format!("the MP4 atom {name:?}")),
            }
        }
    }
    (fields, lost)
}

/// What the items of an APE tag say.
pub(super) fn of_ape(tag: &ApeTag) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for item in tag {
        let name = known(TagType::Ape, item.key()).unwrap_or(item.key());
        if let ItemValue::Text(text) | ItemValue::Locator(text) = item.value() {
            if let Some((_, names)) = PAIRS.iter().find(|(key, _)| key.eq_ignore_ascii_case(item.key())) {
                let parts = text.split('/').zip(names);
                fields.extend(parts.map(|(number, name)| ((*name).to_owned(), number.trim().to_owned())));
                continue;
            }
            fields.extend(text.split('\0').map(|text| (name.to_owned(), text.to_owned())));
        }
    }
    fields
}

/// The pictures of an APE tag.
pub(super) fn pictures_of_ape(tag: &ApeTag) -> Vec<Picture> {
    let of = |item: &lofty::ape::ApeItem| match item.value() {
        ItemValue::Binary(bytes) => Picture::from_ape_bytes(item.key(), bytes).ok(),
        _ => None,
    };
    tag.into_iter().filter_map(of).collect()
}

/// What a tag says by the names that lofty knows.
pub(super) fn of_tag(tag: &Tag) -> Vec<(String, String)> {
    let field = |item: &lofty::tag::TagItem| {
        let name = item.key().map_key(TagType::VorbisComments)?;
        Some((name.to_owned(), item.value().text()?.to_owned()))
    };
    tag.items().filter_map(field).collect()
}

/// The name of an entry of a RIFF `INFO` list, whose `ISRC` means "source".
pub(in crate::tags) fn name_of_info(id: &[u8; 4]) -> String {
    let key = String::from_utf8_lossy(id).into_owned();
    match &id[..] {
        b"ISRC" => "SOURCE".to_owned(),
        b"IENG" => "ENGINEER".to_owned(),
        b"ISFT" => "ENCODER".to_owned(),
        _ => known(TagType::RiffInfo, &key).map_or(key, str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lofty::ape::ApeItem;

    #[test]
    fn a_number_of_ape_and_how_many_there_are_become_two_fields() {
        let mut tag = ApeTag::default();
        let item = ApeItem::new("Track".to_owned(), ItemValue::Text("4/9".to_owned())).expect("an item");
        tag.insert(item);
        let fields = [("TRACKNUMBER", "4"), ("TRACKTOTAL", "9")];
        assert_eq!(of_ape(&tag), fields.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
}
