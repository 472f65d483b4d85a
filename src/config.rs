//! Configuration: defaults, then `kanfang.toml`, then the environment (`KANFANG_…`).

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Serialized};
use serde::{Deserialize, Serialize};

use crate::base::Limits;

/// Everything that an operator may set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder for the embedded database and files. Relative to the working directory.
    pub data: PathBuf,
    /// The web server.
    pub server: Server,
    /// The catalogue.
    pub database: DatabaseSection,
    /// Where originals and packs are kept.
    pub store: Store,
    /// Resumable uploads.
    pub uploads: UploadSection,
    /// The worker.
    pub worker: Worker,
    /// Bounds on uploads and media.
    pub limits: Limits,
}

/// The web server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// The address that people type, for links, feeds and cookies. `https` makes cookies `Secure`.
    pub public_url: String,
    /// Number of HTTP threads; 0 means one a core.
    pub threads: usize,
    /// Seconds that running requests get to end after Ctrl-C or SIGTERM.
    pub drain_seconds: u64,
    /// Certificate chain (PEM) for built-in TLS; empty means plain HTTP behind a proxy.
    pub tls_certificate: PathBuf,
    /// Private key (PEM) for built-in TLS.
    pub tls_key: PathBuf,
    /// An address of its own for `/metrics`; without it they are beside the site, for loopback callers only.
    pub metrics_bind: Option<SocketAddr>,
    /// Whether to believe `X-Forwarded-For` (only behind a proxy that sets it).
    pub trust_proxy: bool,
    /// Log lines as JSON.
    pub log_json: bool,
}

/// The catalogue.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSection {
    /// `postgres://…` or `sqlite:FILE`; empty means `kanfang.sqlite` in the data folder.
    pub url: String,
}

/// Where originals and packs are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// `s3://bucket/prefix` or `file:FOLDER`; empty means `objects` in the data folder.
    pub url: String,
    /// S3 endpoint, e.g. `http://127.0.0.1:9000`; empty means the provider's own.
    pub endpoint: String,
    /// S3 region.
    pub region: String,
    /// S3 access key.
    pub access_key: String,
    /// S3 secret key.
    pub secret_key: String,
    /// MiB of tiles and indexes kept in memory.
    pub cache_mib: u64,
}

/// Resumable uploads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadSection {
    /// Most unfinished uploads of one court or agency.
    pub max_open: u64,
    /// Hours without a new byte after which an unfinished upload is deleted.
    pub keep_hours: i64,
}

/// The worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// Jobs that `serve` runs itself; 0 leaves them to `kanfang worker` processes.
    pub embedded: usize,
    /// Seconds after which a media step is ended by force.
    pub step_seconds: u64,
    /// Attempts before a job counts as failed.
    pub max_attempts: i64,
    /// Seconds a lease lasts without renewal.
    pub lease_seconds: u64,
    /// Whether media steps are refused on a machine that cannot shut them in enough.
    pub strict_sandbox: bool,
    /// JPEG quality of tiles, 1–100.
    pub jpeg_quality: u8,
    /// Whether WebP tiles are made after the JPEG ones.
    pub webp: bool,
    /// The folder with the models that propose masks; empty means `models` in the data folder. Without models nothing is proposed.
    pub models: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            server: Server {
                bind: SocketAddr::from(([127, 0, 0, 1], 8360)),
                public_url: String::new(),
                threads: 0,
                drain_seconds: 20,
                tls_certificate: PathBuf::new(),
                tls_key: PathBuf::new(),
                metrics_bind: None,
                trust_proxy: false,
                log_json: false,
            },
            database: DatabaseSection { url: String::new() },
            store: Store {
                url: String::new(),
                endpoint: String::new(),
                region: "us-east-1".to_owned(),
                access_key: String::new(),
                secret_key: String::new(),
                cache_mib: 64,
            },
            uploads: UploadSection { max_open: 200, keep_hours: 24 },
            worker: Worker {
                embedded: 1,
                step_seconds: 600,
                max_attempts: 4,
                lease_seconds: 30,
                strict_sandbox: true,
                jpeg_quality: 85,
                webp: true,
                models: PathBuf::new(),
            },
            limits: Limits::default(),
        }
    }
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key or value is wrong.
    #[error("the configuration is not usable: {0}{1}")]
    Wrong(Box<figment::Error>, String),
    /// The file cannot be read.
    #[error("the configuration file {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The file is not TOML.
    #[error("the configuration file {0} is not valid TOML: {1}")]
    NoToml(PathBuf, Box<toml::de::Error>),
}

