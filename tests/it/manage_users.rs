//! Users on the managers' pages: added, let in and out, given another role or password, with a
//! line in the audit for each; no manager shuts themself out, and one manager always remains.

use fadeline::actions::access::by_command;
use fadeline::actions::access::by_command::NewUser;
use fadeline::domain::role::Role;

use crate::support::{Browser, PASSWORD, TestApp, borrowed, fields};

const MANAGER: &str = "manager@example.test";

async fn id_of(app: &TestApp, email: &str) -> String {
    let all = by_command::list(&app.app).await.unwrap();
    all.into_iter().find(|user| user.email == email).unwrap().id.to_string()
}

async fn another_manager(app: &TestApp) -> String {
    let user = NewUser {
        email: "second@example.test".to_owned().try_into().unwrap(),
        name: "Second".try_into().unwrap(),
        role: Role::Manager,
        partner_id: None,
        practitioner_id: None,
        password: Some(PASSWORD.to_owned()),
    };
    by_command::add(&app.app, user).await.unwrap().to_string()
}

/// The browser of a manager of their own, since a password that is set ends the tokens of whose it is.
pub(crate) async fn boss(app: &TestApp) -> Browser {
    another_manager(app).await;
    Browser::with_password(app, "second@example.test", PASSWORD).await
}

async fn lines(app: &TestApp) -> i64 {
    app.count("SELECT COUNT(*) FROM audit WHERE action LIKE 'user.%' AND subject = 'user'").await
}

#[tokio::test]
async fn only_managers_see_the_pages_of_managers() {
    let (app, _) = TestApp::with_clinic().await;
    let (stranger, desk) =
        (Browser::new(&app), Browser::signed_in(&app, "front_desk@example.test").await);
    let (practitioner, shop) = (
        Browser::signed_in(&app, "practitioner@example.test").await,
        Browser::signed_in(&app, "partner@example.test").await,
    );
    let manager = Browser::signed_in(&app, MANAGER).await;
    let user = id_of(&app, MANAGER).await;
    for path in [
        "/manage",
        "/manage/figures",
        "/manage/calendar",
        "/manage/calendar/to-rebook",
        "/manage/catalogue",
        "/manage/catalogue/services/new",
        "/manage/catalogue/people/new",
        "/manage/catalogue/rooms/new",
        "/manage/catalogue/devices/new",
        "/manage/catalogue/sites/new",
        "/manage/partners",
        "/manage/partners/new",
        "/manage/users",
        &format!("/manage/users/{user}"),
        "/manage/messages",
        "/manage/audit",
    ] {
        let asked = stranger.get(path).await.expect(401);
        assert!(asked.text.contains("name=\"password\""), "{path}");
        for other in [&desk, &practitioner, &shop] {
            assert!(other.get(path).await.expect(403).text.contains("not for your role"), "{path}");
        }
        let page = manager.page(path).await;
        assert!(page.text.contains("aria-label=\"Manage\""), "{path}");
        assert!(!page.text.contains(" style="), "{path} carries a style of its own");
        let policy = page.header("content-security-policy");
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
    }
    desk.post("/manage/users", &[("email", "x@example.test")]).await.expect(403);
    stranger.post(&format!("/manage/users/{user}/active"), &[("active", "no")]).await.expect(401);
    manager.get("/manage/users/nobody").await.expect(404);
    manager.get("/manage/users/01890000-0000-7000-8000-000000000001").await.expect(404);
}

