//! Built-in TLS: the certificate that the operator's configuration names, read again once it is renewed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::extensions::GeneralName;

use crate::base::Instant;
use crate::config::Config;

/// How often a renewed certificate is looked for.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// The certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Only one of the two settings is there.
    #[error(
        "server.tls_certificate and server.tls_key belong together, but only {0} is set; set both or neither"
    )]
    Half(&'static str),
    /// A file cannot be read, or is no PEM.
    #[error("{0} cannot be read as PEM: {1}")]
    Unreadable(PathBuf, pem::Error),
    /// A file without a certificate.
    #[error(
        "{0} holds no certificate; it must begin with the server's own, followed by those that signed it"
    )]
    Empty(PathBuf),
    /// The key is of another certificate, or of a kind that is not supported.
    #[error("{key} is not a key for the certificate in {certificate}: {problem}")]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What rustls says.
        problem: rustls::Error,
    },
    /// The certificate is not X.509.
    #[error("the first certificate in {0} is not understood: {1}")]
    NoX509(PathBuf, String),
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Not before this time.
    pub from: Instant,
    /// Not after this time.
    pub until: Instant,
    /// The DNS names and addresses it is for.
    pub names: Vec<String>,
}

impl Facts {
    /// Whether the certificate is for this host; `*.example.cn` covers one label (RFC 9525 §6.3).
    pub fn is_for(&self, host: &str) -> bool {
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(parent) => host.split_once('.').is_some_and(|(label, rest)| {
                !label.is_empty() && rest.eq_ignore_ascii_case(parent)
            }),
            None => name.eq_ignore_ascii_case(host),
        })
    }
}

/// The certificate in use. New connections get the renewed one without a restart.
#[derive(Debug)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    current: RwLock<Current>,
}

#[derive(Clone, Debug)]
struct Current {
    certified: Arc<CertifiedKey>,
    changed: [Option<SystemTime>; 2],
}

impl Certificate {
    /// The certificate that the configuration names; `None` if it names none.
    pub fn configured(config: &Config) -> Result<Option<Arc<Self>>, TlsError> {
        let (chain, key) = (&config.server.tls_certificate, &config.server.tls_key);
        match (chain.as_os_str().is_empty(), key.as_os_str().is_empty()) {
            (true, true) => Ok(None),
            (false, true) => Err(TlsError::Half("server.tls_certificate")),
            (true, false) => Err(TlsError::Half("server.tls_key")),
            (false, false) => Self::open(chain, key).map(|certificate| Some(Arc::new(certificate))),
        }
    }

    /// Reads a chain and its key (PEM).
    pub fn open(chain: &Path, key: &Path) -> Result<Self, TlsError> {
        let current = RwLock::new(read(chain, key)?);
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), current })
    }

    /// Reads the files again if one has changed. What is in use stays in use if the new one is not usable.
    ///
    /// Returns whether another certificate is in use now.
    pub fn renew(&self) -> Result<bool, TlsError> {
        if self.current().changed == changed(&self.chain, &self.key) {
            return Ok(false);
        }
        let renewed = read(&self.chain, &self.key)?;
        *self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner) = renewed;
        Ok(true)
    }

    /// Looks for a renewed certificate for ever.
    pub async fn keep_fresh(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            let certificate = self.clone();
            match tokio::task::spawn_blocking(move || certificate.renew()).await {
                Ok(Ok(true)) => {
                    tracing::info!(file = %self.chain.display(), "the renewed certificate is in use");
                }
                Ok(Ok(false)) => {}
                Ok(Err(error)) => {
                    tracing::error!(%error, "the renewed certificate is not usable; the old one stays in use");
                }
                Err(error) => tracing::error!(%error, "the certificate could not be looked at"),
            }
        }
    }

    /// What the certificate in use says of itself.
    pub fn facts(&self) -> Result<Facts, TlsError> {
        let current = self.current();
        let wrong = |problem: String| TlsError::NoX509(self.chain.clone(), problem);
        let first =
            current.certified.cert.first().ok_or_else(|| TlsError::Empty(self.chain.clone()))?;
        let (_, parsed) =
            x509_parser::parse_x509_certificate(first).map_err(|error| wrong(error.to_string()))?;
        let names = parsed.subject_alternative_name().map_err(|error| wrong(error.to_string()))?;
        let names = names.map_or_else(Vec::new, |names| {
            names.value.general_names.iter().filter_map(name_of).collect()
        });
        let at = |time: x509_parser::time::ASN1Time| {
            Instant::from_millis(time.timestamp().saturating_mul(1000))
        };
        Ok(Facts {
            from: at(parsed.validity().not_before),
            until: at(parsed.validity().not_after),
            names,
        })
    }

    /// Settings of a TLS server that uses it: TLS 1.2 and 1.3.
    pub fn server_config(self: &Arc<Self>) -> Result<ServerConfig, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?;
        Ok(builder.with_no_client_auth().with_cert_resolver(self.clone()))
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current().certified)
    }
}

fn name_of(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            if let Ok(four) = <[u8; 4]>::try_from(*bytes) {
                return Some(std::net::Ipv4Addr::from(four).to_string());
            }
            <[u8; 16]>::try_from(*bytes)
                .ok()
                .map(|sixteen| std::net::Ipv6Addr::from(sixteen).to_string())
        }
        _ => None,
    }
}

fn read(chain: &Path, key: &Path) -> Result<Current, TlsError> {
    let changed = changed(chain, key);
    let unreadable = |file: &Path| {
        let file = file.to_owned();
        move |error| TlsError::Unreadable(file, error)
    };
    let certificates: Vec<_> = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .map_err(unreadable(chain))?;
    if certificates.is_empty() {
        return Err(TlsError::Empty(chain.to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let certified = CertifiedKey::from_der(certificates, private, &ring::default_provider());
    let certified = certified.map_err(|problem| TlsError::Mismatch {
        certificate: chain.to_owned(),
        key: key.to_owned(),
        problem,
    })?;
    Ok(Current { certified: Arc::new(certified), changed })
}

fn changed(chain: &Path, key: &Path) -> [Option<SystemTime>; 2] {
    [chain, key].map(|file| std::fs::metadata(file).and_then(|known| known.modified()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_browsers_match_them() {
        let names = ["view.court.cn", "*.auction.cn", "10.0.0.7"].map(str::to_owned).to_vec();
        let facts = Facts { from: Instant::from_millis(0), until: Instant::from_millis(1), names };
        for host in ["view.court.cn", "VIEW.court.cn", "a.auction.cn", "10.0.0.7"] {
            assert!(facts.is_for(host), "{host}");
        }
        for host in ["court.cn", "auction.cn", "a.b.auction.cn", ".auction.cn", "10.0.0.8"] {
            assert!(!facts.is_for(host), "{host}");
        }
    }

    #[test]
    fn one_setting_without_the_other_is_an_error_that_says_so() {
        let mut config = Config::default();
        config.server.tls_key = PathBuf::from("key.pem");
        let message = Certificate::configured(&config).unwrap_err().to_string();
        assert!(message.contains("only server.tls_key is set"), "{message}");
    }
}
