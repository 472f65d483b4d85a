//! A real S3 server in this process, over a temporary folder, for tests.

use std::net::SocketAddr;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use kanfang::blob::Settings;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;

/// An S3 server that runs until the test process ends.
pub struct S3 {
    address: SocketAddr,
    /// What it stores, one folder a bucket.
    pub folder: TempDir,
}

impl S3 {
    /// Starts the server with the bucket `kanfang`.
    ///
    /// It gets a thread and a runtime of its own: it must outlive the runtime of a single test step.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("kanfang")).unwrap();
        let root = folder.path().to_owned();
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
                service.set_auth(SimpleAuth::from_single("test-key", "test-secret"));
                let service = service.build();
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                send.send(listener.local_addr().unwrap()).unwrap();
                let http = Builder::new(TokioExecutor::new());
                loop {
                    let Ok((socket, _)) = listener.accept().await else { continue };
                    socket.set_nodelay(true).unwrap();
                    let connection =
                        http.serve_connection(TokioIo::new(socket), service.clone()).into_owned();
                    tokio::spawn(async move {
                        let _broken_off = connection.await;
                    });
                }
            });
        });
        Self { address: receive.recv().unwrap(), folder }
    }

    /// How to reach it.
    pub fn settings(&self) -> Settings {
        Settings {
            url: "s3://kanfang/site".to_owned(),
            endpoint: format!("http://{}", self.address),
            region: "us-east-1".to_owned(),
            access_key: "test-key".to_owned(),
            secret_key: "test-secret".to_owned(),
            cache_bytes: 1 << 20,
        }
    }

    /// Makes a site keep its objects here.
    pub fn configure(&self, config: &mut kanfang::config::Config) {
        let settings = self.settings();
        config.store.url = settings.url;
        config.store.endpoint = settings.endpoint;
        config.store.region = settings.region;
        config.store.access_key = settings.access_key;
        config.store.secret_key = settings.secret_key;
    }
}