fn settings_in(file: &Path) -> Result<toml::Table, ConfigError> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| ConfigError::Unreadable(file.to_owned(), error))?;
    text.parse().map_err(|error| ConfigError::NoToml(file.to_owned(), Box::new(error)))
}

impl Config {
    /// Reads defaults, `file` (or `kanfang.toml` where it is there) and the environment.
    ///
    /// Environment keys join section and name by two underscores: `KANFANG_SERVER__BIND`.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let usual = Path::new("kanfang.toml");
        let settings = match file.or_else(|| usual.exists().then_some(usual)) {
            Some(file) => settings_in(file)?,
            None => toml::Table::new(),
        };
        Figment::from(Serialized::defaults(Self::default()))
            .merge(Serialized::defaults(settings))
            .merge(Env::prefixed("KANFANG_").split("__"))
            .extract()
            .map_err(|error| {
                let hint = nearest_key(&error)
                    .map_or_else(String::new, |key| format!(" (did you mean '{key}'?)"));
                ConfigError::Wrong(Box::new(error), hint)
            })
    }

    /// The database's address with the default filled in.
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite:{}", self.data.join("kanfang.sqlite").display())
        } else {
            self.database.url.clone()
        }
    }

    /// The store's address with the default filled in.
    pub fn store_url(&self) -> String {
        if self.store.url.is_empty() {
            format!("file:{}", self.data.join("objects").display())
        } else {
            self.store.url.clone()
        }
    }

    /// The folder with the models that propose masks.
    pub fn models_folder(&self) -> PathBuf {
        if self.worker.models.as_os_str().is_empty() {
            self.data.join("models")
        } else {
            self.worker.models.clone()
        }
    }

    /// The address that people type, without a slash at the end.
    pub fn public_url(&self) -> String {
        if self.server.public_url.is_empty() {
            let scheme =
                if self.server.tls_certificate.as_os_str().is_empty() { "http" } else { "https" };
            format!("{scheme}://{}", self.server.bind)
        } else {
            self.server.public_url.trim_end_matches('/').to_owned()
        }
    }

    /// A copy with passwords and keys hidden, to be shown.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut shown = self.clone();
        if !shown.store.secret_key.is_empty() {
            "(hidden)".clone_into(&mut shown.store.secret_key);
        }
        if let Some((before, after)) = shown.database.url.clone().split_once('@')
            && let Some((scheme, login)) = before.split_once("://")
        {
            let login = login.split(':').next().unwrap_or_default();
            shown.database.url = format!("{scheme}://{login}:(hidden)@{after}");
        }
        shown
    }
}

/// The known key nearest to the unknown one, by edits.
fn nearest_key(error: &figment::Error) -> Option<String> {
    let figment::error::Kind::UnknownField(unknown, known) = &error.kind else { return None };
    known
        .iter()
        .map(|key| (edits(unknown, key), *key))
        .filter(|(distance, key)| *distance <= key.len().div_ceil(2))
        .min()
        .map(|(_, key)| key.to_owned())
}

/// Levenshtein distance.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_name_the_nearest_known_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("k.toml");
        std::fs::write(&file, "[server]\nbnid = \"127.0.0.1:1\"\n").unwrap();
        let message = Config::load(Some(&file)).unwrap_err().to_string();
        assert!(message.contains("bnid") && message.contains("did you mean 'bind'"), "{message}");
    }

    #[test]
    fn secrets_are_hidden() {
        let mut config = Config::default();
        config.database.url = "postgres://kanfang:geheim@db/kanfang".to_owned();
        config.store.secret_key = "geheim".to_owned();
        let shown = toml::to_string(&config.without_secrets()).unwrap();
        assert!(!shown.contains("geheim"));
        assert!(shown.contains("postgres://kanfang:(hidden)@db/kanfang"));
    }
}
