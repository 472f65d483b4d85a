//! File names that people send: kept readable, made harmless.

use super::bytes;

/// Longest name that [`clean`] gives, in characters.
pub const MOST_CHARACTERS: usize = 120;
/// Longest name that [`clean`] gives, in bytes of UTF-8; file systems take 255.
pub const MOST_BYTES: usize = 240;
/// Longest ending that is kept when a name is shortened, in characters with its dot.
const LONGEST_ENDING: usize = 10;

/// A name that can be shown, stored and offered for download.
///
/// The last part of a path, without control, direction and invisible characters, without what Windows and shells
/// take for syntax, without dots and spaces at the ends, at most [`MOST_CHARACTERS`] characters and [`MOST_BYTES`]
/// bytes; a name that is too long loses its middle, not its ending. Letters of every script stay. Never empty:
/// `unnamed` where nothing is left. Cleaning a clean name changes nothing.
pub fn clean(name: &str) -> String {
    let last = name
        .rsplit(['/', '\\'])
        .find(|part| !part.trim_matches(['.', ' ', '\0']).is_empty())
        .unwrap_or_default();
    let mut cleaned = String::with_capacity(last.len().min(4 * MOST_BYTES));
    for character in last.chars() {
        match character {
            character if character.is_whitespace() => {
                if !cleaned.ends_with(' ') {
                    cleaned.push(' ');
                }
            }
            character if is_hidden(character) => {}
            '<' | '>' | ':' | '"' | '|' | '?' | '*' | '`' | '$' | '&' | ';' | '\'' => {
                cleaned.push('_');
            }
            character => cleaned.push(character),
        }
    }
    match cleaned.trim_matches(['.', ' ']) {
        "" => "unnamed".to_owned(),
        name if is_device(name) => shorten(&format!("_{name}")),
        name => shorten(name),
    }
}

/// Characters that nobody sees but that change what is seen or how a program reads it: controls, direction marks
/// (Unicode TR 36 §2.10), zero-width characters, private use, non-characters.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}'..='\u{FFFF}' | '\u{E000}'..='\u{F8FF}'
            | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Cuts from the end of the stem until the name fits.
fn shorten(name: &str) -> String {
    let fits = |name: &str| name.len() <= MOST_BYTES && name.chars().count() <= MOST_CHARACTERS;
    if fits(name) {
        return name.to_owned();
    }
    let (stem, ending) = match name.rfind('.') {
        Some(dot) if name[dot..].chars().count() <= LONGEST_ENDING => name.split_at(dot),
        _ => (name, ""),
    };
    let mut kept = String::new();
    let (mut characters, mut size) = (ending.chars().count() + 1, ending.len() + '…'.len_utf8());
    for character in stem.chars() {
        characters += 1;
        size += character.len_utf8();
        if characters > MOST_CHARACTERS || size > MOST_BYTES {
            break;
        }
        kept.push(character);
    }
    format!("{kept}…{ending}")
}

/// Names that Windows opens as devices, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() == 1 && matches!(bytes::u8_at(rest.as_bytes(), 0), Some(b'1'..=b'9'))
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_stay_readable() {
        for name in ["客厅 全景.jpg", "R0010123.JPG", "Küche (2).png", "Кухня.webp", "مطبخ.jpg"]
        {
            assert_eq!(clean(name), name);
        }
    }

    #[test]
    fn names_become_harmless() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\win.ini", "win.ini"),
            ("/", "unnamed"),
            ("..", "unnamed"),
            ("a/../..", "a"),
            ("photo\0.jpg.exe", "photo.jpg.exe"),
            ("photo\u{202E}gpj.exe", "photogpj.exe"),
            ("a\u{200B}b\u{FEFF}.jpg", "ab.jpg"),
            ("  .hidden.jpg ", "hidden.jpg"),
            ("NUL.jpg", "_NUL.jpg"),
            ("com1", "_com1"),
            ("a\r\nSet-Cookie: x.jpg", "a Set-Cookie_ x.jpg"),
            ("", "unnamed"),
            ("\u{202E}\0", "unnamed"),
        ] {
            assert_eq!(clean(name), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let latin = clean(&format!("{}.jpeg", "x".repeat(300)));
        assert_eq!(latin.chars().count(), MOST_CHARACTERS);
        assert!(latin.ends_with("x….jpeg"));
        let chinese = clean(&format!("{}.jpg", "房".repeat(300)));
        assert!(chinese.len() <= MOST_BYTES && chinese.ends_with("房….jpg"));
        assert!(clean(&format!("a.{}", "b".repeat(300))).chars().count() <= MOST_CHARACTERS);
    }

    proptest! {
        #[test]
        fn every_name_becomes_harmless_and_stays_so(name in "\\PC{0,40}|(.|\\x00|/|\\\\|\u{202E}){0,400}") {
            let cleaned = clean(&name);
            prop_assert!(!cleaned.is_empty());
            prop_assert!(cleaned.len() <= MOST_BYTES && cleaned.chars().count() <= MOST_CHARACTERS);
            prop_assert!(!cleaned.contains(['/', '\\', '\0']) && !cleaned.chars().any(is_hidden));
            prop_assert!(cleaned != "." && cleaned != "..");
            prop_assert_eq!(clean(&cleaned), cleaned);
        }
    }
}
