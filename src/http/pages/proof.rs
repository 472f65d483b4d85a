//! `/listings/{id}/proof`: what is shown, since when, signed by which key; every earlier state; and how to check all of it oneself.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use super::format::moment;
use super::listing::{self, field_label};
use super::shell::Shell;
use super::snapshot::shown_when;
use crate::catalogue::snapshots::{self, Snapshot, State};
use crate::catalogue::{proofs, signing_keys, tours};
use crate::http::{Context, Problem};
use crate::proof::Manifest;
use crate::texts::text_with;

/// The route of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/listings/{id}/proof", web::get().to(page))
        .route("/listings/{id}/proof", web::head().to(page));
}

/// One state as the list shows it.
struct StateView {
    when: String,
    step: String,
    changes: String,
    hash: String,
    /// Where it opens; none where the court closed it.
    href: Option<String>,
    withheld: String,
}

/// The published tour and its signature.
struct TourView {
    said: String,
    number: i64,
    root: String,
    key: String,
    key_pem: String,
    manifest: String,
    signature: String,
    document: String,
}

#[derive(Template)]
#[template(path = "proof.html")]
struct ProofPage {
    shell: Shell,
    listing: String,
    title: String,
    court: String,
    case_number: String,
    tour: Option<TourView>,
    /// The newest state and the number that a receipt names.
    number: Option<i64>,
    states: Vec<StateView>,
    keys: String,
}

async fn page(
    request: HttpRequest,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let shown = match listing::shown(&request, &context, &id).await? {
        Ok(shown) => shown,
        Err(answer) => return Ok(answer),
    };
    let mut shell = Shell::of(&request, &context);
    shell.title = format!("{} · {}", shell.t("proof-heading"), shown.listing.title);
    shell.description = shell.t("proof-invitation");
    let snapshots = snapshots::of_listing(&context.database, shown.listing.id).await?;
    let page = ProofPage {
        listing: shown.listing.id.to_string(),
        title: shown.listing.title.clone(),
        court: shown.listing.court_name.clone(),
        case_number: shown.listing.case_number.normal.clone(),
        tour: tour(&context, &shell, shown.listing.id).await?,
        number: snapshots.first().map(|snapshot| snapshot.number),
        states: states(&snapshots, &shell)?,
        keys: format!("{}/.well-known/jwks.json", shell.site),
        shell,
    };
    page.shell.answer(&request, StatusCode::OK, &page)
}

async fn tour(
    context: &Context,
    shell: &Shell,
    listing: crate::base::id::ListingId,
) -> Result<Option<TourView>, Problem> {
    let Some(publication) = tours::public(&context.database, listing).await? else {
        return Ok(None);
    };
    let version = &publication.version;
    let Some(published) = proofs::manifest(&context.database, version).await? else {
        return Ok(None);
    };
    let Ok(manifest) = serde_json::from_str::<Manifest>(&published.manifest.text) else {
        return Ok(None);
    };
    let known = signing_keys::known(&context.database).await?;
    let key = known.iter().find(|key| key.public.id() == manifest.key);
    let args = [
        ("court", manifest.court.clone()),
        ("when", moment(manifest.published_at, shell.language)),
    ];
    let base = format!("{}/t/{version}", shell.site);
    Ok(Some(TourView {
        said: text_with(shell.language, "page-proof-said", &args),
        number: manifest.number,
        root: manifest.root,
        key_pem: key.map(|key| key.public.pem()).unwrap_or_default(),
        key: manifest.key,
        manifest: format!("{base}/manifest.json"),
        signature: format!("{base}/manifest.sig"),
        document: format!("{base}/tour.json"),
    }))
}

fn states(snapshots: &[Snapshot], shell: &Shell) -> Result<Vec<StateView>, Problem> {
    let states: Vec<State> = snapshots.iter().map(Snapshot::state).collect::<Result<_, _>>()?;
    let views = snapshots.iter().enumerate().map(|(place, snapshot)| {
        let before = states.get(place + 1);
        let withheld = snapshot.withheld.clone().map(|reason| {
            text_with(shell.language, "page-snapshot-withheld-text", &[("reason", reason)])
        });
        StateView {
            when: shown_when(snapshot, shell),
            step: step_label(&snapshot.step, shell),
            changes: changes(before, &states[place], shell).join(shell.t("proof-comma").as_str()),
            hash: snapshot.hash.clone(),
            href: withheld
                .is_none()
                .then(|| format!("/listings/{}/snapshots/{}", snapshot.listing, snapshot.number)),
            withheld: withheld.unwrap_or_default(),
        }
    });
    Ok(views.collect())
}

/// The step in words: its own, or that of the round's state.
fn step_label(step: &str, shell: &Shell) -> String {
    match step.strip_prefix("round.") {
        Some(state) if state != "change" => shell.t(&format!("state-{state}")),
        _ => shell.t(&format!("step-{}", step.replace(['.', '_'], "-"))),
    }
}

/// What is different from the state before: labels of fields, each once.
fn changes(before: Option<&State>, after: &State, shell: &Shell) -> Vec<String> {
    let Some(before) = before else { return Vec::new() };
    let mut labels = BTreeSet::new();
    let mut note = |differs: bool, label: String| {
        if differs {
            labels.insert(label);
        }
    };
    let (one, other) = (&before.listing, &after.listing);
    note(one.title != other.title, shell.t("change-title"));
    note(one.case_number != other.case_number, shell.t("case-number"));
    note(one.no_media_reason != other.no_media_reason, shell.t("change-no-media"));
    note(before.tour != after.tour, shell.t("tour"));
    note(before.round.state != after.round.state, shell.t("change-state"));
    note(before.round.number != after.round.number, shell.t("change-round"));
    note(json!(before.round.terms) != json!(after.round.terms), shell.t("change-terms"));
    note(before.round.final_price != after.round.final_price, shell.t("final-price"));
    note(before.corrections.len() != after.corrections.len(), shell.t("corrections"));
    let (one, other) = (json!(one.facts), json!(other.facts));
    for field in differing(&one, &other) {
        labels.insert(field_label(&field, shell));
    }
    labels.into_iter().collect()
}

/// Names of the members that differ, those of `building` and the like one by one.
fn differing(one: &Value, other: &Value) -> Vec<String> {
    let (Some(first), Some(second)) = (one.as_object(), other.as_object()) else {
        return Vec::new();
    };
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        match (first.get(name), second.get(name)) {
            (one, other) if one == other => {}
            (Some(one @ Value::Object(_)), Some(other @ Value::Object(_)))
                if name == "building" =>
            {
                found
                    .extend(differing(one, other).into_iter().map(|part| format!("{name}.{part}")));
            }
            _ => found.push(name.clone()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differing_members_are_named_once() {
        let one = json!({"address": "a", "building": {"floor": 3, "year": 1990}, "lift": true});
        let other = json!({"address": "b", "building": {"floor": 4, "year": 1990}, "heating": 1});
        assert_eq!(differing(&one, &other), ["address", "building.floor", "heating", "lift"]);
        assert!(differing(&one, &one).is_empty());
    }
}
