//! Clients that ask as fast as they are answered, and what they measured.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clinic::Bench;

/// How long a rate is measured.
pub(crate) const WINDOW: Duration = Duration::from_secs(4);

/// One HTTP client with its token.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    root: String,
    url: String,
    bare: String,
    token: String,
    cookie: String,
}

impl Client {
    pub(crate) fn of(bench: &Bench) -> Self {
        Self {
            http: reqwest::Client::builder().pool_max_idle_per_host(64).build().expect("a client"),
            root: bench.url.clone(),
            url: format!("{}/api/v1", bench.url),
            bare: bench.bare.clone(),
            token: bench.token.clone(),
            cookie: bench.cookie.clone(),
        }
    }

    pub(crate) async fn bare(self) {
        let answer = self.http.get(&self.bare).send().await.expect("an answer");
        answer.bytes().await.expect("a body");
    }

    pub(crate) fn get(self, path: &str) -> impl Future<Output = ()> + use<> {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        done(request)
    }

    /// A page, as a browser that is signed in asks for it.
    pub(crate) fn page(self, path: &str) -> impl Future<Output = ()> + use<> {
        let request = self.http.get(format!("{}{path}", self.root)).header("cookie", &self.cookie);
        done(request.header("accept-encoding", "gzip"))
    }

    /// The tag of a feed.
    pub(crate) async fn tag(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.root)).send().await.expect("an answer");
        answer.headers()["etag"].to_str().expect("a tag").to_owned()
    }

    /// Asks for a feed that did not change.
    pub(crate) fn fresh(self, path: &str, tag: &str) -> impl Future<Output = ()> + use<> {
        let request = self.http.get(format!("{}{path}", self.root)).header("if-none-match", tag);
        async move {
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 304);
        }
    }

    pub(crate) fn post(self, path: &str, body: &Value) -> impl Future<Output = ()> + use<> {
        let request =
            self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token).json(body);
        done(request)
    }

    /// How often per second `clients` at once get an answer; each request knows its number.
    pub(crate) async fn rate<F: Future<Output = ()> + Send + 'static>(
        &self,
        clients: usize,
        ask: impl Fn(Self, usize) -> F + Clone,
    ) -> Measured {
        for _ in 0..20 {
            self.clone().bare().await;
        }
        let began = Instant::now();
        let next = Arc::new(AtomicUsize::new(0));
        let each = (0..clients).map(|_| {
            let (ask, next, client) = (ask.clone(), next.clone(), self.clone());
            async move {
                while began.elapsed() < WINDOW {
                    tokio::spawn(ask(client.clone(), next.fetch_add(1, Ordering::Relaxed)))
                        .await
                        .expect("an answer");
                }
            }
        });
        futures_util::future::join_all(each).await;
        Measured::over(next.load(Ordering::Relaxed), began.elapsed())
    }

    /// How long `n` requests take, one after the other.
    pub(crate) async fn times<F: Future<Output = ()>>(
        &self,
        n: usize,
        ask: impl Fn(Self, usize) -> F,
    ) -> Measured {
        let mut times = Vec::new();
        for number in 0..n + 5 {
            let began = Instant::now();
            ask(self.clone(), number).await;
            times.push(began.elapsed());
        }
        let mut measured = Measured::over(n, times.iter().sum());
        measured.times = times.split_off(5);
        measured.times.sort_unstable();
        measured
    }
}

async fn done(request: reqwest::RequestBuilder) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {text}");
}

/// What was measured.
pub(crate) struct Measured {
    pub(crate) count: usize,
    took: Duration,
    times: Vec<Duration>,
}

impl Measured {
    pub(crate) fn over(count: usize, took: Duration) -> Self {
        Self { count, took, times: Vec::new() }
    }

    pub(crate) fn rate(&self) -> f64 {
        self.count as f64 / self.took.as_secs_f64()
    }

    pub(crate) fn per_second(&self) -> String {
        format!("{:.0} a second", self.rate())
    }

    pub(crate) fn median(&self) -> String {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let (middle, worst) =
            (self.times[self.times.len() / 2], self.times[self.times.len() * 95 / 100]);
        format!("{:.1} ms (95 %: {:.1} ms)", ms(middle), ms(worst))
    }
}
