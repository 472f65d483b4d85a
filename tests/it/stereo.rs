//! Pictures for two eyes: each gets its own in a headset, everybody else sees the left one's, and a mask takes the right one away.

use std::io::Cursor;

use kanfang::base::id::{MaskId, SceneId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::work;
use crate::listings::{Court, json_of};
use crate::proof::{publish, verified};
use crate::support::Client;
use crate::tus::upload;

/// How blue the picture of each eye is.
const BLUE: [u8; 2] = [20, 220];

/// A photo of two halves, one above the other or side by side.
fn photo(width: u32, height: u32, above: bool) -> Vec<u8> {
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        let second = if above { y >= height / 2 } else { x >= width / 2 };
        image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, BLUE[usize::from(second)]])
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// A listing with one such photo.
struct Room {
    court: Court,
    agency: Client,
    listing: String,
    asset: String,
    panorama: String,
    scene: String,
}

impl Room {
    async fn start(bytes: &[u8], kind: &str) -> Self {
        let court = Court::start().await;
        let agency = court.site.agency_user().await;
        let listing = court.listing_of_agency().await;
        let asset = upload(&agency, &listing, bytes, "客厅.jpg").await;
        work(&court.site, &agency).await;
        let (path, said) = (format!("/api/v1/assets/{asset}"), json!({"taken_as": kind}));
        assert_eq!(agency.patch(&path, &said).await.status(), 200);
        work(&court.site, &agency).await;
        let list =
            json_of(agency.get(&format!("/api/v1/listings/{listing}/panoramas")).await).await;
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "the studio offers what everybody sees: {list}");
        let panorama = items[0]["id"].as_str().unwrap().to_owned();
        Self { court, agency, listing, asset, panorama, scene: SceneId::new().to_string() }
    }

    async fn publish(&self) -> String {
        let version =
            publish(&self.court, &self.agency, &self.listing, &self.panorama, &self.scene).await;
        self.court.announced_round(&self.listing).await;
        version
    }

    async fn preview(&self) -> Value {
        let path = format!("/api/v1/listings/{}/tour/preview.json", self.listing);
        json_of(self.agency.get(&path).await).await
    }
}

/// How blue the middle of a tile is.
async fn blue(client: &Client, address: &str) -> u8 {
    let answer = client.get(address).await;
    assert_eq!(answer.status(), 200, "{address}");
    let picture = image::load_from_memory(&answer.bytes().await.unwrap()).unwrap().to_rgb8();
    picture.get_pixel(picture.width() / 2, picture.height() / 2)[2]
}

fn first_tile(panorama: &Value) -> String {
    let tiles = panorama["tiles"].as_str().unwrap();
    tiles
        .replace("{level}", "1")
        .replace("{face}", "f")
        .replace("{row}", "0")
        .replace("{column}", "0")
}

#[tokio::test]
async fn each_eye_gets_its_own_picture_signed() {
    let room = Room::start(&photo(1024, 1024, true), "stereo_top_bottom").await;
    let version = room.publish().await;
    // The file's small picture is what everybody sees of it.
    let small = room.agency.get(&format!("/api/v1/assets/{}/thumbnail.jpg", room.asset)).await;
    let small = image::load_from_memory(&small.bytes().await.unwrap()).unwrap().to_rgb8();
    assert_eq!(small.width(), 2 * small.height());
    let lowest = small.get_pixel(small.width() / 2, small.height() - 4)[2];
    assert!(lowest.abs_diff(BLUE[0]) < 12, "{lowest}");
    let scene = room.preview().await["scenes"][0].clone();
    for (panorama, wanted) in
        [(&scene["panorama"], BLUE[0]), (&scene["rightEye"]["panorama"], BLUE[1])]
    {
        assert_eq!(panorama["face"], json!(320), "half of the picture is a whole sphere");
        let found = blue(&room.agency, &first_tile(panorama)).await;
        assert!(found.abs_diff(wanted) < 12, "{found} in {panorama}");
    }
    let anonymous = room.court.site.anonymous();
    let tour = json_of(anonymous.get(&format!("/t/{version}/tour.json")).await).await;
    let right = &tour["scenes"][0]["rightEye"]["panorama"];
    assert_eq!(right["preview"], format!("/t/{version}/{}-right/preview.jpg", room.scene));
    assert!(blue(&anonymous, &first_tile(right)).await.abs_diff(BLUE[1]) < 12);
    let said = verified(&room.court, &version, &[]).await;
    for line in ["客厅: 19 pictures compared", "客厅 · 右眼: 19 pictures compared"] {
        assert!(said.contains(line), "{said}");
    }
    room.court.site.is_sound().await;
}

