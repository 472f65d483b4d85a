//! Whether a request is one that counts: a person's, who looks at the page now and is not of the staff.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{HOST, ORIGIN};

use crate::http::Context;
use crate::http::identity::signed_in::{COOKIE, address_of};

/// Parts of the names of programs that are no browsers, in lower case: what crawlers, previews of messengers, monitors,
/// libraries and browsers without a window call themselves. A program that calls itself a browser is counted as one.
const MACHINES: [&str; 39] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "archiver",
    "scrap",
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "lighthouse",
    "pagespeed",
    "monitor",
    "uptime",
    "pingdom",
    "statuscake",
    "preview",
    "facebookexternalhit",
    "embedly",
    "curl/",
    "wget/",
    "python",
    "urllib",
    "aiohttp",
    "httpx",
    "okhttp",
    "java/",
    "apache-httpclient",
    "go-http",
    "node-fetch",
    "undici",
    "axios",
    "reqwest",
    "libwww",
    "perl",
    "php/",
    "ruby",
    "postman",
];

/// What a page is fetched for before anybody has asked to see it: Chromium and Firefox today, older browsers before.
const AHEAD: [&str; 4] = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];

/// Whether an answered page is a view of a person: no machine, nothing fetched ahead, nobody of the staff.
pub fn is_view(request: &HttpRequest) -> bool {
    let fetched_ahead = AHEAD
        .iter()
        .filter_map(|name| header(request, name))
        .any(|value| ["prefetch", "prerender", "preview"].iter().any(|word| value.contains(word)));
    // A page that a script asks for is not on anybody's screen. Browsers before 2023 do not say.
    let is_shown = header(request, "Sec-Fetch-Dest")
        .is_none_or(|shown| ["document", "iframe", "frame", "embed", "object"].contains(&shown));
    request.method() == Method::GET && !fetched_ahead && is_shown && is_bidder(request)
}

/// Whether somebody asks who is neither a machine nor signed in as staff. The session's value does not matter: whoever
/// sends one is left out, and nothing else follows from it.
pub fn is_bidder(request: &HttpRequest) -> bool {
    // Cubot makes phones.
    let agent = header(request, "User-Agent").unwrap_or_default();
    let agent = agent.to_ascii_lowercase().replace("cubot", "");
    let is_machine = agent.is_empty() || MACHINES.iter().any(|part| agent.contains(part));
    !is_machine && request.cookie(COOKIE).is_none()
}

/// Whether the browser says that its reader does not want to be told apart: Global Privacy Control, or the older DNT.
pub fn wants_privacy(request: &HttpRequest) -> bool {
    ["Sec-GPC", "DNT"].iter().any(|name| header(request, name) == Some("1"))
}

/// Whether a page of this site sent the request, as far as the browser tells.
pub fn is_from_here(request: &HttpRequest, context: &Context) -> bool {
    if header(request, "Sec-Fetch-Site").is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = header(request, ORIGIN.as_str()) else { return true };
    // "null" is the origin of sandboxed frames and files: no page of this site.
    let Some((_, host)) = origin.split_once("://") else { return false };
    origin == context.config.public_url()
        || header(request, HOST.as_str()) == Some(host)
        || request.connection_info().host() == host
}

/// From where somebody asks, as far as it is told apart: an IPv4 address, or the network (/64) of an IPv6 address, in
/// which phones change theirs several times a day.
pub fn network_of(request: &HttpRequest) -> String {
    network(&address_of(request))
}

fn network(address: &str) -> String {
    let bare = address.trim().trim_start_matches('[').trim_end_matches(']');
    let parsed = bare
        .parse::<IpAddr>()
        .or_else(|_| address.trim().parse::<SocketAddr>().map(|socket| socket.ip()))
        .map(|ip| ip.to_canonical());
    match parsed {
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
        Ok(ip) => ip.to_string(),
        Err(_) => address.to_owned(),
    }
}

/// What the browser calls itself; of longer names the beginning.
pub fn agent_of(request: &HttpRequest) -> &str {
    let agent = header(request, "User-Agent").unwrap_or_default();
    agent.get(..512).unwrap_or(agent)
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) \
         Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240404 MicroMessenger/8.0.49 Language/zh_CN";

    fn asked(headers: &[(&str, &str)]) -> HttpRequest {
        let mut request = TestRequest::get().insert_header(("User-Agent", PHONE));
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        request.to_http_request()
    }

    #[test]
    fn people_count_and_machines_do_not() {
        assert!(is_view(&asked(&[])));
        assert!(is_view(&asked(&[("Sec-Fetch-Dest", "document")])));
        assert!(is_view(&asked(&[(
            "User-Agent",
            "Mozilla/5.0 (Linux; Android 11; CUBOT X50) Mobile Safari/537.36"
        )])));
        assert!(is_view(&asked(&[("Sec-Fetch-Dest", "iframe"), ("Cookie", "kanfang_lang=en")])));
        for agent in [
            "",
            "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0 Safari/537.36",
            "curl/8.5.0",
            "python-requests/2.32",
        ] {
            assert!(!is_view(&asked(&[("User-Agent", agent)])), "{agent}");
        }
    }

    #[test]
    fn what_nobody_sees_does_not_count() {
        for (name, value) in [
            ("Sec-Purpose", "prefetch;prerender"),
            ("Purpose", "prefetch"),
            ("X-Purpose", "preview"),
            ("X-Moz", "prefetch"),
            ("Sec-Fetch-Dest", "empty"),
            ("Cookie", "kanfang_session=anything"),
        ] {
            assert!(!is_view(&asked(&[(name, value)])), "{name}");
        }
        let head = TestRequest::default().method(Method::HEAD).insert_header(("User-Agent", PHONE));
        assert!(!is_view(&head.to_http_request()));
    }

    #[test]
    fn a_wish_for_privacy_is_heard() {
        assert!(
            wants_privacy(&asked(&[("Sec-GPC", "1")])) && wants_privacy(&asked(&[("DNT", "1")]))
        );
        assert!(!wants_privacy(&asked(&[("DNT", "0")])) && !wants_privacy(&asked(&[])));
    }

    #[test]
    fn phones_that_change_their_address_within_a_network_stay_one() {
        assert_eq!(network("2408:8400:1:2:aaaa::1"), network("2408:8400:1:2:bbbb::9"));
        assert_ne!(network("2408:8400:1:2::1"), network("2408:8400:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(network("203.0.113.7:443"), "203.0.113.7");
        assert_eq!(network("[2408:8400:1:2::1]:443"), "2408:8400:1:2::");
        assert_eq!(network("unknown"), "unknown");
    }
}
