//! XMP packets (ISO 16684-1) as far as Kanfang asks: panorama data, and whether something private is in them.
//!
//! Hostile packets are refused, not survived: a document type (the only way to entity bombs) ends the reading, names
//! are resolved by namespace whatever the prefix, bindings and depth are bounded, time grows with the size alone.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::gimbal::Gimbal;
use super::gpano::GPano;

const GPANO: &str = "http://ns.google.com/photos/1.0/panorama/";
const GIMAGE: &str = "http://ns.google.com/photos/1.0/image/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const DRONES: [&str; 2] =
    ["http://www.dji.com/drone-dji/1.0/", "http://www.parrot.com/drone-parrot/1.0/"];
/// A packet nests about eight deep; libraries write no more than a few dozen.
const DEEPEST: usize = 100;

/// What the packets of one picture say together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct XmpFacts {
    /// Panorama data, if any property of it is there.
    pub gpano: Option<GPano>,
    /// How a drone's gimbal held the camera.
    pub gimbal: Gimbal,
    /// A second picture is embedded (the right eye of a VR180 photo).
    pub second_picture: bool,
    /// There is a GPS position in the packet.
    pub holds_gps: bool,
    /// There is a serial number in the packet.
    pub holds_serial_number: bool,
    /// A packet was refused: it has a document type, nests too deep, or is no XML.
    pub refused: bool,
}

/// Reads packets in their order; a property that two of them give counts as the first says.
pub fn read(packets: &[Cow<'_, [u8]>]) -> XmpFacts {
    let mut facts = XmpFacts::default();
    for packet in packets {
        let text = decode(packet);
        if read_packet(&text, &mut facts).is_none() {
            facts.refused = true;
        }
    }
    facts
}

/// UTF-8, or UTF-16 by its byte order mark; bytes that are neither become replacement characters.
fn decode(packet: &[u8]) -> Cow<'_, str> {
    let words = |from_bytes: fn([u8; 2]) -> u16| {
        let words: Vec<u16> =
            packet[2..].chunks_exact(2).map(|pair| from_bytes([pair[0], pair[1]])).collect();
        Cow::Owned(String::from_utf16_lossy(&words))
    };
    if packet.starts_with(&[0xFE, 0xFF]) {
        words(u16::from_be_bytes)
    } else if packet.starts_with(&[0xFF, 0xFE]) {
        words(u16::from_le_bytes)
    } else {
        String::from_utf8_lossy(packet.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(packet))
    }
}

/// `None` when the packet is refused; what was read before stays in `facts`.
fn read_packet(text: &str, facts: &mut XmpFacts) -> Option<()> {
    // Padding after the packet is often zero bytes.
    let mut reader = NsReader::from_str(text.trim_end_matches(['\0', ' ', '\n', '\r', '\t']));
    let mut depth = 0_usize;
    // The property whose element is open, and its text so far.
    let mut open: Option<(Property, String)> = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                depth += 1;
                if depth > DEEPEST {
                    return None;
                }
                read_attributes(&reader, &element, facts);
                open = property(reader.resolver().resolve_element(element.name()))
                    .map(|property| (property, String::new()));
            }
            Event::Empty(element) => read_attributes(&reader, &element, facts),
            Event::Text(part) => {
                if let Some((_, value)) = &mut open {
                    value.push_str(&part.into_inner());
                }
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if let Some((property, value)) = open.take() {
                    facts.take(&property, value.trim());
                }
            }
            Event::DocType(_) => return None,
            Event::Eof => return (depth == 0).then_some(()),
            // A reference to an entity that is not predefined is dropped: numbers have none.
            _ => {}
        }
    }
}

fn read_attributes(reader: &NsReader<&[u8]>, element: &BytesStart<'_>, facts: &mut XmpFacts) {
    for attribute in element.attributes().with_checks(false).flatten() {
        let Some(property) = property(reader.resolver().resolve_attribute(attribute.key)) else {
            continue;
        };
        // Only the five predefined entities are resolved; a value with others is passed over.
        if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
            facts.take(&property, value.trim());
        }
    }
}

/// A property that is asked for.
enum Property {
    Panorama(String),
    Gimbal(String),
    SecondPicture,
    Gps,
    SerialNumber,
}

fn property(
    (space, name): (ResolveResult<'_>, quick_xml::name::LocalName<'_>),
) -> Option<Property> {
    let ResolveResult::Bound(Namespace(space)) = space else { return None };
    let name = name.into_inner();
    match space {
        GPANO => Some(Property::Panorama(name.to_owned())),
        _ if DRONES.contains(&space) && name.ends_with("Degree") => {
            Some(Property::Gimbal(name.to_owned()))
        }
        GIMAGE => Some(Property::SecondPicture),
        EXIF if name.starts_with("GPS") && name != "GPSVersionID" => Some(Property::Gps),
        _ if name.ends_with("SerialNumber") => Some(Property::SerialNumber),
        _ => None,
    }
}

