//! Opening the store that the configuration names.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

use super::BlobError;
use super::local::Folder;

/// Where the store is and how to get in.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `file:FOLDER` or `s3://BUCKET/PREFIX`.
    pub url: String,
    /// S3 endpoint, e.g. `http://127.0.0.1:9000`; empty means the provider's own.
    pub endpoint: String,
    /// S3 region.
    pub region: String,
    /// S3 access key; empty means the provider's own way (environment, instance role).
    pub access_key: String,
    /// S3 secret key.
    pub secret_key: String,
    /// Most bytes of tiles and indexes kept in memory; 0 switches the cache off.
    pub cache_bytes: u64,
}

/// The opened store, and the folder where it is one.
pub(super) type Opened = (Arc<dyn ObjectStore>, Option<Folder>);

pub(super) fn open(settings: &Settings) -> Result<Opened, BlobError> {
    if let Some(folder) = settings.url.strip_prefix("file:") {
        return open_folder(PathBuf::from(folder));
    }
    if let Some(rest) = settings.url.strip_prefix("s3://") {
        return Ok((open_s3(settings, rest)?, None));
    }
    Err(BlobError::Address(settings.url.clone()))
}

fn open_folder(path: PathBuf) -> Result<Opened, BlobError> {
    let folder = Folder::open(path)?;
    let store = LocalFileSystem::new_with_prefix(folder.root())
        .map_err(|source| BlobError::Unavailable {
            place: folder.root().display().to_string(),
            source,
        })?
        .with_fsync(true);
    Ok((Arc::new(store), Some(folder)))
}

fn open_s3(settings: &Settings, rest: &str) -> Result<Arc<dyn ObjectStore>, BlobError> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.len() < 3 {
        return Err(BlobError::Address(settings.url.clone()));
    }
    // The HTTP client names no cryptographic library of its own. Fails harmlessly the second time.
    let _already = rustls::crypto::ring::default_provider().install_default();
    let client = ClientOptions::new()
        .with_connect_timeout(Duration::from_secs(5))
        // Covers the whole body of one request; larger objects go in parts of 8 MiB.
        .with_timeout(Duration::from_mins(2))
        .with_pool_max_idle_per_host(64);
    let retry = RetryConfig {
        backoff: BackoffConfig { max_backoff: Duration::from_secs(3), ..BackoffConfig::default() },
        max_retries: 6,
        retry_timeout: Duration::from_secs(30),
    };
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_region(&settings.region)
        .with_client_options(client)
        .with_retry(retry);
    if !settings.endpoint.is_empty() {
        builder = builder
            .with_endpoint(&settings.endpoint)
            .with_allow_http(settings.endpoint.starts_with("http://"))
            .with_virtual_hosted_style_request(false);
    }
    if !settings.access_key.is_empty() {
        builder = builder
            .with_access_key_id(&settings.access_key)
            .with_secret_access_key(&settings.secret_key);
    }
    let store = builder
        .build()
        .map_err(|source| BlobError::Unavailable { place: settings.url.clone(), source })?;
    let prefix = prefix.trim_matches('/');
    Ok(if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) })
}
