//! `CHECKSUM.MD5`: lines of a digest and a name, as `md5sum` writes them in binary mode.

use std::fmt::Write;

/// Digest of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The file's name.
    pub name: String,
    /// MD5 in lower-case hexadecimal.
    pub md5: String,
}

/// The lines of CHECKSUM.MD5: `<md5> *<name>`.
pub fn encode(digests: &[Digest]) -> String {
    digests.iter().map(|digest| format!("{} *{}\n", digest.md5, digest.name)).collect()
}

/// Reads a line, whoever wrote it: `<md5> *<name>`, `<md5>  <name>` or `MD5 (<name>) = <md5>`, in either case. None for empty lines and
/// comments.
///
/// # Errors
/// What is wrong with the line.
pub fn parse_line(line: &str) -> Result<Option<Digest>, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with([';', '#']) {
        return Ok(None);
    }
    let bsd = line.get(..3).filter(|word| word.eq_ignore_ascii_case("md5")).and_then(|_| {
        let (name, md5) = line[3..].trim_start().strip_prefix('(')?.rsplit_once(')')?;
        Some((md5.trim_start().strip_prefix('=')?.trim_start(), name))
    });
    let (md5, name) = match bsd {
        Some(parts) => parts,
        None => line.split_once(char::is_whitespace).unwrap_or((line, "")),
    };
    let name = name.trim_start();
    let name = name.strip_prefix('*').unwrap_or(name);
    let name = name.strip_prefix("./").or(name.strip_prefix(".\\")).unwrap_or(name);
    let shown = |text: &str| text.chars().take(64).collect::<String>();
    if md5.len() != 32 || !md5.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("{:?} is no MD5", shown(md5)));
    }
    if name.is_empty() {
        return Err(format!("no name after {:?}", shown(md5)));
    }
    Ok(Some(Digest { name: name.to_owned(), md5: md5.to_ascii_lowercase() }))
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_common_spelling_is_read() {
        let md5 = "d41d8cd98f00b204e9800998ecf8427e";
        let digest = |name: &str| Ok(Some(Digest { name: name.into(), md5: md5.into() }));
        let upper = md5.to_uppercase();
        for line in [
            format!("{md5} *DDPID"),
            format!("{md5}  DDPID\r"),
            format!("{upper}\tDDPID"),
            format!("MD5 (DDPID) = {upper}"),
            format!("{md5} *./DDPID"),
        ] {
            assert_eq!(parse_line(&line), digest("DDPID"), "{line}");
        }
        assert_eq!(parse_line(&format!("{md5}  a b.dat")), digest("a b.dat"));
        assert_eq!(parse_line("; comment"), Ok(None));
        assert!(parse_line(&md5[1..]).is_err());
        assert!(parse_line(md5).is_err());
    }

    proptest! {
        #![proptest_config(crate::fixed_cases())]

        #[test]
        fn no_line_makes_it_panic(line in any::<String>(), tail in "[mM][dD]5 ?[(]?[a-z)= ]{0,9}") {
            let _ = (parse_line(&line), parse_line(&tail));
        }
    }
}
