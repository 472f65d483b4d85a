//! What a page says about the property: the facts of a listing.
//!
//! A fact has three states: *not stated yet* (`null`: blocks the announcement), *unknown* (`"unknown"`: the court
//! says 未查明) and *known*. A public page never shows a blank. No names of people belong here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::Fen;
pub use super::property_kind::PropertyKind;

/// The word that stands for 未查明.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum UnknownMark {
    /// The court looked and could not find out.
    #[serde(rename = "unknown")]
    Unknown,
}

/// A fact that the court states: known, or explicitly unknown (未查明).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Stated<T> {
    /// The text `"unknown"`.
    Unknown(UnknownMark),
    /// What is known.
    Known(T),
}

impl<T> Stated<T> {
    /// The fact is not known.
    pub const fn unknown() -> Self {
        Self::Unknown(UnknownMark::Unknown)
    }

    /// The value, if it is known.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }
}

/// How the property is used at present (占有使用).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OccupationState {
    /// 空置.
    Empty,
    /// 被执行人占用.
    Debtor,
    /// 被执行人家属占用.
    Family,
    /// 承租人占用.
    Tenant,
    /// 其他人占用.
    Other,
}

/// Who clears the property for the buyer (腾退).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clearing {
    /// 法院负责腾退.
    Court,
    /// 买受人自行解决.
    Buyer,
    /// 已腾退.
    Cleared,
}

/// Occupation and use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Occupation {
    /// Who is in it.
    pub state: OccupationState,
    /// Whether a household (户口) is registered there.
    #[serde(default)]
    pub household_registration: Option<Stated<bool>>,
    /// Who clears it.
    #[serde(default)]
    pub clearing: Option<Stated<Clearing>>,
    /// Anything else, without names.
    #[serde(default)]
    pub note: Option<String>,
}

/// Lease (租赁).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// Whether there is one.
    pub leased: bool,
    /// Whether it is only claimed and could not be verified (异议复议规定 31).
    #[serde(default)]
    pub unverified_claim: bool,
    /// First day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub since: Option<Date>,
    /// Last day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Rent a month.
    #[serde(default)]
    pub monthly_rent: Option<Fen>,
    /// Rent is paid until this day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub paid_until: Option<Date>,
    /// Whether it is older than mortgage and seizure.
    #[serde(default)]
    pub before_mortgage_and_seizure: Option<Stated<bool>>,
    /// Anything else.
    #[serde(default)]
    pub note: Option<String>,
}

/// One defect (瑕疵).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// Where: 厨房, 外墙 …
    pub place: String,
    /// What.
    pub text: String,
    /// Who found it: survey, appraisal report, owner …
    #[serde(default)]
    pub source: Option<String>,
    /// When it was found.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub found_on: Option<Date>,
}

/// Money owed on the property (欠费).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrear {
    /// 物业费, 水费, 电费, 燃气费, 供暖费 …
    pub kind: String,
    /// How much.
    pub amount: Stated<Fen>,
    /// Counted up to this day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub counted_to: Option<Date>,
}

/// Title and burdens (权属).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Number of the real-estate certificate (不动产权证).
    #[serde(default)]
    pub certificate: Option<String>,
    /// Sole or shared ownership, in words, without names.
    #[serde(default)]
    pub ownership: Option<String>,
    /// Type of land: 出让, 划拨 …
    #[serde(default)]
    pub land_type: Option<String>,
    /// End of the land term.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub land_until: Option<Date>,
    /// Mortgages (抵押).
    #[serde(default)]
    pub mortgage: Option<Stated<String>>,
    /// Seizures, also queued ones (查封, 轮候查封).
    #[serde(default)]
    pub seizures: Option<Stated<String>>,
    /// Right of residence (居住权).
    #[serde(default)]
    pub right_of_residence: Option<Stated<bool>>,
}

/// A bank that lends on this property (贷款).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Loan {
    /// Whether a loan is possible.
    pub supported: bool,
    /// Banks, deadline, warning.
    #[serde(default)]
    pub note: Option<String>,
}

/// Who has a priority right (优先购买权), by kind, never by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriorityHolder {
    /// 共有人, 承租人, 股东 …
    pub kind: String,
    /// Rank, 1 first.
    pub order: u32,
    /// Last day to register.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub register_until: Option<Date>,
}

/// Reference price (参考价): agreement, enquiry or appraisal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferencePrice {
    /// 当事人议价, 定向询价, 网络询价, 委托评估.
    pub method: PriceMethod,
    /// The amount.
    pub amount: Fen,
    /// Number of the report.
    #[serde(default)]
    pub report: Option<String>,
    /// The day of the result.
    #[schema(value_type = String, format = Date)]
    pub fixed_on: Date,
    /// The last day on which it is valid.
    #[schema(value_type = String, format = Date)]
    pub valid_until: Date,
}

/// How a reference price is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceMethod {
    /// 当事人议价.
    Agreement,
    /// 定向询价.
    DirectedEnquiry,
    /// 网络询价.
    OnlineEnquiry,
    /// 委托评估.
    Appraisal,
}

/// Physical description (标的物现状). Areas are as registered, never a promise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Building {
    /// 小区.
    pub community: Option<String>,
    /// 所在楼层.
    pub floor: Option<i32>,
    /// 总楼层.
    pub total_floors: Option<i32>,
    /// 建筑面积, in hundredths of a square metre.
    pub built_area: Option<Stated<i64>>,
    /// 套内面积, in hundredths of a square metre.
    pub inner_area: Option<Stated<i64>>,
    /// 户型.
    pub house_type: Option<String>,
    /// 朝向.
    pub orientation: Option<String>,
    /// 建成年份.
    pub built_year: Option<Stated<i32>>,
    /// 结构.
    pub structure: Option<String>,
    /// 电梯.
    pub lift: Option<bool>,
    /// 供暖.
    pub heating: Option<String>,
    /// 装修.
    pub decoration: Option<String>,
    /// 车位.
    pub parking: Option<String>,
    /// 学位 note; never a promise.
    pub school: Option<String>,
}

