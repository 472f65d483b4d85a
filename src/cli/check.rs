//! `kanfang check`: is everything there that the configuration names?

use std::path::Path;
use std::process::ExitCode;

use bytes::Bytes;
use serde::Serialize;

use crate::app;
use crate::base::id::unguessable;
use crate::base::{Clock, Instant};
use crate::blob::{BlobError, Blobs, Key};
use crate::catalogue::{Database, audit};
use crate::codec;
use crate::config::Config;
use crate::http::tls::{Certificate, TlsError};
use crate::worker::sandbox;

/// Bytes of free disk below which we warn, and below which we fail.
const LITTLE_SPACE: u64 = 5 << 30;
const NO_SPACE: u64 = 256 << 20;
/// Days before the certificate's end from which we warn: certbot renews at 30.
const DAYS_LEFT: i64 = 14;
/// 2025-01-01: a clock before this was never set.
const EARLIEST: Instant = Instant::from_millis(1_735_689_600_000);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Grade {
    Ok,
    Warn,
    Fail,
}

/// One thing that was tried.
#[derive(Clone, Debug, Serialize)]
struct Line {
    what: &'static str,
    grade: Grade,
    found: String,
    /// What to do about it.
    fix: Option<String>,
}

impl Line {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, grade: Grade::Ok, found: found.into(), fix: None }
    }

    fn warn(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what, grade: Grade::Warn, found: found.into(), fix: Some(fix.into()) }
    }

    fn fail(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what, grade: Grade::Fail, found: found.into(), fix: Some(fix.into()) }
    }
}