#[tokio::test]
async fn a_user_is_added_let_out_and_in_again_and_each_leaves_a_line() {
    let app = TestApp::empty().await;
    let manager = Browser::signed_in(&app, MANAGER).await;
    let new = fields(
        "email=Ada@Example.test&name=Ada <Sample>&role=front_desk&partner_id=\
        &password=a fine password",
    );
    let added = manager.post("/manage/users", &new).await.expect(303);
    let listed = manager.page(added.header("location")).await;
    listed.shows(&["Ada &#60;Sample&#62;"]);
    listed.hides(&["<Sample>"]);
    let ada = id_of(&app, "ada@example.test").await;
    let own = Browser::with_password(&app, "ada@example.test", "a fine password").await;
    own.get("/account").await.expect(200);
    // Out, and whatever let them in ends.
    let token = by_command::create_token(&app.app, "ada@example.test", 10).await.unwrap();
    let page = format!("/manage/users/{ada}");
    let done = manager.post(&format!("{page}/active"), &[("active", "no")]).await.expect(303);
    let told = manager.page(done.header("location")).await;
    assert!(told.text.contains("may not sign in any more"));
    own.get("/account").await.expect(401);
    app.call(&token, "GET", "/patients", serde_json::Value::Null).await.expect(401);
    manager.post(&format!("{page}/active"), &[("active", "yes")]).await.expect(303);
    Browser::with_password(&app, "ada@example.test", "a fine password").await;
    // Another password, and another role.
    let short = manager.send_amiss(&format!("{page}/password"), &[("password", "short")]).await;
    short.shows(&["10 characters or more", "aria-invalid=\"true\""]);
    manager
        .post(&format!("{page}/password"), &[("password", "another password")])
        .await
        .expect(303);
    let shown = manager.page(&page).await;
    let version = hidden(&shown.text, "version");
    let role = [
        ("version", version.as_str()),
        ("name", "Ada"),
        ("role", "practitioner"),
        ("partner_id", ""),
    ];
    manager.post(&page, &role).await.expect(303);
    let all = by_command::list(&app.app).await.unwrap();
    let ada = all.iter().find(|user| user.email == "ada@example.test").unwrap();
    assert_eq!((ada.role, ada.name.as_str()), (Role::Practitioner, "Ada"));
    assert_eq!(lines(&app).await, 5);
    let by_manager =
        "SELECT COUNT(*) FROM audit WHERE action IN ('user.add', 'user.disable', 'user.enable', 'user.set_password', 'user.change')
        AND role = 'manager' AND user_id IS NOT NULL AND subject_id IS NOT NULL";
    assert_eq!(app.count(by_manager).await, 5);
}

/// The value of a hidden field.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let start = format!("<input type=\"hidden\" name=\"{name}\" value=\"");
    let rest = page.split(&start).nth(1).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_makes_no_sense_comes_back_filled_in() {
    let app = TestApp::empty().await;
    let manager = Browser::signed_in(&app, MANAGER).await;
    let empty = manager.send_amiss("/manage/users", &[]).await;
    for id in ["f-email-problem", "f-name-problem", "f-role-problem"] {
        assert!(empty.text.contains(&format!("id=\"{id}\"")), "{id}");
        assert!(empty.text.contains(id) && empty.text.contains("aria-describedby"), "{id}");
    }
    assert_eq!(empty.text.matches("This is needed.").count(), 3);
    let long = format!("<b>{}", "x".repeat(9_997));
    let taken = [
        ("email", MANAGER),
        ("name", long.as_str()),
        ("role", "manager"),
        ("partner_id", ""),
        ("password", "a fine password"),
    ];
    let answer = manager.send_amiss("/manage/users", &taken).await;
    assert!(answer.text.contains("This must not be longer than 200 characters."));
    answer.shows(&[&format!("&#60;b&#62;{}", "x".repeat(9_997))]);
    answer.hides(&["<b>"]);
    assert!(answer.text.contains("<option value=\"manager\" selected>"));
    assert!(!answer.text.contains("a fine password"), "a password is never sent back");
    let with = |role: &'static str, email: &'static str| {
        [
            ("email", email),
            ("name", "Ada"),
            ("role", role),
            ("partner_id", ""),
            ("password", "a fine password"),
        ]
    };
    let answer = manager.send_amiss("/manage/users", &with("manager", MANAGER)).await;
    assert!(answer.text.contains("There is a user with the email manager@example.test already."));
    assert!(answer.text.contains("f-email-problem"));
    let answer = manager.send_amiss("/manage/users", &with("partner", "ada@example.test")).await;
    assert!(answer.text.contains("f-partner_id-problem"));
    manager.send_amiss("/manage/users", &with("patient", "ada@example.test")).await;
    assert_eq!(lines(&app).await, 0);
}

#[tokio::test]
async fn nobody_shuts_themself_out_and_one_manager_remains() {
    let app = TestApp::empty().await;
    let manager = Browser::signed_in(&app, MANAGER).await;
    let own = format!("/manage/users/{}", id_of(&app, MANAGER).await);
    let other = another_manager(&app).await;
    let refused = manager.send_amiss(&format!("{own}/active"), &[("active", "no")]).await;
    assert!(refused.text.contains("You cannot disable yourself"));
    let version = hidden(&manager.get(&own).await.text, "version");
    let demoted =
        [("version", version.as_str()), ("name", "Me"), ("role", "front_desk"), ("partner_id", "")];
    let refused = manager.send_amiss(&own, &demoted).await;
    refused.shows(&["You cannot take the role of manager from yourself", "f-role-problem"]);
    // What was typed is still there.
    refused.shows(&["value=\"Me\"", "<option value=\"front_desk\" selected>"]);
    // Nothing said is nothing done.
    for path in ["active", "second-factor", "password"] {
        manager.send_amiss(&format!("/manage/users/{other}/{path}"), &[]).await;
    }
    manager.post(&format!("/manage/users/{other}/active"), &[("active", "no")]).await.expect(303);
    manager.page("/manage/users").await;
}

