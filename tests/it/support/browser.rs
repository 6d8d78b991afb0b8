//! A browser as far as pages without scripts need one: it keeps the cookie that it is given, follows
//! nothing by itself, and sends forms as browsers do.

use axum::body::Body;
use axum::http::{Method, Request};
use fadeline::actions::access::by_command::NewUser;
use fadeline::actions::access::{by_command, tokens};
use fadeline::domain::ids::{PartnerId, UserId};
use fadeline::domain::role::Role;
use tokio::sync::Mutex;

use super::TestApp;
use super::answer::Answer;
use fadeline::actions::access::passwords;

/// The password of whoever signs in by a page in these stories.
pub(crate) const PASSWORD: &str = "a long password of the stories";

/// A browser.
#[derive(Debug, Clone, Default)]
pub(crate) struct Browser {
    cookie: Option<String>,
    email: String,
}

/// Gives a user the password, and leaves their tokens as they are.
pub(crate) async fn give_password(app: &TestApp, email: &str) {
    let hash = passwords::hash_password(&app.app, PASSWORD.to_owned()).await.unwrap();
    let mut tx = app.app.db.begin().await.unwrap();
    let user = tokens::user_named(&mut tx, email).await.unwrap();
    fadeline::storage::access::users::set_password(&mut tx, user.id, &hash).await.unwrap();
    tx.commit().await.unwrap();
}

/// `fields` as a form sends them.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Browser {
    /// One in which somebody new has signed in; for a shop, where one is named. Whoever has a token would lose it with a new
    /// password, so browsers are for people of their own.
    pub(crate) async fn of_new(app: &TestApp, role: Role, shop: Option<&str>) -> Self {
        let email = format!("browser-{}@example.test", app.app.clock.id::<UserId>());
        let user = NewUser {
            email: email.clone().try_into().unwrap(),
            name: "Somebody".try_into().unwrap(),
            role,
            partner_id: shop.map(|id| PartnerId(id.parse().unwrap())),
            password: Some(PASSWORD.to_owned()),
        };
        by_command::add(&app.app, user).await.unwrap();
        Self::signed_in(app, &email).await
    }

    /// One in which `email` has signed in, with the password of these stories.
    pub(crate) async fn signed_in(app: &TestApp, email: &str) -> Self {
        give_password(app, email).await;
        let mut browser = Self { cookie: None, email: email.to_owned() };
        browser.sign_in(app).await;
        browser
    }

    /// Signs in, once more where time has passed.
    pub(crate) async fn sign_in(&mut self, app: &TestApp) {
        let email = self.email.clone();
        self.post(app, "/sign-in", &[("email", &email), ("password", PASSWORD)]).await.expect(303);
    }

    /// Opens a page.
    pub(crate) async fn get(&mut self, app: &TestApp, path: &str) -> Answer {
        self.send(app, Method::GET, path, &[], String::new()).await
    }

    /// Sends a form of a page of the same site.
    pub(crate) async fn post(
        &mut self,
        app: &TestApp,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let headers = [("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8080")];
        self.send(app, Method::POST, path, &headers, encoded(fields)).await
    }

    /// Sends a form in the name of a page of another site.
    pub(crate) async fn post_from_elsewhere(
        &mut self,
        app: &TestApp,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let headers = [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")];
        self.send(app, Method::POST, path, &headers, encoded(fields)).await
    }

    /// Opens a page, with more headers.
    pub(crate) async fn get_with(
        &mut self,
        app: &TestApp,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send(app, Method::GET, path, headers, String::new()).await
    }

    /// The request for a page, for an answer that does not end.
    pub(crate) fn request(&self, path: &str) -> Request<Body> {
        let cookie = self.cookie.as_deref().unwrap_or_default();
        Request::builder().uri(path).header("cookie", cookie).body(Body::empty()).unwrap()
    }

    /// Sends a request with everything said, and keeps the cookie that comes back.
    async fn send(
        &mut self,
        app: &TestApp,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if method == Method::POST {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = app.send(request.body(Body::from(body)).unwrap()).await;
        if let Some(cookie) = answer.headers.get("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(pair.to_owned());
        }
        answer
    }
}

/// A browser in which somebody of one clinic is signed in, or nobody.
pub(crate) struct Seat<'a> {
    app: &'a TestApp,
    browser: Mutex<Browser>,
}

impl<'a> Seat<'a> {
    /// One in which nobody is signed in.
    pub(crate) fn of_nobody(app: &'a TestApp) -> Self {
        Self { app, browser: Mutex::default() }
    }

    /// One in which a user of the story signed in.
    pub(crate) async fn of(app: &'a TestApp, email: &str) -> Self {
        let browser = Browser::signed_in(app, email).await;
        Self { app, browser: Mutex::new(browser) }
    }

    /// One in which somebody signed in with a password of their own.
    pub(crate) async fn signed_in(app: &'a TestApp, email: &str, password: &str) -> Self {
        let seat = Self::of_nobody(app);
        seat.post("/sign-in", &[("email", email), ("password", password)]).await.expect(303);
        seat
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.browser.lock().await.get(self.app, path).await
    }

    /// Sends a form.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.browser.lock().await.post(self.app, path, form).await
    }
}

impl Answer {
    /// Where a browser is led to.
    #[track_caller]
    pub(crate) fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text);
        self.headers["location"].to_str().unwrap()
    }

    /// The value of the first control of that name on a page.
    #[track_caller]
    pub(crate) fn control(&self, name: &str) -> &str {
        let found = self.text.split_once(&format!("name=\"{name}\" value=\""));
        let (_, rest) = found.unwrap_or_else(|| panic!("no control {name} in {}", self.text));
        rest.split('"').next().unwrap()
    }

    /// Whether a page says something.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }
}
