//! Facts as rows of a table: a label and words, never a blank; 未查明 where the court could not find out.

use super::format::{area, day, money};
use super::shell::Shell;
use crate::auction::facts::{Clearing, Facts, OccupationState, Stated};
use crate::texts::text_with;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What.
    pub label: String,
    /// The words.
    pub value: String,
    /// Whether it is not known.
    pub unknown: bool,
}

/// Key of the text for an occupation.
pub fn occupation_key(state: OccupationState) -> String {
    let word = match state {
        OccupationState::Empty => "empty",
        OccupationState::Debtor => "debtor",
        OccupationState::Family => "family",
        OccupationState::Tenant => "tenant",
        OccupationState::Other => "other",
    };
    format!("occupation-{word}")
}

/// Collects rows in one language.
struct Table<'a> {
    shell: &'a Shell,
    rows: Vec<Row>,
}

impl Table<'_> {
    fn row(&mut self, label: &str, value: Option<String>) {
        let unknown = value.is_none();
        let value = value.unwrap_or_else(|| self.shell.t("unknown"));
        self.rows.push(Row { label: self.shell.t(label), value, unknown });
    }

    /// A row only where there is something to say.
    fn some(&mut self, label: &str, value: Option<&String>) {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            self.row(label, Some(value.clone()));
        }
    }

    fn stated<T>(&mut self, label: &str, value: Option<&Stated<T>>, words: impl Fn(&T) -> String) {
        self.row(label, value.and_then(Stated::known).map(words));
    }

    fn yes_no(&self, yes: bool) -> String {
        self.shell.t(if yes { "yes" } else { "no" })
    }
}

/// Occupation, lease, title: what the buyer takes over.
pub fn burdens(facts: &Facts, shell: &Shell) -> Vec<Row> {
    let mut table = Table { shell, rows: Vec::new() };
    table.stated("fact-occupation", facts.occupation.as_ref(), |o| {
        let mut words = vec![shell.t(&occupation_key(o.state))];
        words.extend(o.note.clone());
        words.join("；")
    });
    if let Some(occupation) = facts.occupation.as_ref().and_then(Stated::known) {
        let yes_no = |yes: &bool| shell.t(if *yes { "yes" } else { "no" });
        table.stated("fact-household", occupation.household_registration.as_ref(), yes_no);
        table.stated("fact-clearing", occupation.clearing.as_ref(), |clearing| {
            shell.t(match clearing {
                Clearing::Court => "clearing-court",
                Clearing::Buyer => "clearing-buyer",
                Clearing::Cleared => "clearing-cleared",
            })
        });
    }
    table.stated("fact-lease", facts.lease.as_ref(), |lease| lease_words(lease, shell));
    if let Some(title) = facts.title.as_ref().and_then(Stated::known) {
        table.some("fact-certificate", title.certificate.as_ref());
        table.some("fact-ownership", title.ownership.as_ref());
        table.some("fact-land", title.land_type.as_ref());
        if let Some(until) = title.land_until {
            table.row("fact-land-until", Some(day(until, shell.language)));
        }
        table.stated("fact-mortgage", title.mortgage.as_ref(), String::clone);
        table.stated("fact-seizures", title.seizures.as_ref(), String::clone);
        let residence = title.right_of_residence.as_ref();
        let words = residence.and_then(Stated::known).map(|yes| table.yes_no(*yes));
        table.row("fact-residence", words);
    } else {
        table.row("fact-title", None);
    }
    table.stated("fact-priority", facts.priority.as_ref(), |holders| {
        if holders.is_empty() {
            return shell.t("none-found");
        }
        let words = holders.iter().map(|holder| match holder.register_until {
            Some(until) => format!("{}（{}）", holder.kind, day(until, shell.language)),
            None => holder.kind.clone(),
        });
        words.collect::<Vec<_>>().join("、")
    });
    table.rows
}

