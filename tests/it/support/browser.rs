//! A browser as far as pages without scripts need one: it keeps the cookie that it is given, follows
//! nothing by itself, and sends forms as browsers do.

use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use fadeline::actions::access::{passwords, tokens};
use fadeline::domain::ids::UserId;
use fadeline::domain::role::Role;

use super::answer::Answer;
use super::{TestApp, ask};

/// The password of those who sign in by a page in these stories.
pub(crate) const PASSWORD: &str = "a long password of the stories";

pub(crate) struct Browser {
    router: Router,
    cookie: Mutex<Option<String>>,
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

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The fields that are written as `name=text&other=more`, for texts without these signs.
pub(crate) fn fields(typed: &str) -> Vec<(&str, &str)> {
    typed.split('&').filter_map(|one| one.split_once('=')).collect()
}

/// A form's fields, to be sent.
pub(crate) fn borrowed<N: AsRef<str>, T: AsRef<str>>(fields: &[(N, T)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, text)| (name.as_ref(), text.as_ref())).collect()
}

impl Browser {
    /// One in which no user has signed in.
    pub(crate) fn new(app: &TestApp) -> Self {
        Self { router: app.router.clone(), cookie: Mutex::default(), email: String::new() }
    }

    /// One in which a new user has signed in; of a shop, where one is named. A user with a token would lose it with
    /// a new password, so browsers are for users of their own.
    pub(crate) async fn of_new(app: &TestApp, role: Role, shop: Option<&str>) -> Self {
        let email = format!("browser-{}@example.test", app.app.clock.id::<UserId>());
        app.add_user(&email, role, shop, Some(PASSWORD)).await;
        Self::signed_in(app, &email).await
    }

    /// One in which `email` has signed in, with the password of these stories.
    pub(crate) async fn signed_in(app: &TestApp, email: &str) -> Self {
        give_password(app, email).await;
        Self::with_password(app, email, PASSWORD).await
    }

    /// One in which a user has signed in with a password of their own.
    pub(crate) async fn with_password(app: &TestApp, email: &str, password: &str) -> Self {
        let browser = Self { email: email.to_owned(), ..Self::new(app) };
        browser.post("/sign-in", &[("email", email), ("password", password)]).await.expect(303);
        browser
    }

    pub(crate) async fn sign_in(&self) {
        let fields = [("email", self.email.as_str()), ("password", PASSWORD)];
        self.post("/sign-in", &fields).await.expect(303);
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    /// Opens a page, which must be there.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        self.get(path).await.expect(200)
    }

    /// Opens the page that an answer leads to.
    pub(crate) async fn follow(&self, answer: &Answer) -> Answer {
        self.page(answer.leads_to()).await
    }

