//! Public listings by the million, as 40 courts would have made them over the years.

use anyhow::Context;
use kanfang::auction::case_number::CaseNumber;
use kanfang::auction::facts::{Facts, PropertyKind, Stated};
use kanfang::auction::money::Fen;
use kanfang::auction::people::TenantKind;
use kanfang::auction::rounds::{RoundKind, RoundState};
use kanfang::base::id::{ListingId, TenantId, unguessable};
use kanfang::base::{Clock, Instant};
use kanfang::catalogue::identity::{self, NewTenant};
use kanfang::catalogue::listings::Listing;
use kanfang::catalogue::listings_public::{self, Card};
use kanfang::catalogue::{Database, Transaction};

const CITIES: [&str; 8] = [
    "北京市/西城区",
    "北京市/朝阳区",
    "北京市/海淀区",
    "上海市/浦东新区",
    "广东省/广州市",
    "浙江省/杭州市",
    "四川省/成都市",
    "湖北省/武汉市",
];
const COMMUNITIES: [&str; 16] = [
    "槐荫巷",
    "望江里",
    "柳树胡同",
    "锦绣花园",
    "东方名城",
    "翠湖湾",
    "金桂苑",
    "新华里",
    "长安新居",
    "和平家园",
    "石榴庄",
    "杏花村",
    "春晓园",
    "听涛阁",
    "枫林绿洲",
    "铁路小区",
];
const AT_ONCE: u64 = 5000;
const DAY: i64 = 86_400_000;

/// One listing in 20 can still be bid for; the others are over.
const STATES: [RoundState; 20] = {
    let mut states = [RoundState::Sold; 20];
    states[0] = RoundState::Announced;
    let mut i = 12;
    while i < 20 {
        states[i] = RoundState::Failed;
        i += 1;
    }
    states
};

/// Fills an empty database.
pub fn fill(url: &str, number: u64) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let database = Database::open(url).await?;
        database.migrate().await?;
        let now = Clock::system().now();
        let courts = courts(&database, now).await?;
        for first in (0..number).step_by(usize::try_from(AT_ONCE)?) {
            let mut tx = database.begin().await?;
            for at in first..number.min(first + AT_ONCE) {
                add(&mut tx, &database, now, &courts, at as i64).await?;
            }
            tx.commit().await?;
        }
        database.close().await;
        Ok(())
    })
}

async fn courts(database: &Database, now: Instant) -> anyhow::Result<Vec<(TenantId, String)>> {
    let mut tx = database.begin().await?;
    let mut courts = Vec::new();
    for at in 1..=40 {
        let (name, code) = (format!("示例第{at}人民法院"), format!("示{at:02}"));
        let new =
            NewTenant { kind: TenantKind::Court, name: name.clone(), code, quota_bytes: 1 << 40 };
        courts.push((identity::add_tenant(&mut tx, now, &new).await?, name));
    }
    tx.commit().await?;
    Ok(courts)
}

async fn add(
    tx: &mut Transaction,
    database: &Database,
    now: Instant,
    courts: &[(TenantId, String)],
    at: i64,
) -> anyhow::Result<()> {
    // Steps that share no factor with the lists' lengths: every combination occurs, in no simple order.
    let pick = |step: i64, length: usize| ((at * step + at / 7) % length as i64) as usize;
    let (court_id, court_name) = &courts[pick(7, courts.len())];
    let region = CITIES[pick(3, CITIES.len())];
    let community = COMMUNITIES[pick(5, COMMUNITIES.len())];
    let (building, room) = (1 + at * 31 % 60, 101 + at * 17 % 3000);
    let title = format!("{}{community}{building}号楼{room}室", region.replace('/', ""));
    let case_number =
        CaseNumber::parse(&format!("（20{}）京0102执{}号", 17 + at % 10, 1 + at / 10))
            .ok()
            .context("the invented case number is not accepted")?;
    let mut facts: Facts = serde_json::from_str("{\"kind\": \"residential\", \"region\": \"\"}")?;
    facts.kind = PropertyKind::ALL[if at % 3 == 0 { pick(1, PropertyKind::ALL.len()) } else { 0 }];
    region.clone_into(&mut facts.region);
    facts.address = Some(format!("{community}{building}号楼{room}室"));
    facts.building.community = Some(community.to_owned());
    facts.building.built_area = Some(Stated::Known(3000 + at * 37 % 20_000));
    let state = STATES[pick(11, STATES.len())];
    let days = if state.is_active() { 1 + at % 40 } else { -(1 + at % 3600) };
    let opens_at = now.plus_millis(days * DAY + at % 86_400 * 1000);
    let listing = Listing {
        id: ListingId::new(),
        seq: at + 1,
        short: unguessable()[..12].to_owned(),
        court_id: *court_id,
        court_name: court_name.clone(),
        agency_id: None,
        title,
        case_number,
        facts,
        no_media_reason: None,
        version: 1,
        announced_at: Some(opens_at.plus_millis(-30 * DAY)),
        withdrawn_at: None,
        withdrawn_reason: None,
        take_down_at: None,
        legal_hold: false,
        created_at: now,
        updated_at: now,
    };
    let price = Fen((500_000 + at * 7919 % 20_000_000) * 100);
    let card = Card {
        id: listing.id,
        short: listing.short.clone(),
        title: listing.title.clone(),
        court: court_name.clone(),
        case_number: listing.case_number.normal.clone(),
        kind: listing.facts.kind,
        region: region.to_owned(),
        address: listing.facts.address.clone(),
        round: RoundKind::First,
        state,
        start_price: price,
        reference_price: Some(Fen(price.0 / 7 * 10)),
        deposit: Fen(price.0 / 10),
        final_price: None,
        opens_at,
        closes_at: opens_at.plus_millis(DAY),
        built_area: listing.facts.building.built_area.clone(),
        occupation: None,
        defects: None,
    };
    store(tx, &listing).await?;
    listings_public::insert(tx, database.dialect(), now, &listing, &card).await?;
    Ok(())
}

async fn store(tx: &mut Transaction, listing: &Listing) -> anyhow::Result<()> {
    sqlx::query(
        "INSERT INTO listings (id, seq, short, court_id, title, case_number, case_number_typed, facts, version, \
         announced_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $10)",
    )
    .bind(listing.id.to_string())
    .bind(listing.seq)
    .bind(&listing.short)
    .bind(listing.court_id.to_string())
    .bind(&listing.title)
    .bind(&listing.case_number.normal)
    .bind(&listing.case_number.typed)
    .bind(serde_json::to_string(&listing.facts)?)
    .bind(listing.announced_at.map(Instant::as_millis))
    .bind(listing.created_at.as_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
