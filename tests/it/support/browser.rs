//! A browser: it signs in, keeps its cookie, follows nothing, and sends forms.

use axum::body::Body;
use axum::http::Request;
use fadeline::actions::users;

use super::{Answer, TestApp};

/// What everybody's password is in stories.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A browser in which somebody is signed in, or nobody.
pub(crate) struct Browser<'a> {
    app: &'a TestApp,
    cookie: String,
}

impl<'a> Browser<'a> {
    /// One in which nobody is signed in.
    pub(crate) fn of_nobody(app: &'a TestApp) -> Self {
        Self {
            app,
            cookie: String::new(),
        }
    }

    /// One in which somebody signed in.
    pub(crate) async fn signed_in(app: &'a TestApp, email: &str, password: &str) -> Self {
        let browser = Self::of_nobody(app);
        let answer = browser
            .post("/sign-in", &[("email", email), ("password", password)])
            .await
            .expect(303);
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self { cookie, ..browser }
    }

    /// One in which a user of the story, who has no password yet, signed in.
    pub(crate) async fn of(app: &'a TestApp, email: &str) -> Self {
        users::set_password(&app.app, email, PASSWORD.to_owned()).await.unwrap();
        Self::signed_in(app, email, PASSWORD).await
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, String::new()).await
    }

    /// Sends a form.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send("POST", path, body).await
    }

    async fn send(&self, method: &str, path: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.app.send(request.body(Body::from(body)).unwrap()).await
    }
}