/// Tries everything, prints a line each, and fails if one failed.
pub fn run(file: Option<&Path>, json: bool) -> anyhow::Result<ExitCode> {
    let config = Config::load(file)?;
    super::start_log(config.server.log_json);
    let shown = toml::to_string(&config.without_secrets())?;
    let lines = super::block_on(try_everything(&config));
    if json {
        let all = serde_json::json!({"configuration": config.without_secrets(), "lines": lines});
        super::print(&serde_json::to_string_pretty(&all)?);
    } else {
        super::print(&shown);
        for line in &lines {
            let mark = match line.grade {
                Grade::Ok => "ok  ",
                Grade::Warn => "warn",
                Grade::Fail => "FAIL",
            };
            super::print(&format!("{mark}  {:<10} {}", line.what, line.found));
            if let Some(fix) = &line.fix {
                super::print(&format!("      {:<10} → {fix}", ""));
            }
        }
    }
    let failed = lines.iter().any(|line| line.grade == Grade::Fail);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn try_everything(config: &Config) -> Vec<Line> {
    let mut lines = vec![folder(&config.data)];
    match Database::open(&config.database_url()).await {
        Ok(database) => {
            lines.push(try_database(&database, config).await);
            lines.push(clock(&database).await);
            database.close().await;
        }
        Err(error) => lines.push(Line::fail(
            "database",
            error.to_string(),
            "start the database, or correct database.url; the account needs the right to create tables",
        )),
    }
    match Blobs::open(&app::store_settings(config)) {
        Ok(blobs) => {
            lines.push(try_store(&blobs, config).await);
            let place = blobs.local_root().unwrap_or_else(|| config.data.clone());
            lines.push(disk("disk", &place));
        }
        Err(error) => {
            lines.push(Line::fail("store", error.to_string(), "correct the section [store]"));
        }
    }
    lines.push(walls(config).await);
    lines.push(ffmpeg());
    lines.push(address(config));
    lines.extend(certificate(config, Clock::system().now()));
    lines
}

/// Photos do not need it, so that what it lacks is no failure.
fn ffmpeg() -> Line {
    let (version, lacks) = codec::installed();
    if lacks.is_empty() {
        return Line::ok("ffmpeg", format!("libavcodec {version}"));
    }
    Line::warn(
        "ffmpeg",
        format!("libavcodec {version} lacks {}: videos cannot be converted", lacks.join(", ")),
        "install Debian's own packages of FFmpeg's libraries; photos do not need them",
    )
}

fn folder(data: &Path) -> Line {
    let probe = data.join(".write-test");
    let tried = std::fs::create_dir_all(data)
        .and_then(|()| std::fs::write(&probe, b"x"))
        .and_then(|()| std::fs::remove_file(&probe));
    match tried {
        Ok(()) => Line::ok("folder", format!("{} can be written", data.display())),
        Err(error) => Line::fail(
            "folder",
            format!("{} cannot be written: {error}", data.display()),
            "give the account that runs kanfang the right to write there, or set 'data'",
        ),
    }
}

async fn try_database(database: &Database, config: &Config) -> Line {
    let url = config.without_secrets().database_url();
    if let Err(error) = database.migrate().await {
        return Line::fail(
            "database",
            format!("{url}: {error}"),
            "the database may be of a newer version; use the newest program, or restore a backup",
        );
    }
    match audit::page(database, 0, 1).await {
        Ok(_) => Line::ok("database", format!("{url} answers, its schema is up to date")),
        Err(error) => {
            Line::fail("database", format!("{url}: {error}"), "look into the database's own log")
        }
    }
}

/// A clock that runs behind what is already in the log would make evidence worthless.
async fn clock(database: &Database) -> Line {
    let now = Clock::system().now();
    let fix = "set the machine's clock and keep it right with NTP (timedatectl set-ntp true)";
    if now < EARLIEST {
        return Line::fail("clock", format!("it is {now} on this machine"), fix);
    }
    match audit::last_at(database).await {
        Ok(Some(last)) if last > now.plus_millis(60_000) => {
            Line::fail("clock", format!("it is {now}, but the log's last entry is of {last}"), fix)
        }
        Ok(_) => Line::ok("clock", now.to_string()),
        Err(error) => Line::warn("clock", error.to_string(), "see the line of the database"),
    }
}

async fn try_store(blobs: &Blobs, config: &Config) -> Line {
    let url = config.store_url();
    match write_read_delete(blobs).await {
        Ok(()) => Line::ok("store", format!("{url} takes, gives back and deletes objects")),
        Err(error @ BlobError::Full(_)) => {
            Line::fail("store", format!("{url}: {error}"), "free some space or enlarge the disk")
        }
        Err(error) => Line::fail(
            "store",
            format!("{url}: {error}"),
            "correct store.url, store.endpoint, store.region and the keys; the bucket must exist and the key \
             needs the rights to put, get, list and delete",
        ),
    }
}

async fn write_read_delete(blobs: &Blobs) -> Result<(), BlobError> {
    let key = Key::parse(&format!("check/{}", unguessable()))?;
    blobs.put(&key, Bytes::from_static(b"kanfang check")).await?;
    let read = blobs.read(&key).await;
    blobs.delete(&key).await?;
    if read?.as_ref() == b"kanfang check" {
        return Ok(());
    }
    Err(BlobError::Short { key, start: 0, end: 13 })
}

fn disk(what: &'static str, place: &Path) -> Line {
    let Ok(space) = nix::sys::statvfs::statvfs(place) else {
        return Line::warn(what, "the free space is not known", "look with 'df'");
    };
    let free = space.blocks_available() * space.fragment_size();
    let found = format!("{:.1} GiB free at {}", free as f64 / f64::from(1 << 30), place.display());
    let fix =
        "free some space or enlarge the disk; uploads are refused when it is full, reading goes on";
    match free {
        free if free < NO_SPACE => Line::fail(what, found, fix),
        free if free < LITTLE_SPACE => Line::warn(what, found, fix),
        _ => Line::ok(what, found),
    }
}

fn address(config: &Config) -> Line {
    let url = config.public_url();
    let local = config.server.bind.ip().is_loopback();
    if url.starts_with("https://") || local {
        return Line::ok("address", format!("{url}, listening on {}", config.server.bind));
    }
    Line::warn(
        "address",
        format!("{url} is not encrypted and {} can be reached from outside", config.server.bind),
        "set server.tls_certificate and server.tls_key, or put a proxy with TLS in front, and set server.public_url to https://…",
    )
}

/// What shuts in the decoders of untrusted media.
async fn walls(config: &Config) -> Line {
    let fix = "use a kernel of 5.13 or newer with Landlock and user namespaces, or a container that allows them; \
               worker.strict_sandbox = false lets media be decoded all the same";
    match app::supervisor(config).walls().await {
        Ok(walls) => match (sandbox::missing(&walls), sandbox::is_enough(&walls)) {
            (missing, true) if missing.is_empty() => {
                Line::ok("sandbox", "all walls around the decoders stand")
            }
            (missing, true) => {
                Line::warn("sandbox", format!("the others hold without: {missing}"), fix)
            }
            (missing, false) if config.worker.strict_sandbox => {
                Line::fail("sandbox", format!("media will be refused, missing: {missing}"), fix)
            }
            (missing, false) => {
                Line::warn("sandbox", format!("media are decoded without: {missing}"), fix)
            }
        },
        Err(error) => Line::fail(
            "sandbox",
            format!("the child for media does not start: {error}"),
            "the program must be able to start itself: look at the rights of its file and at noexec",
        ),
    }
}

fn certificate(config: &Config, now: Instant) -> Option<Line> {
    const WHAT: &str = "TLS";
    let opened = Certificate::configured(config).transpose()?;
    let facts = opened.and_then(|certificate| certificate.facts());
    Some(match facts {
        Err(error @ TlsError::Half(_)) => Line::fail(WHAT, error.to_string(), "correct [server]"),
        Err(error) => Line::fail(
            WHAT,
            error.to_string(),
            "name the full chain (fullchain.pem) and its key (privkey.pem), both readable by this account",
        ),
        Ok(facts) => {
            let days = (facts.until.as_millis() - now.as_millis()).div_euclid(86_400_000);
            let found = format!("for {}, until {}", facts.names.join(", "), facts.until);
            let renew =
                "renew it (certbot renew); the running server takes the new files within a minute";
            let url = config.public_url();
            if facts.until <= now || facts.from > now {
                Line::fail(WHAT, format!("not valid now: {found}"), renew)
            } else if !host_of(&url).is_some_and(|host| facts.is_for(host)) {
                Line::warn(
                    WHAT,
                    format!("{url} is not among its names: {found}"),
                    "set server.public_url to a name of the certificate, or get one for that name",
                )
            } else if days < DAYS_LEFT {
                Line::warn(WHAT, format!("{days} days left: {found}"), renew)
            } else {
                Line::ok(WHAT, found)
            }
        }
    })
}

/// The host of an `http(s)` address, without port and brackets.
fn host_of(url: &str) -> Option<&str> {
    let after = url.split_once("://")?.1;
    let authority = after.split(['/', '?', '#']).next()?;
    match authority.strip_prefix('[') {
        Some(six) => six.split(']').next(),
        None => authority.split(':').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address_is_found() {
        assert_eq!(host_of("https://view.court.cn/"), Some("view.court.cn"));
        assert_eq!(host_of("https://127.0.0.1:8360"), Some("127.0.0.1"));
        assert_eq!(host_of("http://[::1]:8360/x"), Some("::1"));
        assert_eq!(host_of("view.court.cn"), None);
    }
}