#[tokio::test]
async fn what_is_masked_the_right_eye_does_not_see_from_beside() {
    let room = Room::start(&photo(1024, 1024, true), "stereo_top_bottom").await;
    let path = format!("/api/v1/assets/{}/masks", room.asset);
    let corners = [[20.0, 5.0], [30.0, 5.0], [30.0, -5.0], [20.0, -5.0]];
    let save = async |version: &str, state: &str| {
        let mask = json!({"id": MaskId::new(), "corners": corners, "kind": "face", "note": "", "state": state});
        let request = room.agency.request(Method::PUT, &path).header("If-Match", version);
        assert_eq!(request.json(&json!({"items": [mask]})).send().await.unwrap().status(), 200);
        work(&room.court.site, &room.agency).await;
    };
    // Refused, it hides nothing.
    save("\"0\"", "rejected").await;
    let tour = format!("/api/v1/listings/{}/tour", room.listing);
    let draft = room.agency.get(&tour).await;
    let tag = draft.headers()["etag"].clone();
    let view = json!({"yaw": 0.0, "pitch": 0.0, "hfov": 90.0});
    // Whoever sends a picture for the right eye sends it in vain.
    let document = json!({"scenes": [{"id": room.scene, "panorama": room.panorama, "title": "客厅",
        "initial_view": view, "links": [], "right_eye": room.panorama}]});
    let request = room.agency.request(Method::PUT, &tour).header("If-Match", tag);
    assert_eq!(request.json(&document).send().await.unwrap().status(), 200);
    let right = room.preview().await["scenes"][0]["rightEye"]["panorama"].clone();
    assert!(blue(&room.agency, &first_tile(&right)).await.abs_diff(BLUE[1]) < 12);
    save("\"1\"", "confirmed").await;
    let scene = room.preview().await["scenes"][0].clone();
    assert_eq!(scene["rightEye"], Value::Null, "{scene}");
    assert!(blue(&room.agency, &first_tile(&scene["panorama"])).await.abs_diff(BLUE[0]) < 12);
    // Not by its old address either, for those who may not see what is hidden.
    let reader = room.court.site.court_user(&[kanfang::auction::people::Role::Clerk]).await;
    let answer = reader.get(&first_tile(&right)).await.status();
    let own = room.agency.get(&first_tile(&right)).await.status();
    assert_eq!((answer.as_u16(), own.as_u16()), (404, 200));
}

#[tokio::test]
async fn half_spheres_side_by_side_are_half_spheres() {
    let room = Room::start(&photo(1024, 512, false), "vr180").await;
    room.publish().await;
    let scene = &room.preview().await["scenes"][0];
    for (panorama, wanted) in
        [(&scene["panorama"], BLUE[0]), (&scene["rightEye"]["panorama"], BLUE[1])]
    {
        let coverage = json!({"yaw": [-90.0, 90.0], "pitch": [-90.0, 90.0]});
        assert_eq!(panorama["coverage"], coverage);
        let found = blue(&room.agency, &first_tile(panorama)).await;
        assert!(found.abs_diff(wanted) < 12, "{found} in {panorama}");
    }
}