    /// Sends a form that must come back, with what is amiss in it.
    pub(crate) async fn send_amiss(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, fields).await.expect(422)
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, String::new()).await
    }

    /// Sends a form of a page of the same site.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8080")];
        self.send(Method::POST, path, &headers, encoded(fields)).await
    }

    /// Sends a form in the name of a page of another site.
    pub(crate) async fn post_from_elsewhere(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")];
        self.send(Method::POST, path, &headers, encoded(fields)).await
    }

    /// Presses the button of the form on `page` that leads to `action` (or begins with it).
    pub(crate) async fn press(&self, page: &Answer, action: &str) -> Answer {
        self.press_with(page, action, &[]).await
    }

    /// The same, with more filled in.
    pub(crate) async fn press_with(
        &self,
        page: &Answer,
        action: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let (action, mut fields) = page.form(action);
        fields.extend(more.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        self.post(&action, &borrowed(&fields)).await
    }

    /// The request for a page, for an answer that does not end.
    pub(crate) fn request(&self, path: &str) -> Request<Body> {
        let cookie = self.cookie.lock().unwrap().clone().unwrap_or_default();
        Request::builder().uri(path).header("cookie", cookie).body(Body::empty()).unwrap()
    }

    /// Sends a request with everything said, and keeps the cookie that comes back.
    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if method == Method::POST {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        if let Some(cookie) = &*self.cookie.lock().unwrap() {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = ask(&self.router, request.body(Body::from(body)).unwrap()).await;
        if let Some(cookie) = answer.headers.get("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            *self.cookie.lock().unwrap() = Some(pair.to_owned());
        }
        answer
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
        self.after(&format!("name=\"{name}\" value=\""))
    }

    /// What stands between the first `opening` and the quotation mark after it.
    #[track_caller]
    pub(crate) fn after(&self, opening: &str) -> &str {
        let (_, rest) = self
            .text
            .split_once(opening)
            .unwrap_or_else(|| panic!("no {opening} in {}", self.text));
        rest.split('"').next().unwrap()
    }

    /// The fields and the action of the first form on a page whose action begins with `action`.
    #[track_caller]
    pub(crate) fn form(&self, action: &str) -> (String, Vec<(String, String)>) {
        let found = self.text.split_once(&format!("<form method=\"post\" action=\"{action}"));
        let (_, rest) = found.unwrap_or_else(|| panic!("no form {action} in {}", self.text));
        let (tail, rest) = rest.split_once('"').unwrap();
        let (form, _) = rest.split_once("</form>").unwrap();
        let fields = form.match_indices("<input type=\"hidden\" name=\"").map(|(at, opening)| {
            let (name, rest) = form[at + opening.len()..].split_once("\" value=\"").unwrap();
            (name.to_owned(), rest.split('"').next().unwrap().replace("&#43;", "+"))
        });
        (format!("{action}{tail}"), fields.collect())
    }

    /// Every control of the form that leads to `action`, filled as it is, for sending the form back.
    pub(crate) fn filled(&self, action: &str) -> Vec<(String, String)> {
        let form = self.text.split(&format!("method=\"post\" action=\"{action}\"")).nth(1).unwrap();
        let form = form.split("</form>").next().unwrap();
        let attribute = |tag: &str, name: &str| {
            let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
            Some(rest.split('"').next().unwrap().replace("&#60;", "<").replace("&#38;", "&"))
        };
        let mut all = Vec::new();
        for tag in form.split('<') {
            if let Some(tag) = tag.strip_prefix("input") {
                if !tag.contains("type=\"checkbox\"") || tag.contains(" checked") {
                    let value = attribute(tag, "value").unwrap_or_default();
                    all.push((attribute(tag, "name").unwrap(), value));
                }
            } else if let Some(tag) = tag.strip_prefix("select") {
                all.push((attribute(tag, "name").unwrap(), String::new()));
            } else if tag.starts_with("option") && tag.contains(" selected") {
                all.last_mut().unwrap().1 = attribute(tag, "value").unwrap();
            } else if let Some(tag) = tag.strip_prefix("textarea") {
                let text = tag.split_once('>').unwrap().1.trim().to_owned();
                all.push((attribute(tag, "name").unwrap(), text));
            }
        }
        all
    }

    /// Whether a page says something.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.read_out().contains(words)
    }

    /// The page as it is read: what keeps a name from turning the words around it is not.
    fn read_out(&self) -> String {
        self.text.replace("<bdi>", "").replace("</bdi>", "")
    }

    /// Each of these is said.
    #[track_caller]
    pub(crate) fn shows(&self, words: &[&str]) {
        shows(&self.read_out(), words);
    }

    /// None of these is said.
    #[track_caller]
    pub(crate) fn hides(&self, words: &[&str]) {
        hides(&self.read_out(), words);
    }
}

/// Each of these words stands in `text`.
#[track_caller]
pub(crate) fn shows(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word} is not in {text}");
    }
}

/// None of these words stands in `text`.
#[track_caller]
pub(crate) fn hides(text: &str, words: &[&str]) {
    for word in words {
        assert!(!text.contains(word), "{word} is in {text}");
    }
}
