//! A running site for a test: free port, temporary folder, its own database.
//!
//! SQLite unless `KANFANG_TEST_POSTGRES` holds the address of a PostgreSQL server
//! (`postgres://user@host:port/postgres`) on which a superuser may create databases.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Mutex;

use argon2::password_hash::PasswordHasher;
use kanfang::app;
use kanfang::auction::people::{Role, TenantKind};
use kanfang::base::id::{TenantId, unguessable};
use kanfang::base::{Clock, Instant};
use kanfang::catalogue::Database;
use kanfang::catalogue::identity::{self, NewTenant, NewUser};
use kanfang::config::Config;
use kanfang::http::Context;
use kanfang::upkeep::fsck;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sqlx::Connection;
use tempfile::TempDir;

/// The password of every test account.
pub const PASSWORD: &str = "test password 看房";

/// A server that runs until the test ends.
pub struct Site {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// What the handlers see: the same database, clock and configuration.
    pub context: Context,
    /// The court of [`Site::court_user`].
    pub court: TenantId,
    /// The agency of [`Site::agency_user`].
    pub agency: TenantId,
    /// The data folder.
    pub folder: TempDir,
    /// Ends with the site: otherwise each test would leave its connections to the database behind.
    _server: Running,
}

/// A server in a thread of its own, told to stop when the test is over.
struct Running(actix_web::dev::ServerHandle);

impl Drop for Running {
    fn drop(&mut self) {
        // The order is sent by the call; nobody waits until it is carried out.
        drop(self.0.stop(false));
    }
}

/// Somebody who talks to the site; keeps cookies.
pub struct Client {
    http: reqwest::Client,
    base: String,
    /// The login name.
    pub login: String,
    /// Sent as `X-CSRF-Token` with every request; a lock, because signing in again changes it.
    pub csrf: Mutex<String>,
}

impl Site {
    /// Fails unless `kanfang fsck`, reading every byte, finds nothing.
    pub async fn is_sound(&self) {
        let Context { database, blobs, clock, .. } = &self.context;
        let report = fsck::check(database, blobs, clock, true).await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }

    /// Starts a site with one court and one agency.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a site whose configuration the test changes.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut config = Config { data: folder.path().to_owned(), ..Config::default() };
        config.server.bind = listener.local_addr().unwrap();
        config.server.threads = 1;
        config.database.url = database_url(&folder).await;
        change(&mut config);
        let clock = Clock::manual(Instant::from_millis(1_900_000_000_000));
        let context = app::context(config, clock).await.unwrap();
        let url = format!("http://{}", context.config.server.bind);
        let for_server = context.clone();
        let (started, handle) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = app::server(for_server, listener).unwrap();
                started.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let server = Running(handle.recv().unwrap());
        let now = context.clock.now();
        let mut tx = context.database.begin().await.unwrap();
        let tenant = |kind, name: &str, code: &str| NewTenant {
            kind,
            name: name.to_owned(),
            code: code.to_owned(),
            quota_bytes: 10 << 30,
        };
        let court = tenant(TenantKind::Court, "北京市西城区人民法院", "京0102");
        let court = identity::add_tenant(&mut tx, now, &court).await.unwrap();
        let agency = tenant(TenantKind::Agency, "测试拍卖辅助机构", "agency");
        let agency = identity::add_tenant(&mut tx, now, &agency).await.unwrap();
        tx.commit().await.unwrap();
        Self { url, context, court, agency, folder, _server: server }
    }

    /// A new member of the court, signed in.
    pub async fn court_user(&self, roles: &[Role]) -> Client {
        self.user(Some(self.court), roles).await
    }

    /// A new member of the agency, signed in.
    pub async fn agency_user(&self) -> Client {
        self.user(Some(self.agency), &[Role::AgencyMember]).await
    }

    /// A new person of any tenant, signed in.
    pub async fn user(&self, tenant: Option<TenantId>, roles: &[Role]) -> Client {
        let login = format!("user-{}", unguessable());
        let mut tx = self.context.database.begin().await.unwrap();
        let user = NewUser {
            tenant,
            login: login.clone(),
            display_name: format!("{roles:?}"),
            password_hash: password_hash(),
            roles: roles.to_vec(),
        };
        identity::add_user(&mut tx, self.context.clock.now(), &user).await.unwrap();
        tx.commit().await.unwrap();
        let mut client = self.anonymous();
        client.login = login;
        client.sign_in().await;
        client
    }

    /// Somebody without an account.
    pub fn anonymous(&self) -> Client {
        let http = http_client()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Client { http, base: self.url.clone(), login: String::new(), csrf: Mutex::default() }
    }
}

impl Client {
    /// Opens a session, also where an earlier one has run out.
    pub async fn sign_in(&self) {
        let body = json!({"login": self.login, "password": PASSWORD});
        let answer = self.post("/api/v1/session", &body).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        let opened: Value = answer.json().await.unwrap();
        *self.csrf.lock().unwrap() = opened["csrf"].as_str().unwrap().to_owned();
    }

    /// A request that the test completes itself.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        request.header("X-CSRF-Token", self.csrf.lock().unwrap().as_str())
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Response {
        self.request(Method::DELETE, path).send().await.unwrap()
    }

