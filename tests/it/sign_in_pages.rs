//! Signing in with a browser: what the cookie is, how long it holds, the second factor, the first
//! manager, and that nothing that was typed is lost when a sign-in ends.

use chrono::Duration;
use fadeline::actions::access::{by_command, first_start};
use serde_json::json;
use totp_rs::{Builder, Secret};

use crate::support::{Answer, Browser, PASSWORD, TestApp, borrowed, give_password};

const DESK: &str = "front_desk@example.test";

async fn app_with_password() -> TestApp {
    let app = TestApp::empty().await;
    give_password(&app, DESK).await;
    app
}

/// The code that an authenticator with `secret` shows now.
fn shown_by(app: &TestApp, secret: &str) -> String {
    let totp =
        Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(u64::try_from(app.app.clock.now().timestamp()).unwrap()).to_string()
}

/// The secret that the account page shows.
fn offered(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("class=\"secret\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_browser_signs_in_keeps_one_strict_cookie_and_comes_to_its_first_page() {
    let app = app_with_password().await;
    let browser = Browser::new(&app);
    let asked = browser.get("/desk").await.expect(401);
    assert!(asked.says("name=\"password\"") && asked.control("then") == "/desk");
    let fields = [("email", DESK), ("password", PASSWORD), ("then", "/desk")];
    let signed_in = browser.post("/sign-in", &fields).await;
    assert_eq!(signed_in.leads_to(), "/desk");
    let cookie = signed_in.header("set-cookie");
    assert!(cookie.starts_with("__Host-fadeline="), "{cookie}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    browser.page("/desk").await;
    assert_eq!(browser.get("/").await.leads_to(), "/desk");
    assert_eq!(browser.post("/sign-out", &[]).await.leads_to(), "/sign-in");
    browser.get("/desk").await.expect(401);
}

#[tokio::test]
async fn a_wrong_password_is_said_kept_apart_and_slowed_down() {
    let app = app_with_password().await;
    let browser = Browser::new(&app);
    for _ in 0..5 {
        let wrong =
            browser.post("/sign-in", &[("email", DESK), ("password", "wrong")]).await.expect(401);
        assert!(wrong.says("do not go together") && wrong.control("email") == DESK);
    }
    let unknown =
        browser.post("/sign-in", &[("email", "nobody@example.test"), ("password", "wrong")]).await;
    assert!(unknown.expect(401).says("do not go together"), "who exists is not told");
    app.wait(Duration::milliseconds(1));
    let slowed = browser.post("/sign-in", &[("email", DESK), ("password", PASSWORD)]).await;
    assert!(slowed.expect(429).says("Try again in"));
    app.wait(Duration::seconds(5));
    browser.post("/sign-in", &[("email", DESK), ("password", PASSWORD)]).await.expect(303);
}

#[tokio::test]
async fn nobody_is_led_elsewhere_after_signing_in_and_no_other_site_acts_in_their_name() {
    let app = app_with_password().await;
    let browser = Browser::new(&app);
    let fields = [("email", DESK), ("password", PASSWORD), ("then", "https://elsewhere.example/")];
    assert_eq!(browser.post("/sign-in", &fields).await.leads_to(), "/");
    for path in ["/sign-in", "/sign-out", "/lock", "/desk/patients", "/account/sign-out-everywhere"]
    {
        browser.post_from_elsewhere(path, &fields).await.expect(403);
    }
    browser.page("/desk").await;
}

#[tokio::test]
async fn a_page_left_alone_locks_after_ten_minutes_and_what_was_sent_meanwhile_is_kept() {
    let app = app_with_password().await;
    app.make_clinic().await;
    let browser = Browser::signed_in(&app, DESK).await;
    app.wait(Duration::minutes(9));
    browser.page("/desk").await;
    app.wait(Duration::minutes(9));
    browser.page("/desk").await;
    app.wait(Duration::minutes(10));
    let typed = [("name", "Ada <b>Sample</b>"), ("phone", "416 555 0123")];
    let locked = browser.post("/desk/patients", &typed).await.expect(401);
    locked.shows(&["Nobody was here for a while", DESK]);
    assert_eq!(locked.control("keep:phone"), "416 555 0123");
    assert_eq!(app.count("SELECT COUNT(*) FROM patients").await, 0, "nothing was done unseen");
    let name = locked.control("keep:name").replace("&#60;", "<").replace("&#62;", ">");
    let kept = [
        ("password", PASSWORD),
        ("then", "/desk/patients"),
        ("post", "1"),
        ("keep:name", name.as_str()),
        ("keep:phone", "416 555 0123"),
    ];
    let again = browser.post("/unlock", &kept).await.expect(200);
    again.shows(&["action=\"/desk/patients\"", "Ada &#60;b&#62;Sample"]);
    browser
        .post("/desk/patients", &[("name", "Ada Sample"), ("phone", "416 555 0123")])
        .await
        .expect(303);
    assert_eq!(app.count("SELECT COUNT(*) FROM patients").await, 1);
}

#[tokio::test]
async fn a_lock_by_hand_asks_for_the_password_at_once() {
    let app = app_with_password().await;
    let browser = Browser::signed_in(&app, DESK).await;
    browser.post("/lock", &[("then", "/desk")]).await.expect(303);
    assert!(browser.get("/desk").await.expect(401).says("Locked"));
    let wrong =
        browser.post("/unlock", &[("password", "wrong"), ("then", "/desk")]).await.expect(401);
    assert!(wrong.says("That is not the password") && wrong.control("then") == "/desk");
    let opened = browser.post("/unlock", &[("password", PASSWORD), ("then", "/desk")]).await;
    assert_eq!(opened.leads_to(), "/desk");
    browser.page("/desk").await;
}

#[tokio::test]
async fn a_sign_in_ends_after_twelve_hours_alone_and_after_a_day_in_any_case() {
    let app = app_with_password().await;
    let alone = Browser::signed_in(&app, DESK).await;
    app.wait(Duration::hours(12));
    assert!(alone.get("/desk").await.expect(401).says("Sign in"));
    let busy = Browser::signed_in(&app, DESK).await;
    for _ in 0..(24 * 60 / 9) {
        busy.get("/account").await.expect(200);
        app.wait(Duration::minutes(9));
    }
    assert!(busy.get("/account").await.expect(401).says("<h1>Sign in</h1>"));
}

#[tokio::test]
async fn what_a_page_asks_for_of_itself_keeps_nobody_signed_in() {
    let app = app_with_password().await;
    let browser = Browser::signed_in(&app, DESK).await;
    for _ in 0..3 {
        app.wait(Duration::minutes(3));
        browser.page("/desk/grid").await;
    }
    app.wait(Duration::minutes(1));
    browser.get("/desk").await.expect(401);
}

#[tokio::test]
async fn signing_out_everywhere_a_new_password_and_being_let_out_end_every_browser() {
    let app = app_with_password().await;
    let (one, other) = (Browser::signed_in(&app, DESK).await, Browser::new(&app));
    let fields = [("email", DESK), ("password", PASSWORD)];
    other.post("/sign-in", &fields).await.expect(303);
    one.page("/desk").await;
    one.post("/account/sign-out-everywhere", &[]).await.expect(303);
    other.get("/desk").await.expect(401);
    other.post("/sign-in", &fields).await.expect(303);
    by_command::set_password(&app.app, DESK, "another long password".to_owned()).await.unwrap();
    other.get("/desk").await.expect(401);
    let third = Browser::signed_in(&app, DESK).await;
    by_command::set_active(&app.app, DESK, false).await.unwrap();
    third.get("/desk").await.expect(401);
}

#[tokio::test]
async fn a_second_factor_is_set_up_with_a_code_asked_for_and_each_code_is_good_once() {
    let app = app_with_password().await;
    let browser = Browser::signed_in(&app, DESK).await;
    let page = browser.page("/account").await;
    let secret = offered(&page);
    assert!(page.says("<svg"), "the code to photograph is in the page itself");
    assert_eq!(offered(&browser.get("/account").await), secret, "the same until it is confirmed");
    browser.send_amiss("/account/second-factor", &[("code", "000000")]).await;
    let code = shown_by(&app, &secret);
    browser.post("/account/second-factor", &[("code", &code)]).await.expect(303);
    assert!(!browser.page("/account").await.says(&secret), "it is shown no more");

    let later = Browser::new(&app);
    let fields = [("email", DESK), ("password", PASSWORD), ("then", "/desk")];
    assert!(later.post("/sign-in", &fields).await.expect(200).says("The second step"));
    later.get("/desk").await.expect(401);
    let used = later.post("/sign-in/code", &[("code", &code), ("then", "/desk")]).await;
    assert!(used.expect(401).says("used already"));
    app.wait(Duration::seconds(60));
    let fresh = shown_by(&app, &secret);
    let through = later.post("/sign-in/code", &[("code", &fresh), ("then", "/desk")]).await;
    assert_eq!(through.leads_to(), "/desk");
    later.page("/desk").await;

    // The API asks for it too.
    let alone = json!({"email": DESK, "password": PASSWORD});
    let refused = app.call("", "POST", "/sign-in", alone).await.expect(401);
    assert_eq!(refused.str("code"), "second_factor_needed");
    app.wait(Duration::seconds(60));
    let both = json!({"email": DESK, "password": PASSWORD, "code": shown_by(&app, &secret)});
    app.call("", "POST", "/sign-in", both.clone()).await.expect(200);
    app.call("", "POST", "/sign-in", both).await.expect(401);
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let app = app_with_password().await;
    let browser = Browser::signed_in(&app, DESK).await;
    let secret = offered(&browser.get("/account").await);
    let code = shown_by(&app, &secret);
    browser.post("/account/second-factor", &[("code", &code)]).await.expect(303);
    let guesser = Browser::new(&app);
    guesser.post("/sign-in", &[("email", DESK), ("password", PASSWORD)]).await.expect(200);
    for _ in 0..5 {
        guesser.post("/sign-in/code", &[("code", "000000")]).await.expect(401);
    }
    app.wait(Duration::milliseconds(1));
    guesser.post("/sign-in/code", &[("code", "000000")]).await.expect(429);
    // A right password alone does not wipe the count away.
    let again = Browser::new(&app);
    again.post("/sign-in", &[("email", DESK), ("password", PASSWORD)]).await.expect(429);
}

#[tokio::test]
async fn a_second_factor_is_not_replaced_by_one_that_was_offered_elsewhere() {
    let app = app_with_password().await;
    let (owner, thief) =
        (Browser::signed_in(&app, DESK).await, Browser::signed_in(&app, DESK).await);
    let theirs = offered(&thief.get("/account").await);
    let own = offered(&owner.get("/account").await);
    let code = shown_by(&app, &own);
    owner.post("/account/second-factor", &[("code", &code)]).await.expect(303);
    let late = shown_by(&app, &theirs);
    let refused = thief.post("/account/second-factor", &[("code", &late)]).await;
    assert!(refused.status >= 400, "{}", refused.text);
    thief.get("/desk").await.expect(401);
    owner.page("/desk").await;
    app.wait(Duration::seconds(60));
    let later = Browser::new(&app);
    later.post("/sign-in", &[("email", DESK), ("password", PASSWORD)]).await.expect(200);
    let fresh = shown_by(&app, &own);
    later.post("/sign-in/code", &[("code", &fresh)]).await.expect(303);
}

#[tokio::test]
async fn guesses_that_come_all_at_once_are_counted_before_they_are_answered() {
    let app = app_with_password().await;
    let guess = |n: usize| {
        let browser = Browser::new(&app);
        async move {
            let password = format!("guess number {n}");
            browser.post("/sign-in", &[("email", DESK), ("password", &password)]).await.status
        }
    };
    let answers = futures_util::future::join_all((0..30).map(guess)).await;
    let looked_at = answers.iter().filter(|status| **status == 401).count();
    assert!(looked_at <= 5, "{looked_at} of 30 guesses were looked at: {answers:?}");
}

#[tokio::test]
async fn who_guesses_at_an_account_keeps_nobody_from_opening_a_page_that_is_theirs() {
    let app = app_with_password().await;
    let browser = Browser::signed_in(&app, DESK).await;
    browser.post("/lock", &[]).await.expect(303);
    let stranger = Browser::new(&app);
    for _ in 0..8 {
        stranger.post("/sign-in", &[("email", DESK), ("password", "junk")]).await;
    }
    stranger.post("/sign-in", &[("email", DESK), ("password", "junk")]).await.expect(429);
    // The user at the locked page is slowed down all the same.
    for _ in 0..5 {
        browser.post("/unlock", &[("password", "wrong")]).await.expect(401);
    }
    browser.post("/unlock", &[("password", PASSWORD)]).await.expect(429);
    app.wait(Duration::seconds(2));
    browser.post("/unlock", &[("password", PASSWORD)]).await.expect(303);
    browser.page("/desk").await;
}

#[tokio::test]
async fn a_locked_page_whose_sign_in_is_over_says_so_and_not_that_the_password_is_wrong() {
    let app = app_with_password().await;
    let browser = Browser::signed_in(&app, DESK).await;
    app.wait(Duration::hours(13));
    browser.post("/unlock", &[("password", PASSWORD)]).await.expect(403);
    // Signed in again in another window, which has the same cookie, it opens.
    browser.sign_in().await;
    browser.post("/unlock", &[("password", PASSWORD)]).await.expect(303);
}

#[tokio::test]
async fn whoever_needs_a_second_factor_comes_to_nothing_before_it_is_set_up() {
    let app = app_with_password().await;
    let manager = app.manager_get("/me").await.expect(200);
    let caller = fadeline::actions::Caller::new(fadeline::actions::Actor {
        user_id: manager.id().parse().unwrap(),
        name: "Somebody".to_owned(),
        role: fadeline::domain::role::Role::Manager,
        partner_id: None,
    });
    let desk = app.get("/me").await.expect(200).id().parse().unwrap();
    fadeline::actions::access::second_factor::require(&app.app, &caller, desk, true).await.unwrap();
    let browser = Browser::new(&app);
    let led = browser.post("/sign-in", &[("email", DESK), ("password", PASSWORD)]).await;
    assert_eq!(led.leads_to(), "/account");
    assert_eq!(browser.get("/desk").await.leads_to(), "/account");
    let page = browser.page("/account").await;
    let code = shown_by(&app, &offered(&page));
    browser.post("/account/second-factor", &[("code", &code)]).await.expect(303);
    browser.page("/desk").await;
}

#[tokio::test]
async fn the_first_manager_is_made_once_by_whoever_reads_the_log() {
    let app = TestApp::nobody().await;
    let code = first_start::code(&app.app).await.unwrap().unwrap();
    let browser = Browser::new(&app);
    browser.page("/first").await;
    let form = |code: &str, password: &str| {
        [
            ("code", code.to_owned()),
            ("name", "Robin Ledger".to_owned()),
            ("email", "robin@example.test".to_owned()),
            ("password", password.to_owned()),
        ]
    };
    let post = |fields: [(&'static str, String); 4]| {
        let browser = Browser::new(&app);
        async move {
            let fields = borrowed(&fields);
            browser.post("/first", &fields).await
        }
    };
    let wrong = post(form("AAAA-AAAA-AAAA-AAAA", PASSWORD)).await.expect(422);
    assert!(wrong.says("not the code") && wrong.control("name") == "Robin Ledger");
    post(form(&code, "short")).await.expect(422);
    // Two at once: one of them.
    let both =
        tokio::join!(post(form(&code, PASSWORD)), post(form(&code.to_lowercase(), PASSWORD)));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303, "{statuses:?}");
    assert!(statuses[1] >= 400, "{statuses:?}");
    assert_eq!(app.count("SELECT COUNT(*) FROM users").await, 1);
    browser.get("/first").await.expect(404);
    post(form(&code, PASSWORD)).await.expect(404);
    assert_eq!(first_start::code(&app.app).await.unwrap(), None);
    browser
        .post("/sign-in", &[("email", "robin@example.test"), ("password", PASSWORD)])
        .await
        .expect(303);
    browser.page("/desk").await;
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_run_no_script_of_their_own() {
    let app = app_with_password().await;
    app.make_clinic().await;
    let browser = Browser::signed_in(&app, DESK).await;
    for path in ["/desk", "/desk/week", "/desk/tasks", "/account", "/sign-in"] {
        let page = browser.page(path).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert!(!page.says(" style=") && !page.says(" onclick="), "{path}");
        for (_, rest) in page.text.match_indices("<script").map(|(at, _)| page.text.split_at(at)) {
            assert!(rest.starts_with("<script type=\"module\" src=\"/assets/"), "{path}");
        }
        assert!(page.text.len() < 50_000, "{path} has {} bytes", page.text.len());
        assert_eq!(page.headers["cache-control"], "no-store");
    }
    let desk = browser.get("/desk").await;
    let (_, script) = desk.text.split_once("src=\"/assets/").unwrap();
    let script = format!("/assets/{}", script.split('"').next().unwrap());
    let served = browser.page(&script).await;
    assert!(served.header("cache-control").contains("immutable"));
    browser.get("/assets/0000000000000000/desk.js").await.expect(404);
}
