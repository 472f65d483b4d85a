//! What is needed of HTML: the scripts of a page, and the text of a piece of it. Nothing is ever shown as HTML.

use crate::exchange::references::unescaped;

/// Texts of the `<script>` elements of a page that are in the page itself.
pub fn scripts(page: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut rest = page;
    while let Some(begin) = find(rest, "<script") {
        rest = &rest[begin + "<script".len()..];
        let Some(open) = rest.find('>') else { break };
        rest = &rest[open + 1..];
        let end = find(rest, "</script").unwrap_or(rest.len());
        if !rest[..end].trim().is_empty() {
            scripts.push(&rest[..end]);
        }
        rest = &rest[end..];
    }
    scripts
}

/// Finds ASCII letters in either case.
fn find(text: &str, what: &str) -> Option<usize> {
    text.as_bytes().windows(what.len()).position(|part| part.eq_ignore_ascii_case(what.as_bytes()))
}

/// What a piece of HTML says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// Its text, with line breaks.
    pub text: String,
    /// Where its first link leads.
    pub link: Option<String>,
    /// Whether it shows films, other pages, or pictures that are not named.
    pub has_media: bool,
    /// Addresses of the pictures that it shows, the first of them.
    pub images: Vec<String>,
    /// The films that it shows, the first of them.
    pub films: Vec<Shown>,
}

/// A film that a piece of HTML shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Where it is.
    pub address: String,
    /// Where its captions are.
    pub track: Option<String>,
}

/// Most pictures of one piece that are of interest.
const MOST_IMAGES: usize = 16;

/// The same of films.
const MOST_FILMS: usize = 8;

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 16] = [
    "br",
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "section",
];
/// Elements whose text nobody reads.
const SILENT: [&str; 4] = ["script", "style", "template", "title"];
/// Elements that show something else.
const MEDIA: [&str; 7] = ["img", "video", "audio", "iframe", "object", "embed", "svg"];

/// A piece of HTML as text: no element survives, whatever it is.
pub fn plain(html: &str) -> Plain {
    let mut plain = Plain::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        plain.text.push_str(&unescaped(&rest[..at]));
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let begins_tag = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?');
        if !rest.starts_with(begins_tag) {
            plain.text.push('<');
            continue;
        }
        let end = end_of_tag(rest);
        let tag = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        let closes = tag.starts_with('/');
        let name_end =
            tag[1..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(tag.len(), |i| i + 1);
        let name = tag[..name_end].trim_start_matches('/').to_ascii_lowercase();
        let begins_line = name == "br" || !plain.text.ends_with('\n');
        if BLOCKS.contains(&name.as_str()) && begins_line {
            plain.text.push('\n');
        }
        let source = || attribute(&tag[name_end..], "src").filter(|_| !closes);
        let has_room = plain.films.len() < MOST_FILMS;
        match (name.as_str(), plain.films.last_mut()) {
            ("img", _) => match source() {
                Some(address) if plain.images.len() < MOST_IMAGES => plain.images.push(address),
                _ => plain.has_media = true,
            },
            ("video", _) if closes => {}
            ("video", _) if has_room => {
                let address = source().unwrap_or_default();
                plain.films.push(Shown { address, track: None });
            }
            ("source", Some(film)) if film.address.is_empty() => {
                film.address = source().unwrap_or_default();
            }
            ("track", Some(film)) if film.track.is_none() => film.track = source(),
            _ => plain.has_media |= MEDIA.contains(&name.as_str()),
        }
        if name == "a" && !closes && plain.link.is_none() {
            plain.link = attribute(&tag[name_end..], "href");
        }
        if SILENT.contains(&name.as_str()) && !closes {
            rest = find(rest, &format!("</{name}")).map_or("", |end| &rest[end..]);
        }
    }
    plain.text.push_str(&unescaped(rest));
    let count = plain.films.len();
    plain.films.retain(|film| !film.address.is_empty());
    plain.has_media |= plain.films.len() < count;
    plain.text = tidy(&plain.text);
    plain
}

/// Where a tag ends: at `>` outside quotes.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that is not closed: the first `>` ends it after all.
    tag.find('>').unwrap_or(tag.len())
}

/// The value of an attribute.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        let at = find(rest, name)?;
        let before = rest[..at].chars().next_back();
        rest = rest[at + name.len()..].trim_start();
        let Some(value) = rest.strip_prefix('=') else { continue };
        if before.is_some_and(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')) {
            continue;
        }
        let value = value.trim_start();
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next()?,
            _ => value.split(|c: char| c.is_whitespace() || c == '>').next()?,
        };
        return Some(unescaped(value).trim().to_owned());
    }
}

/// Without hidden characters, spaces at the ends of lines, and empty lines at the ends.
fn tidy(text: &str) -> String {
    let shown = |c: &char| *c == '\n' || *c == '\t' || !crate::container::file_name::is_hidden(*c);
    let text: String =
        text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(shown).collect();
    let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exchange::marzipano::markup;

    #[test]
    fn text_is_what_a_reader_sees() {
        let html = "<p>Oak &amp; <b>stone</b></p><ul><li>one<li>two</ul><script>alert('</p>')</script>\
                    <a class=x href=\"https://example.cn/?a=1&amp;b=2\">more</a><img src=x onerror='a>b'><img>1 < 2";
        let plain = plain(html);
        assert_eq!(plain.text, "Oak & stone\none\ntwo\nmore1 < 2");
        assert_eq!(plain.link.as_deref(), Some("https://example.cn/?a=1&b=2"));
        assert_eq!((plain.has_media, plain.images), (true, vec!["x".to_owned()]));
    }

    #[test]
    fn films_come_with_their_captions() {
        let html = "<video src=a.mp4 controls><track kind=captions src='a.vtt' default></video>\
                    <video><source src=b.webm><source src=b.mp4></video>";
        let plain = plain(html);
        let film = |address: &str, track: Option<&str>| Shown {
            address: address.to_owned(),
            track: track.map(str::to_owned),
        };
        assert_eq!(plain.films, [film("a.mp4", Some("a.vtt")), film("b.webm", None)]);
        assert!(!plain.has_media);
        assert!(super::plain("<video></video>").has_media);
    }

    #[test]
    fn scripts_of_a_page_are_found() {
        let page = "<html><SCRIPT src='a.js'></script><script type=module>\nvar a = 1 < 2;</SCRIPT >x<script>b()";
        assert_eq!(scripts(page), ["\nvar a = 1 < 2;", "b()"]);
    }

    proptest! {
        #[test]
        fn what_we_write_comes_back(text in "[ -~房\n]{0,60}") {
            let tidied = tidy(&text);
            prop_assert_eq!(plain(&markup(&tidied)).text, tidied);
        }

        #[test]
        fn nothing_that_opens_an_element_survives_but_as_text(html in "[<>/a-c!'\"=& -]{0,80}") {
            let _any = plain(&html);
            let _found = scripts(&html);
        }
    }
}