fn lease_words(lease: &crate::auction::facts::Lease, shell: &Shell) -> String {
    let mut words = Vec::new();
    words.push(shell.t(match (lease.leased, lease.unverified_claim) {
        (_, true) => "lease-claimed",
        (true, false) => "lease-yes",
        (false, false) => "lease-no",
    }));
    if lease.leased || lease.unverified_claim {
        if lease.since.is_some() || lease.until.is_some() {
            let date = |date: Option<jiff::civil::Date>| {
                date.map_or_else(|| shell.t("unknown"), |date| day(date, shell.language))
            };
            words.push(format!("{} – {}", date(lease.since), date(lease.until)));
        }
        if let Some(rent) = lease.monthly_rent {
            words.push(text_with(
                shell.language,
                "page-lease-rent",
                &[("amount", money(rent, shell.language))],
            ));
        }
        if let Some(paid) = lease.paid_until {
            words.push(text_with(
                shell.language,
                "page-lease-paid",
                &[("date", day(paid, shell.language))],
            ));
        }
    }
    words.extend(lease.note.clone());
    words.join("；")
}

/// The thing itself.
pub fn building(facts: &Facts, shell: &Shell) -> Vec<Row> {
    let mut table = Table { shell, rows: Vec::new() };
    let building = &facts.building;
    table.row("fact-kind", Some(shell.t(&format!("kind-{}", facts.kind.slug()))));
    table.row("fact-address", facts.address.clone().filter(|address| !address.is_empty()));
    table.some("fact-community", building.community.as_ref());
    if building.built_area.is_some() || !facts.kind.is_movable() {
        table.stated("fact-built-area", building.built_area.as_ref(), |a| area(*a));
    }
    if building.inner_area.is_some() {
        table.stated("fact-inner-area", building.inner_area.as_ref(), |a| area(*a));
    }
    table.some("fact-house-type", building.house_type.as_ref());
    table.some("fact-orientation", building.orientation.as_ref());
    if let Some(floor) = building.floor {
        let total = building.total_floors.map(|total| format!(" / {total}")).unwrap_or_default();
        table.row("fact-floor", Some(format!("{floor}{total}")));
    }
    if building.built_year.is_some() {
        table.stated("fact-built-year", building.built_year.as_ref(), i32::to_string);
    }
    table.some("fact-structure", building.structure.as_ref());
    if let Some(lift) = building.lift {
        let words = table.yes_no(lift);
        table.row("fact-lift", Some(words));
    }
    table.some("fact-heating", building.heating.as_ref());
    table.some("fact-decoration", building.decoration.as_ref());
    table.some("fact-parking", building.parking.as_ref());
    table.some("fact-school", building.school.as_ref());
    table.some("fact-lot", facts.lot_number.as_ref());
    table.rows
}

/// Money and qualification.
pub fn conditions(facts: &Facts, shell: &Shell) -> Vec<Row> {
    let mut table = Table { shell, rows: Vec::new() };
    table.stated("fact-arrears", facts.arrears.as_ref(), |arrears| {
        if arrears.is_empty() {
            return shell.t("none-found");
        }
        let words = arrears.iter().map(|arrear| {
            let amount = arrear
                .amount
                .known()
                .map_or_else(|| shell.t("unknown"), |a| money(*a, shell.language));
            let to = arrear
                .counted_to
                .map(|to| format!("（{}）", day(to, shell.language)))
                .unwrap_or_default();
            format!("{} {amount}{to}", arrear.kind)
        });
        words.collect::<Vec<_>>().join("；")
    });
    table.stated("fact-taxes", facts.taxes.as_ref(), String::clone);
    table.stated("fact-qualification", facts.qualification.as_ref(), String::clone);
    table.stated("fact-loan", facts.loan.as_ref(), |loan| {
        let mut words = vec![shell.t(if loan.supported { "loan-yes" } else { "loan-no" })];
        words.extend(loan.note.clone());
        words.join("；")
    });
    table.stated("fact-illegal", facts.illegal_building.as_ref(), String::clone);
    table.stated("fact-accidents", facts.accidents.as_ref(), String::clone);
    table.rows
}
