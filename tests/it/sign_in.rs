//! Signing in and out over HTTP.

use kanfang::auction::people::Role;
use serde_json::{Value, json};

use crate::support::Site;

#[tokio::test]
async fn a_session_opens_with_the_right_password_and_ends_on_request() {
    let site = Site::start().await;
    let clerk = site.court_user(&[Role::Clerk]).await;
    let me: Value = clerk.get("/api/v1/session").await.json().await.unwrap();
    assert_eq!(me["principal"]["roles"], json!(["clerk"]));
    assert_eq!(clerk.delete("/api/v1/session").await.status(), 204);
    let answer = clerk.get("/api/v1/session").await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_get_the_same_answer() {
    let site = Site::start().await;
    let clerk = site.court_user(&[Role::Clerk]).await;
    let mut answers = Vec::new();
    for login in [clerk.login.as_str(), "nobody"] {
        let body = json!({"login": login, "password": "wrong"});
        let answer = site.anonymous().post("/api/v1/session", &body).await;
        assert_eq!(answer.status(), 401);
        let mut problem: Value = answer.json().await.unwrap();
        problem["request_id"].take();
        answers.push(problem);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn an_unsafe_request_without_the_csrf_token_is_refused() {
    let site = Site::start().await;
    let clerk = site.court_user(&[Role::Clerk]).await;
    *clerk.csrf.lock().unwrap() = "stolen".to_owned();
    let answer = clerk.delete("/api/v1/session").await;
    assert_eq!(answer.status(), 403);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["slug"], "csrf");
}