/// Whom to ask; public office phones only (网拍规定 13(10)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contacts {
    /// Office in charge, e.g. 执行局, never a person's name.
    pub office: Option<String>,
    /// Consulting phones.
    pub phones: Vec<String>,
    /// Supervision phone (监督电话).
    pub supervision_phone: Option<String>,
}

/// A document that the page names or links (公告, 评估报告 …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is.
    pub title: String,
    /// `http` or `https` address, if it can be read online.
    #[serde(default)]
    pub url: Option<String>,
    /// Its date.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub dated: Option<Date>,
}

/// All facts of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Kind of property.
    pub kind: PropertyKind,
    /// Where, from large to small, separated by `/`: `北京市/西城区`.
    #[serde(default)]
    pub region: String,
    /// Street address as on the certificate.
    #[serde(default)]
    pub address: Option<String>,
    /// Lot number (标的编号) on the platform.
    #[serde(default)]
    pub lot_number: Option<String>,
    /// Physical description.
    #[serde(default)]
    pub building: Building,
    /// Title and burdens.
    #[serde(default)]
    pub title: Option<Stated<Title>>,
    /// Occupation and use.
    #[serde(default)]
    pub occupation: Option<Stated<Occupation>>,
    /// Lease.
    #[serde(default)]
    pub lease: Option<Stated<Lease>>,
    /// Defects; an empty list says that none were found.
    #[serde(default)]
    pub defects: Option<Stated<Vec<Defect>>>,
    /// Arrears; an empty list says that none were found.
    #[serde(default)]
    pub arrears: Option<Stated<Vec<Arrear>>>,
    /// Illegal building (违建).
    #[serde(default)]
    pub illegal_building: Option<Stated<String>>,
    /// Accidents in the property.
    #[serde(default)]
    pub accidents: Option<Stated<String>>,
    /// Who pays which tax (税费), as in the announcement.
    #[serde(default)]
    pub taxes: Option<Stated<String>>,
    /// Loan.
    #[serde(default)]
    pub loan: Option<Stated<Loan>>,
    /// Buyer qualification, purchase restriction (竞买资格, 限购).
    #[serde(default)]
    pub qualification: Option<Stated<String>>,
    /// Priority rights; an empty list says that there are none.
    #[serde(default)]
    pub priority: Option<Stated<Vec<PriorityHolder>>>,
    /// Consulting and viewing times (咨询, 看样).
    #[serde(default)]
    pub viewing: Option<String>,
    /// Whom to ask.
    #[serde(default)]
    pub contacts: Contacts,
    /// Reference price.
    #[serde(default)]
    pub price: Option<ReferencePrice>,
    /// Documents.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// The day the pictures were taken on.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub pictures_taken_on: Option<Date>,
}

impl Facts {
    /// Facts of which nothing is stated yet.
    pub fn unstated(kind: PropertyKind) -> Self {
        Self {
            kind,
            region: String::new(),
            address: None,
            lot_number: None,
            building: Building::default(),
            title: None,
            occupation: None,
            lease: None,
            defects: None,
            arrears: None,
            illegal_building: None,
            accidents: None,
            taxes: None,
            loan: None,
            qualification: None,
            priority: None,
            viewing: None,
            contacts: Contacts::default(),
            price: None,
            documents: Vec::new(),
            pictures_taken_on: None,
        }
    }

    /// Fields that art. 13 (disclosure) wants and that are not stated yet, by JSON name.
    pub fn missing_for_disclosure(&self) -> Vec<&'static str> {
        let empty = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
        [
            ("region", self.region.trim().is_empty()),
            ("address", empty(&self.address)),
            ("title", self.title.is_none()),
            ("occupation", self.occupation.is_none()),
            ("lease", self.lease.is_none()),
            ("priority", self.priority.is_none()),
            ("taxes", self.taxes.is_none()),
            ("price", self.price.is_none()),
            ("contacts.phones", self.contacts.phones.is_empty()),
            ("contacts.supervision_phone", empty(&self.contacts.supervision_phone)),
        ]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect()
    }

    /// Fields that art. 14 (reminders) wants and that are not stated yet, by JSON name.
    pub fn missing_for_reminders(&self) -> Vec<&'static str> {
        [
            ("qualification", self.qualification.is_none()),
            ("defects", self.defects.is_none()),
            ("arrears", self.arrears.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_a_value_and_differs_from_not_stated() {
        let json = r#"{"kind": "residential", "defects": "unknown", "lease": {"leased": false}, "taxes": "各自承担"}"#;
        let facts: Facts = serde_json::from_str(json).unwrap();
        assert_eq!(facts.defects, Some(Stated::unknown()));
        assert!(!facts.lease.as_ref().unwrap().known().unwrap().leased);
        assert_eq!(facts.occupation, None);
        assert!(facts.missing_for_disclosure().contains(&"occupation"));
        assert!(!facts.missing_for_reminders().contains(&"defects"));
        let back: Facts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        assert_eq!(back, facts);
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(
            serde_json::from_str::<Facts>(r#"{"kind": "residential", "owner": "张三"}"#).is_err()
        );
    }
}