    /// POST of a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    /// PATCH of a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Response {
        self.request(Method::PATCH, path).json(body).send().await.unwrap()
    }

    /// PUT of a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Response {
        self.request(Method::PUT, path).json(body).send().await.unwrap()
    }
}

/// The JSON of what must be answered.
pub async fn get(client: &Client, path: &str) -> Value {
    let answer = client.get(path).await;
    assert_eq!(answer.status(), 200, "{path}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// Opens, watches and hears everything that a tour (the path of its draft) shows, as the reviewer does on the desk.
pub async fn look_at_all(reviewer: &Client, tour: &str) {
    let list = get(reviewer, &format!("{tour}/shown")).await;
    for piece in list["items"].as_array().unwrap() {
        let asset = piece["asset"].as_str().unwrap();
        let seen = json!({"shown": piece["shown"]});
        let answer = reviewer.post(&format!("{tour}/shown/{asset}/seen"), &seen).await;
        assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap());
    }
}

/// Submitted, approved and published by three people, in this order; answers the public version of a tour (the path of its
/// draft).
pub async fn publish(tour: &str, people: [&Client; 3]) -> String {
    for (who, step) in people.into_iter().zip(["submit", "approve", "publish"]) {
        if step == "approve" {
            look_at_all(who, tour).await;
        }
        let answer = who.post(&format!("{tour}/{step}"), &json!({})).await;
        assert!(answer.status().is_success(), "{step}: {}", answer.text().await.unwrap());
    }
    let versions = get(people[2], &format!("{tour}/versions")).await;
    versions["items"][0]["version"].as_str().unwrap().to_owned()
}

/// Asks for a step of a tour (the path of its draft): status and answer.
pub async fn step(tour: &str, who: &Client, step: &str) -> (u16, Value) {
    let answer = who.post(&format!("{tour}/{step}"), &json!({})).await;
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// The step is refused for this reason, which has a text; the problem.
pub async fn refused(tour: &str, who: &Client, asked: &str, slug: &str) -> Value {
    let (status, problem) = step(tour, who, asked).await;
    assert_eq!((status, problem["slug"].as_str()), (409, Some(slug)), "{problem}");
    assert_ne!(problem["title"].as_str(), Some(slug), "no text: {problem}");
    problem
}

/// What a phone or a recorder writes: a file of this name made by the `ffmpeg` command, `metadata` in it.
pub fn recorded(name: &str, arguments: &str, metadata: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let run = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i"])
        .args(arguments.split(' '))
        .args(["-metadata", metadata])
        .arg(&path)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::read(path).unwrap()
}

/// The step is done.
pub async fn goes(tour: &str, who: &Client, asked: &str) {
    let (status, answer) = step(tour, who, asked).await;
    assert!((200..300).contains(&status), "{asked}: {answer}");
}

/// Of [`PASSWORD`], with the cheapest parameters: what checking it costs stands in the hash, and every test signs in.
fn password_hash() -> String {
    let cheap = argon2::Params::new(8, 1, 1, None).unwrap();
    argon2::Argon2::from(cheap).hash_password(PASSWORD.as_bytes()).unwrap().to_string()
}

/// The address of an empty database for a test that keeps `folder` until its end.
///
/// On PostgreSQL it has its tables already, and may have served tests whose folders are gone: making
/// one takes seconds, emptying one milliseconds.
pub async fn database_url(folder: &TempDir) -> String {
    /// Addresses, and the folder of whoever has each now.
    static MADE: tokio::sync::Mutex<Vec<(String, PathBuf)>> =
        tokio::sync::Mutex::const_new(Vec::new());
    let Ok(server) = std::env::var("KANFANG_TEST_POSTGRES") else {
        return format!("sqlite:{}", folder.path().join("kanfang.sqlite").display());
    };
    let mut made = MADE.lock().await;
    if let Some((url, owner)) = made.iter_mut().find(|(_, owner)| !owner.exists()) {
        *owner = folder.path().to_owned();
        let url = url.clone();
        drop(made);
        empty(&url).await;
        return url;
    }
    let url = create_database(&server).await;
    made.push((url.clone(), folder.path().to_owned()));
    drop(made);
    let database = Database::open(&url).await.unwrap();
    database.migrate().await.unwrap();
    database.close().await;
    url
}

/// The address of a new database on `server`.
async fn create_database(server: &str) -> String {
    let name = format!("kanfang_{}", unguessable());
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// Deletes every row; the role of a replica, so that the order of the tables does not matter.
async fn empty(url: &str) {
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::query(
        "DO $$ DECLARE name TEXT; BEGIN \
           SET LOCAL session_replication_role = replica; \
           FOR name IN SELECT tablename FROM pg_tables \
             WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' \
           LOOP EXECUTE format('DELETE FROM %I', name); END LOOP; END $$",
    )
    .execute(&mut connection)
    .await
    .unwrap();
}

/// A client for HTTP, before its own settings.
pub fn http_client() -> reqwest::ClientBuilder {
    // The client names no cryptographic library of its own. Fails harmlessly the second time.
    let _already = rustls::crypto::ring::default_provider().install_default();
    // No connection is used twice: the server may close a resting one just as a slow test takes it up again.
    reqwest::Client::builder().pool_max_idle_per_host(0)
}