/// Two managers who disable each other at once: one of them remains.
#[tokio::test]
async fn two_managers_who_disable_each_other_at_once_are_not_both_gone() {
    let app = TestApp::empty().await;
    let first = Browser::signed_in(&app, MANAGER).await;
    let second_id = another_manager(&app).await;
    let second = Browser::with_password(&app, "second@example.test", PASSWORD).await;
    let first_path = format!("/manage/users/{}/active", id_of(&app, MANAGER).await);
    let second_path = format!("/manage/users/{second_id}/active");
    let (one, other) = tokio::join!(
        first.post(&second_path, &[("active", "no")]),
        second.post(&first_path, &[("active", "no")])
    );
    let statuses = [one.status, other.status];
    assert!(statuses.contains(&303), "{statuses:?}");
    let left = app.count("SELECT COUNT(*) FROM users WHERE role = 'manager' AND active").await;
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_form_that_somebody_overtook_keeps_what_was_typed() {
    let app = TestApp::empty().await;
    let manager = Browser::signed_in(&app, MANAGER).await;
    let page = format!("/manage/users/{}", id_of(&app, "front_desk@example.test").await);
    let version = hidden(&manager.get(&page).await.text, "version");
    let as_name = |name: &'static str, version: &str| {
        [
            ("version", version.to_owned()),
            ("name", name.to_owned()),
            ("role", "front_desk".to_owned()),
            ("partner_id", String::new()),
        ]
    };
    let send = async |form: [(&str, String); 4]| {
        let form = borrowed(&form);
        manager.post(&page, &form).await
    };
    send(as_name("Ada", &version)).await.expect(303);
    let stale = send(as_name("Grace", &version)).await.expect(422);
    assert!(stale.text.contains("Somebody else changed this meanwhile"));
    stale.shows(&["value=\"Grace\"", "There is now: Ada"]);
    let newer = hidden(&stale.text, "version");
    send(as_name("Grace", &newer)).await.expect(303);
    let without = manager.send_amiss(&page, &[("name", "X"), ("role", "front_desk")]).await;
    assert!(without.text.contains("Somebody else changed this meanwhile"));
}

#[tokio::test]
async fn a_password_that_was_typed_while_the_page_locked_is_kept_and_not_shown() {
    let app = TestApp::empty().await;
    let manager = Browser::signed_in(&app, MANAGER).await;
    app.wait(chrono::Duration::minutes(11));
    let new = fields("email=ada@example.test&name=Ada&role=manager&password=a fine password");
    let locked = manager.post("/manage/users", &new).await.expect(401);
    assert!(locked.text.contains("keep:password"));
    let unlock = [
        ("password", PASSWORD),
        ("then", "/manage/users"),
        ("post", "1"),
        ("keep:email", "ada@example.test"),
        ("keep:password", "a fine password"),
    ];
    let again = manager.post("/unlock", &unlock).await.expect(200);
    again.shows(&["<dd>ada@example.test</dd>"]);
    again.hides(&["<dd>a fine password</dd>"]);
}

#[tokio::test]
async fn a_second_factor_is_required_and_taken_away() {
    let app = TestApp::empty().await;
    let manager = Browser::signed_in(&app, MANAGER).await;
    let desk = Browser::signed_in(&app, "front_desk@example.test").await;
    let page = format!("/manage/users/{}", id_of(&app, "front_desk@example.test").await);
    manager.post(&format!("{page}/second-factor"), &[("required", "yes")]).await.expect(303);
    assert!(manager.get("/manage/users").await.text.contains("Required, not set up yet"));
    desk.get("/manage").await.expect(401);
    manager.post(&format!("{page}/second-factor/take-away"), &[]).await.expect(303);
    manager.post(&format!("{page}/second-factor"), &[("required", "no")]).await.expect(303);
    let noted = "SELECT COUNT(*) FROM audit WHERE action LIKE 'second_factor.%'";
    assert_eq!(app.count(noted).await, 3);
}
