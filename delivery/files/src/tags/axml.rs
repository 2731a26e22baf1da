//! The code of a Broadcast Wave file: the `axml` chunk (EBU Tech 3285, supplement 5) with an EBU Core identifier (EBU Tech 3352,
//! Carriage of identifiers in Broadcast Wave Format).

use lacquer_isrc::Isrc;

/// Namespaces of EBU Tech 3352.
const DUBLIN_CORE: &str = "http://purl.org/dc/elements/1.1/";
const EBU_CORE: &str = "urn:ebu:metadata-schema:ebuCore_2012";
/// What stands before a code.
const MARK: &str = "ISRC:";

/// The XML for a code in a file without any.
pub fn new(isrc: Isrc) -> String {
    format!(
        "<ebucore:ebuCoreMain xmlns:dc=\"{DUBLIN_CORE}\" xmlns:ebucore=\"{EBU_CORE}\">\
         <ebucore:coreMetadata>{}</ebucore:coreMetadata></ebucore:ebuCoreMain>",
        identifier(isrc, "")
    )
}

/// The XML of a file that has some: the code takes the place of another, or joins what is there (the description of an object-based
/// programme, for instance); XML of another kind gives way.
pub fn with(xml: &str, isrc: Isrc) -> String {
    if let Some((from, to)) = places(xml).next() {
        return format!("{}{}{}", &xml[..from], isrc.as_str(), &xml[to..]);
    }
    match after_core_metadata(xml) {
        Some(at) => {
            // The names may be bound otherwise there.
            let bound = format!(" xmlns:dc=\"{DUBLIN_CORE}\" xmlns:ebucore=\"{EBU_CORE}\"");
            format!("{}{}{}", &xml[..at], identifier(isrc, &bound), &xml[at..])
        }
        None => new(isrc),
    }
}

/// The codes as they stand in the XML.
pub fn codes(xml: &str) -> Vec<String> {
    places(xml).map(|(from, to)| xml[from..to].trim().to_owned()).collect()
}

fn identifier(isrc: Isrc, bound: &str) -> String {
    format!(
        "<ebucore:identifier{bound} typeLabel=\"GUID\" typeDefinition=\"Globally Unique Identifier\" formatLabel=\"ISRC\" \
         formatDefinition=\"International Standard Recording Code\" \
         formatLink=\"http://www.ebu.ch/metadata/cs/ebu_IdentifierTypeCodeCS.xml#3.7\">\
         <dc:identifier>{MARK}{}</dc:identifier></ebucore:identifier>",
        isrc.as_str()
    )
}

/// Where codes stand: after the mark, up to the next tag.
fn places(xml: &str) -> impl Iterator<Item = (usize, usize)> {
    xml.match_indices(MARK).filter_map(|(at, mark)| {
        let from = at + mark.len();
        // Only an element's whole text is a code.
        let to = from + xml[from..].find('<')?;
        xml[..at].ends_with('>').then_some((from, to))
    })
}

/// Just inside the element `coreMetadata`, whatever its prefix.
fn after_core_metadata(xml: &str) -> Option<usize> {
    xml.match_indices("coreMetadata").find_map(|(at, name)| {
        let before = xml[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == ':');
        let end = at + name.len() + xml[at + name.len()..].find('>')?;
        let opens = before.ends_with('<') && !xml[..end].ends_with('/');
        opens.then_some(end + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Isrc {
        text.parse().unwrap()
    }

    #[test]
    fn the_xml_is_the_standards() {
        assert_eq!(
            new(code("AA6Q72000047")),
            "<ebucore:ebuCoreMain xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:ebucore=\"urn:ebu:metadata-schema:ebuCore_2012\">\
             <ebucore:coreMetadata><ebucore:identifier typeLabel=\"GUID\" typeDefinition=\"Globally Unique Identifier\" formatLabel=\"ISRC\" \
             formatDefinition=\"International Standard Recording Code\" formatLink=\"http://www.ebu.ch/metadata/cs/ebu_IdentifierTypeCodeCS.xml#3.7\">\
             <dc:identifier>ISRC:AA6Q72000047</dc:identifier></ebucore:identifier></ebucore:coreMetadata></ebucore:ebuCoreMain>"
        );
    }

    #[test]
    fn a_code_replaces_another_and_joins_what_is_there() {
        let first = new(code("AA6Q72000047"));
        let second = with(&first, code("AA6Q72000048"));
        assert_eq!(codes(&second), ["AA6Q72000048"]);
        assert_eq!(second.len(), first.len());
        let objects =
            "<ebuCoreMain><coreMetadata><format><audioFormatExtended/></format></coreMetadata></ebuCoreMain>";
        let joined = with(objects, code("AA6Q72000047"));
        assert!(joined.contains("<audioFormatExtended/>"));
        assert_eq!(codes(&joined), ["AA6Q72000047"]);
        assert_eq!(codes(&with("<other/>", code("AA6Q72000047"))), ["AA6Q72000047"]);
        assert_eq!(codes("ISRC:no element, <a>ISRC:"), Vec::<String>::new());
    }
}
