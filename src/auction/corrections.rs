//! Dated corrections (更正): how one field of the facts changes after bidding has begun.

use serde_json::Value;

use super::facts::Facts;
use super::round_error::RoundError;

/// Facts with one field corrected, and the value before.
#[derive(Clone, Debug)]
pub struct Corrected {
    /// The facts after.
    pub facts: Facts,
    /// The field's value before, as JSON.
    pub before: Value,
}

/// Sets the field `field` (a JSON name, parts separated by dots: `building.built_area`) to `value`.
///
/// The kind of property cannot be corrected: notice periods hang on it.
pub fn correct(facts: &Facts, field: &str, value: Value) -> Result<Corrected, RoundError> {
    let bad = |reason: String| RoundError::BadCorrection { field: field.to_owned(), reason };
    if field == "kind" {
        return Err(bad(
            "the kind of property decides the notice period; withdraw the round".to_owned()
        ));
    }
    let mut whole = serde_json::to_value(facts).map_err(|error| bad(error.to_string()))?;
    let pointer = format!("/{}", field.replace('.', "/"));
    let slot =
        whole.pointer_mut(&pointer).ok_or_else(|| bad("there is no such field".to_owned()))?;
    if value.is_null() {
        return Err(bad("a fact that was stated cannot become blank; use \"unknown\"".to_owned()));
    }
    let before = std::mem::replace(slot, value);
    if *slot == before {
        return Err(bad("the value is the same as before".to_owned()));
    }
    let facts = serde_json::from_value(whole).map_err(|error| bad(error.to_string()))?;
    Ok(Corrected { facts, before })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::facts::{PropertyKind, Stated};
    use serde_json::json;

    #[test]
    fn one_field_changes_and_the_rest_stays() {
        let facts = Facts::unstated(PropertyKind::Residential);
        let corrected = correct(&facts, "building.built_area", json!(7921)).unwrap();
        assert_eq!(corrected.before, Value::Null);
        assert_eq!(corrected.facts.building.built_area, Some(Stated::Known(7921)));
        let again = correct(&corrected.facts, "defects", json!("unknown")).unwrap();
        assert_eq!(again.facts.defects, Some(Stated::unknown()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let facts = Facts::unstated(PropertyKind::Residential);
        for (field, value) in [
            ("kind", json!("vehicle")),
            ("owner", json!("x")),
            ("building.built_area", json!("很大")),
            ("address", Value::Null),
            ("defects", json!([{"text": "x"}])),
        ] {
            assert!(
                matches!(correct(&facts, field, value), Err(RoundError::BadCorrection { .. })),
                "{field}"
            );
        }
    }
}
