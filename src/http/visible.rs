//! The listing that an address names, if the person may know of it.

use super::{Context, Problem, SignedIn};
use crate::auction::access::Owners;
use crate::base::id::ListingId;
use crate::catalogue::{CatalogueError, listings_media};

/// The listing and whose it is. Others get the same answer as for a listing that does not exist.
pub async fn listing(
    context: &Context,
    who: &SignedIn,
    text: &str,
) -> Result<(ListingId, Owners), Problem> {
    let missing =
        || CatalogueError::NotFound { what: "listing", id: text.chars().take(40).collect() };
    let id = ListingId::parse(text).ok_or_else(missing)?;
    let owners = listings_media::owners(&context.database, id).await?;
    if owners.may_read(&who.principal) { Ok((id, owners)) } else { Err(missing().into()) }
}
