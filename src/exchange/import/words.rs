//! The texts of a project as ours: plain, within our limits.

use super::films;
use super::finding::Finding;
use super::html::{Plain, plain};
use super::source::{Folder, Place};
use crate::auction::hotspots::{MAX_PICTURES, MAX_TEXT, MAX_TITLE};
use crate::exchange::Note;

/// Longest piece of HTML that is read, bytes.
const MOST_HTML: usize = 64 << 10;

/// A text that may be HTML.
pub fn from_html(text: &str) -> Plain {
    plain(shortened(text))
}

/// A text that is none.
pub fn from_plain(text: &str) -> Plain {
    // As HTML it would be this: the same rules for what is hidden and for spaces.
    plain(&crate::exchange::marzipano::markup(shortened(text)))
}

fn shortened(text: &str) -> &str {
    let mut end = text.len().min(MOST_HTML);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// On one line, at most `most` characters.
pub fn line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    cut(&words.join(" "), most)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The pictures of a mark that are in the zip, each once, as many as a hotspot may have.
fn pictures(
    scene: &str,
    name: &str,
    addresses: impl Iterator<Item = String>,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for address in addresses {
        let finding = |slug| Finding::new(slug).with("scene", scene).with("name", name);
        match folder.find(&address) {
            Place::Here(path) if files.contains(&path) => {}
            Place::Here(path) if files.len() < MAX_PICTURES => files.push(path),
            Place::Here(_) => findings.push(finding("import-too-many-pictures")),
            Place::Remote(file) | Place::Missing(file) => {
                findings.push(finding("import-picture-missing").with("file", file));
            }
        }
    }
    files
}

/// A mark at a place with what it says and shows; `None`, with a finding, where it does neither.
pub fn note(
    scene: &str,
    (yaw, pitch): (f64, f64),
    (title, text): (Plain, Plain),
    url: Option<&str>,
    folder: Folder<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Note> {
    let films = title.films.into_iter().chain(text.films);
    let (films, left) = films::films(scene, &title.text, films, folder, findings);
    if title.has_media || text.has_media || left {
        findings.push(Finding::new("import-media").with("scene", scene).with("name", &title.text));
    }
    let shown = title.images.into_iter().chain(text.images);
    let files = pictures(scene, &title.text, shown, folder, findings);
    let mut url = url.map(str::to_owned).or(text.link).or(title.link);
    if let Some(left) =
        url.take_if(|url| !url.starts_with("https://") && !url.starts_with("http://"))
    {
        let finding = Finding::new("import-address").with("scene", scene).with("name", &title.text);
        findings.push(finding.with("address", left));
    }
    // Where a link leads is not said twice.
    let mut body = text.text;
    if let Some(url) = &url {
        let rest = body.strip_suffix(url.as_str()).map(|rest| rest.trim_end().to_owned());
        body = rest.unwrap_or(body);
    }
    let mut head = title.text;
    if head.is_empty() {
        let (first, rest) = body.split_once('\n').unwrap_or((&body, ""));
        (head, body) = (first.to_owned(), rest.trim().to_owned());
    }
    if head.chars().count() > MAX_TITLE || head.contains('\n') {
        body = if body.is_empty() { head.clone() } else { format!("{head}\n{body}") };
        head = head.lines().next().unwrap_or_default().to_owned();
    }
    let mut head = line(&head, MAX_TITLE);
    let is_https = url.as_ref().is_some_and(|url| url.starts_with("https://"));
    if head.is_empty() {
        let shown = files.first().or(films.first().map(|film| &film.path));
        head = match (&url, shown) {
            (Some(url), _) => line(url, MAX_TITLE),
            (None, Some(file)) => line(stem(file), MAX_TITLE),
            (None, None) => String::new(),
        };
    }
    if head.is_empty() {
        findings.push(Finding::new("import-empty-note").with("scene", scene));
        return None;
    }
    // Only a mark that says and shows nothing else becomes a link; in others the address stands in the text.
    let (body, url) = match url {
        Some(url) if is_https && body.is_empty() && files.is_empty() && films.is_empty() => {
            (body, Some(url))
        }
        Some(url) => (format!("{body}\n{url}").trim().to_owned(), None),
        None => (body, None),
    };
    if body.chars().count() > MAX_TEXT {
        findings.push(Finding::new("import-text-cut").with("scene", scene).with("name", &head));
    }
    let text = cut(&body, MAX_TEXT);
    Some(Note {
        yaw,
        pitch,
        title: head,
        text,
        url,
        pictures: Vec::new(),
        videos: Vec::new(),
        captions: Vec::new(),
        sounds: Vec::new(),
        files,
        films,
    })
}

/// The name of a file without its ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::super::archive::Listing;
    use super::*;

    fn made(title: &str, text: &str, url: Option<&str>) -> (Option<Note>, Vec<Finding>) {
        let mut findings = Vec::new();
        let words = (from_html(title), from_html(text));
        let listing = Listing::of(&["tour/img/水渍.jpg", "tour/img/b.png"]);
        let folder = Folder::of(&listing, "tour/index.html");
        (note("客厅", (1.0, 2.0), words, url, folder, &mut findings), findings)
    }

    #[test]
    fn pictures_in_the_zip_go_along() {
        let (note, findings) = made(
            "水渍",
            "<img src='img/%E6%B0%B4%E6%B8%8D.jpg'><img src=img/b.png><img src=img/b.png>",
            None,
        );
        assert_eq!(note.unwrap().files, ["tour/img/水渍.jpg", "tour/img/b.png"]);
        assert!(findings.is_empty(), "{findings:?}");
        // A mark that only shows is named after what it shows.
        let (note, _) = made("", "<img src=img/b.png>", Some("https://example.cn/"));
        let note = note.unwrap();
        assert_eq!((note.title.as_str(), note.url), ("https://example.cn/", None));
        assert_eq!(made("", "<img src=img/b.png>", None).0.unwrap().title, "b");
        let (note, findings) =
            made("a", "<img src=https://evil.example/1.jpg><img src=no.jpg>", None);
        assert!(note.unwrap().files.is_empty());
        let told: Vec<&str> = findings.iter().map(|finding| finding.slug.as_str()).collect();
        assert_eq!(told, ["import-picture-missing"; 2]);
    }

    #[test]
    fn a_mark_says_in_plain_text_what_it_said() {
        let (note, findings) = made("<b>Oak</b>", "<p>laid <i>2019</i></p><p>sound</p>", None);
        let note = note.unwrap();
        assert_eq!((note.title.as_str(), note.text.as_str()), ("Oak", "laid 2019\nsound"));
        assert!(findings.is_empty());
        let (note, _) = made("", "first<br>second", None);
        assert_eq!(
            note.map(|note| (note.title, note.text)),
            Some(("first".into(), "second".into()))
        );
    }

    #[test]
    fn a_mark_that_only_leads_somewhere_is_a_link() {
        let address = "https://example.cn/1.pdf";
        let anchor = format!("<a href=\"{address}\">{address}</a>");
        let (note, _) = made("评估报告", &anchor, None);
        assert_eq!(
            note.map(|note| (note.text, note.url)),
            Some((String::new(), Some(address.to_owned())))
        );
        let (note, _) = made("a", &format!("more {anchor}"), None);
        assert_eq!(
            note.map(|note| (note.text, note.url)),
            Some((format!("more\n{address}"), None))
        );
        let (note, _) = made("a", "", Some("http://example.cn/"));
        assert_eq!(
            note.map(|note| (note.text, note.url)),
            Some(("http://example.cn/".into(), None))
        );
        let (note, findings) = made("a", "<a href='javascript:alert(1)'>b</a>", None);
        assert_eq!(note.map(|note| (note.text, note.url)), Some(("b".into(), None)));
        assert_eq!(findings[0].slug, "import-address");
    }

    #[test]
    fn what_is_too_long_or_empty_is_told() {
        let (note, findings) = made("a", &"长".repeat(3000), None);
        assert_eq!(note.unwrap().text.chars().count(), MAX_TEXT);
        assert_eq!(findings[0].slug, "import-text-cut");
        let (note, findings) = made("<script>alert(1)</script>", "<img src=x>", None);
        assert!(note.is_none());
        assert_eq!(findings.len(), 2);
        let (note, _) = made(&"名".repeat(100), "text", None);
        let note = note.unwrap();
        assert_eq!(note.title.chars().count(), MAX_TITLE);
        assert!(note.text.starts_with(&"名".repeat(100)));
    }
}