impl XmpFacts {
    fn take(&mut self, property: &Property, value: &str) {
        match property {
            Property::Panorama(name) => self.gpano.get_or_insert_default().set(name, value),
            Property::Gimbal(name) => self.gimbal.set(name, value),
            Property::SecondPicture => self.second_picture = true,
            Property::Gps => self.holds_gps = true,
            Property::SerialNumber => self.holds_serial_number |= !value.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(packet: &str) -> XmpFacts {
        read(&[Cow::Borrowed(packet.as_bytes())])
    }

    fn rdf(inside: &str) -> String {
        format!(
            "<?xpacket begin='\u{FEFF}' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>\
             <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>{inside}</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
        )
    }

    #[test]
    fn attributes_and_elements_under_any_prefix_are_read() {
        let by_attribute = rdf(&format!(
            "<rdf:Description xmlns:GPano='{GPANO}' GPano:FullPanoWidthPixels='8192'/>"
        ));
        let by_element = rdf(&format!(
            "<rdf:Description xmlns:zz='{GPANO}'><zz:FullPanoWidthPixels> 8192\n</zz:FullPanoWidthPixels></rdf:Description>"
        ));
        let by_default =
            rdf(&format!("<FullPanoWidthPixels xmlns='{GPANO}'>8192</FullPanoWidthPixels>"));
        for packet in [by_attribute, by_element, by_default] {
            let facts = read_text(&packet);
            assert_eq!(facts.gpano.unwrap().full_width, Some(8192), "{packet}");
            assert!(!facts.refused);
        }
        let foreign = rdf(
            "<rdf:Description xmlns:GPano='http://example.org/' GPano:FullPanoWidthPixels='8192'/>",
        );
        assert_eq!(read_text(&foreign).gpano, None);
    }

    #[test]
    fn the_attitude_of_a_drone_s_camera_is_read() {
        let dji = rdf(&format!(
            "<rdf:Description xmlns:d='{}' d:GimbalRollDegree='+0.00' d:GimbalYawDegree='-31.70' d:GimbalPitchDegree='-89.90' d:FlightYawDegree='12'/>",
            DRONES[0]
        ));
        let parrot = rdf(&format!(
            "<rdf:Description xmlns:p='{}'><p:CameraYawDegree>-31.7</p:CameraYawDegree>\
             <p:CameraPitchDegree>-89.9</p:CameraPitchDegree><p:CameraRollDegree>0</p:CameraRollDegree></rdf:Description>",
            DRONES[1]
        ));
        for packet in [dji, parrot] {
            assert_eq!(read_text(&packet).gimbal.angles(), Some([-31.7, -89.9, 0.0]));
        }
        let part = rdf(&format!(
            "<rdf:Description xmlns:d='{}' d:GimbalRollDegree='NaN' d:GimbalYawDegree='north'/>",
            DRONES[0]
        ));
        assert_eq!(read_text(&part).gimbal, Gimbal::default());
    }

    #[test]
    fn utf_16_and_broken_utf_8_are_read() {
        let packet = rdf(&format!(
            "<rdf:Description xmlns:GPano='{GPANO}' GPano:ProjectionType='equirectangular'/>"
        ));
        let mut utf_16 = vec![0xFE, 0xFF];
        utf_16.extend(packet.encode_utf16().flat_map(u16::to_be_bytes));
        assert!(read(&[Cow::Owned(utf_16)]).gpano.is_some());
        let mut broken = packet.into_bytes();
        broken.extend(b"<!-- \xFF\xFE -->");
        assert!(read(&[Cow::Owned(broken)]).gpano.is_some());
    }

    #[test]
    fn bombs_are_refused() {
        let laughs = format!(
            "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]>{}",
            rdf(&format!(
                "<rdf:Description xmlns:GPano='{GPANO}'><GPano:FullPanoWidthPixels>&b;</GPano:FullPanoWidthPixels></rdf:Description>"
            ))
        );
        let deep = "<a>".repeat(200_000);
        let bindings: String = (0..50_000).map(|n| format!("<n{n}:a xmlns:n{n}='{n}'>")).collect();
        let attributes = format!(
            "<a {}/>",
            (0..200_000).map(|n| format!("a{n}=''")).collect::<Vec<_>>().join(" ")
        );
        for packet in [laughs, deep, bindings] {
            let facts = read_text(&packet);
            assert!(facts.refused);
            assert_eq!(facts.gpano, None);
        }
        assert!(!read_text(&attributes).refused);
    }

    #[test]
    fn private_things_are_noticed() {
        let facts = read_text(&rdf(&format!(
            "<rdf:Description xmlns:exif='{EXIF}' xmlns:aux='http://ns.adobe.com/exif/1.0/aux/' exif:GPSLatitude='39,54N' aux:SerialNumber='1'/>"
        )));
        assert!(facts.holds_gps && facts.holds_serial_number);
    }
}
