//! The published tour of a listing, as its page embeds it.

use crate::base::id::ListingId;
use crate::catalogue::tours;
use crate::http::{Context, Problem};

/// A tour that is public now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedTour {
    /// Address of its `tour.json`.
    pub manifest: String,
    /// Pictures for those without JavaScript or WebGL: scene title and address.
    pub stills: Vec<(String, String)>,
}

/// The tour of a listing that is public now, if there is one.
pub async fn published_tour(
    context: &Context,
    listing: ListingId,
) -> Result<Option<PublishedTour>, Problem> {
    let Some(publication) = tours::public(&context.database, listing).await? else {
        return Ok(None);
    };
    let base = format!("/t/{}", publication.version);
    let stills = publication
        .document
        .scenes
        .iter()
        .map(|scene| (scene.title.clone(), format!("{base}/{}/still/f.jpg", scene.id)))
        .collect();
    Ok(Some(PublishedTour { manifest: format!("{base}/tour.json"), stills }))
}
