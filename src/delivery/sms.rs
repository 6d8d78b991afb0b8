//! Sending text messages: a provider's HTTP API in the shape of Twilio's, one POST for one
//! text. What became of a text is answered by what to do next, as `transport` does for a mail.
//! The words of a text, and the provider's reports on it, are not here.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode, redirect, retry};
use serde_json::Value;
use tokio_rustls::rustls::ClientConfig;
use url::Url;

use super::server_settings::{SettingsError, client_tls, credentials, host_and_locality, roots};
use super::transport::{LONGEST, SendError, error_chain};
use crate::domain::messages::text_failure::TextFailure;
use crate::domain::patient::Phone;

/// How long the provider may take to be reached.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a text may take from the first word to the last. Shorter than a claim lasts.
const WHOLE: Duration = Duration::from_secs(30);
const _: () = assert!(WHOLE.as_secs() < LONGEST.as_secs());
/// How much of an answer is read.
const MOST_BYTES: usize = 64 * 1024;

/// The provider that text messages go through.
#[derive(Clone)]
pub struct SmsSettings {
    /// Where texts are posted to; without the token.
    endpoint: Url,
    account: String,
    token: String,
    /// What names the sender, and the sender.
    sender: (&'static str, String),
    tls: Arc<ClientConfig>,
}

impl std::fmt::Debug for SmsSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsSettings")
            .field("endpoint", &self.endpoint.as_str())
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}

impl SmsSettings {
    /// The provider at `url` (`https://ACCOUNT:TOKEN@api.twilio.com`), the number or the messaging service (`MG…`) that texts
    /// come from, and its authority's certificate in PEM.
    pub fn new(
        url: &Url,
        from: Option<String>,
        authority: Option<Vec<u8>>,
    ) -> Result<Self, SettingsError> {
        let (_, here) = match url.scheme() {
            "https" | "http" => host_and_locality(url)?,
            _ => return Err(SettingsError::Scheme("https://")),
        };
        if url.scheme() == "http" && !here {
            return Err(SettingsError::Clear);
        }
        let (account, token) = credentials(url)?
            .filter(|(_, token)| !token.is_empty())
            .ok_or(SettingsError::Credentials)?;
        Ok(Self {
            endpoint: endpoint(url, &account).ok_or(SettingsError::Host)?,
            account,
            token,
            sender: sender(from)?,
            tls: Arc::new(tls(authority)?),
        })
    }

    /// The token, which the provider also signs its call-backs with.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

fn endpoint(base: &Url, account: &str) -> Option<Url> {
    let mut url = base.clone();
    // Addresses are written into logs; the token goes into a header alone.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut().ok()?.pop_if_empty().extend([
        "2010-04-01",
        "Accounts",
        account,
        "Messages.json",
    ]);
    Some(url)
}

fn sender(from: Option<String>) -> Result<(&'static str, String), SettingsError> {
    let from = from.unwrap_or_default().trim().to_owned();
    let service = from.strip_prefix("MG").is_some_and(|id| !id.is_empty());
    let number = from.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    });
    match (service, number) {
        (true, _) => Ok(("MessagingServiceSid", from)),
        (_, true) => Ok(("From", from)),
        _ => Err(SettingsError::Sender),
    }
}

fn tls(authority: Option<Vec<u8>>) -> Result<ClientConfig, SettingsError> {
    let roots = roots(authority)?;
    // With a file that holds no certificate no server would be trusted; that is refused at start.
    if roots.is_empty() {
        return Err(SettingsError::Authority);
    }
    client_tls(roots)
}

/// A provider of text messages.
#[derive(Debug)]
pub struct Sms {
    settings: SmsSettings,
    client: Client,
}

impl Sms {
    /// The provider of `settings`; nothing is said to it yet.
    pub fn new(settings: &SmsSettings) -> Result<Self, SettingsError> {
        let client = Client::builder()
            .tls_backend_preconfigured(ClientConfig::clone(&settings.tls))
            .redirect(redirect::Policy::none())
            // Trying again is for the ledger, which knows what may have arrived.
            .retry(retry::never())
            // A kept connection may have died unnoticed, which would leave open whether the text got through.
            .pool_max_idle_per_host(0)
            // What is in the clear stays on this machine, whatever the environment says of proxies.
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .build()
            .map_err(|error| SettingsError::TlsParameters(error_chain(&error, 300)))?;
        Ok(Self { settings: settings.clone(), client })
    }

    /// Sends `body` to `to`; the provider reports to `callback` what becomes of it. Answers the provider's own id for the text,
    /// where it could be read.
    pub(super) async fn send(
        &self,
        to: &Phone,
        body: &str,
        callback: Option<&str>,
        key: &str,
    ) -> Result<Option<String>, SendError> {
        let SmsSettings { endpoint, account, token, sender: (sort, sender), .. } = &self.settings;
        let mut form = vec![("To", to.as_str()), (*sort, sender), ("Body", body)];
        form.extend(callback.map(|url| ("StatusCallback", url)));
        let request = self
            .client
            .post(endpoint.clone())
            .basic_auth(account, Some(token))
            .header("Idempotency-Key", key)
            .form(&form);
        let response = request.send().await.map_err(without_answer)?;
        let status = response.status();
        let answer = serde_json::from_slice(&read_beginning(response).await).unwrap_or(Value::Null);
        if status.is_success() {
            // It was taken, whatever can be read of the answer.
            let sid = answer.get("sid").and_then(Value::as_str);
            let plain = |sid: &&str| {
                (1..=64).contains(&sid.len()) && sid.bytes().all(|b| b.is_ascii_alphanumeric())
            };
            return Ok(sid.filter(plain).map(str::to_owned));
        }
        Err(refusal(status, &answer, body))
    }
}

/// The beginning of an answer, or as much of it as came.
async fn read_beginning(mut response: Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MOST_BYTES.saturating_sub(bytes.len());
        bytes.extend(chunk.into_iter().take(room));
        if bytes.len() == MOST_BYTES {
            break;
        }
    }
    bytes
}

fn without_answer(error: reqwest::Error) -> SendError {
    let error = error.without_url();
    let text = error_chain(&error, 300);
    if error.is_connect() {
        SendError::Unreachable(text)
    } else if error.is_builder() {
        // It cannot be asked for at all.
        SendError::Never(text)
    } else {
        SendError::Unknown(text)
    }
}

fn refusal(status: StatusCode, answer: &Value, body: &str) -> SendError {
    let code = answer.get("code").and_then(Value::as_u64);
    let text: String = [
        Some(status.to_string()),
        code.map(|code| code.to_string()),
        answer.get("message").and_then(Value::as_str).map(|words| without_private(words, body)),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(": ")
    .chars()
    .take(300)
    .collect();
    let failure = code.and_then(|code| u32::try_from(code).ok()).map(TextFailure::of_code);
    match status.as_u16() {
        400..500 if failure == Some(TextFailure::OptedOut) => SendError::OptedOut(text),
        400..500 if failure == Some(TextFailure::Dead) => SendError::Dead(text),
        // The provider refuses the clinic, its address or its rate, and so every other text too.
        300..400 | 401 | 403 | 404 | 429 => SendError::Unreachable(text),
        408 => SendError::NotNow(text),
        400..500 => SendError::Never(text),
        // A gateway lost it, before or after it was taken.
        502 | 504 => SendError::Unknown(text),
        _ => SendError::NotNow(text),
    }
}

/// The provider's words without what is the patient's: it quotes numbers, and perhaps what was written.
fn without_private(words: &str, body: &str) -> String {
    let words = if body.is_empty() { words.to_owned() } else { words.replace(body, "…") };
    words.replace(char::is_numeric, "#").replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    const BODY: &str = "Your visit: 9 mars, 10 h 30. C = oui & R = non";

    fn settings(url: &str, from: &str) -> Result<SmsSettings, SettingsError> {
        SmsSettings::new(&Url::parse(url).unwrap(), Some(from.to_owned()), None)
    }

    async fn send_to(port: u16, scheme: &str) -> Result<Option<String>, SendError> {
        let settings =
            settings(&format!("{scheme}://AC%31:to%2Fken@127.0.0.1:{port}/v/"), "+15005550006")
                .unwrap();
        let to = Phone::try_from("+14165550199".to_owned()).ok().unwrap();
        let sms = Sms::new(&settings).unwrap();
        sms.send(&to, BODY, Some("https://clinic.test/sms?a=1&b=2"), "key-1").await
    }

    /// A provider that answers one request with `answer` and hangs up; the request is handed back.
    async fn answer_once(answer: String) -> (u16, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let request = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = Vec::new();
            loop {
                let text = String::from_utf8_lossy(&read).into_owned();
                let length = text
                    .split("content-length: ")
                    .nth(1)
                    .and_then(|rest| rest.lines().next()?.parse().ok());
                let whole =
                    text.split_once("\r\n\r\n").is_some_and(|(_, body)| Some(body.len()) == length);
                // What does not begin like a POST is TLS, which is not spoken here.
                if whole || !b"POST".starts_with(read.get(..4).unwrap_or_default()) {
                    break;
                }
                if stream.read_buf(&mut read).await.unwrap() == 0 {
                    break;
                }
            }
            // The client may have hung up already.
            let _ = stream.write_all(answer.as_bytes()).await;
            String::from_utf8_lossy(&read).into_owned()
        });
        (port, request)
    }

    async fn send_for_answer(status: &str, json: &str) -> Result<Option<String>, SendError> {
        let length = json.len();
        let (port, _request) =
            answer_once(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{json}"))
                .await;
        send_to(port, "http").await
    }

    #[tokio::test]
    async fn a_text_arrives_as_it_was_written_and_is_known_by_the_providers_name() {
        let (port, request) = answer_once(
            "HTTP/1.1 201 Created\r\nContent-Length: 13\r\n\r\n{\"sid\":\"SM1\"}".to_owned(),
        )
        .await;
        assert_eq!(send_to(port, "http").await.unwrap().as_deref(), Some("SM1"));
        let request = request.await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        for said in [
            "POST /v/2010-04-01/Accounts/AC1/Messages.json HTTP/1.1",
            // AC1:to/ken
            "authorization: Basic QUMxOnRvL2tlbg==",
            "idempotency-key: key-1",
            "content-type: application/x-www-form-urlencoded",
        ] {
            assert!(head.lines().any(|line| line == said), "{said} in {head}");
        }
        let form: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let expected = [
            ("To", "+14165550199"),
            ("From", "+15005550006"),
            ("Body", BODY),
            ("StatusCallback", "https://clinic.test/sms?a=1&b=2"),
        ];
        assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[tokio::test]
    async fn what_was_taken_is_taken_whatever_can_be_read_of_the_answer() {
        for junk in ["", "{}", "{\"sid\": 7}", "{\"sid\": \"a b\"}", "<html>", &"[".repeat(100_000)]
        {
            assert!(matches!(send_for_answer("200 OK", junk).await, Ok(None)));
        }
        let (port, _request) =
            answer_once("HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"sid\":".to_owned())
                .await;
        assert!(matches!(send_to(port, "http").await, Ok(None)));
    }

    #[tokio::test]
    async fn what_is_to_be_done_next_is_told_by_the_answer() {
        use SendError::{Dead, Never, NotNow, OptedOut, Unknown, Unreachable};
        type Is = fn(&SendError) -> bool;
        let cases: [(&str, &str, Is); 15] = [
            ("400 Bad Request", "{\"code\": 21610}", |e| matches!(e, OptedOut(_))),
            ("400 Bad Request", "{\"code\": 21211}", |e| matches!(e, Dead(_))),
            ("400 Bad Request", "{\"code\": 21617}", |e| matches!(e, Never(_))),
            ("400 Bad Request", "not JSON", |e| matches!(e, Never(_))),
            ("404 Not Found", "{}", |e| matches!(e, Unreachable(_))),
            ("408 Request Timeout", "{}", |e| matches!(e, NotNow(_))),
            ("401 Unauthorized", "{\"code\": 20003}", |e| matches!(e, Unreachable(_))),
            ("403 Forbidden", "{}", |e| matches!(e, Unreachable(_))),
            ("429 Too Many Requests", "{\"code\": 20429}", |e| matches!(e, Unreachable(_))),
            ("302 Found\r\nLocation: /elsewhere", "", |e| matches!(e, Unreachable(_))),
            ("500 Internal Server Error", "", |e| matches!(e, NotNow(_))),
            ("503 Service Unavailable", "", |e| matches!(e, NotNow(_))),
            ("502 Bad Gateway", "<html>", |e| matches!(e, Unknown(_))),
            ("504 Gateway Timeout", "", |e| matches!(e, Unknown(_))),
            ("507 Insufficient Storage", "", |e| matches!(e, NotNow(_))),
        ];
        for (status, json, is) in cases {
            let error = send_for_answer(status, json).await.unwrap_err();
            assert!(is(&error), "{status} {json}: {error:?}");
        }
    }

    #[tokio::test]
    async fn the_providers_words_are_told_without_what_is_the_patients() {
        let json = serde_json::json!({"code": 21211, "message": format!("'To' +14165550199 cannot take '{BODY}'{}", "x".repeat(400))});
        let Err(SendError::Dead(text)) =
            send_for_answer("400 Bad Request", &json.to_string()).await
        else {
            panic!("a number that cannot be")
        };
        assert!(
            text.starts_with("400 Bad Request: 21211: 'To' +########### cannot take '…'xxx"),
            "{text}"
        );
        assert_eq!(text.chars().count(), 300);
    }

    #[tokio::test]
    async fn a_provider_that_is_not_there_is_told_from_one_that_falls_silent() {
        let (port, request) = answer_once(String::new()).await;
        assert!(matches!(send_to(port, "http").await, Err(SendError::Unknown(_))));
        assert!(request.await.unwrap().contains("Body="), "the text had gone out");
        // The port is closed now; and a provider without TLS gets nothing.
        assert!(matches!(send_to(port, "http").await, Err(SendError::Unreachable(_))));
        let (port, _request) = answer_once("HTTP/1.1 400 Bad Request\r\n\r\n".to_owned()).await;
        assert!(matches!(send_to(port, "https").await, Err(SendError::Unreachable(_))));
    }

    #[test]
    fn the_token_goes_over_no_network_in_the_clear_and_into_no_log() {
        let settings = settings("https://AC1:s%2Fecret@api.example.ca/prefix", "MG0123").unwrap();
        assert_eq!(settings.token(), "s/ecret");
        assert_eq!(settings.sender, ("MessagingServiceSid", "MG0123".to_owned()));
        let path = "https://api.example.ca/prefix/2010-04-01/Accounts/AC1/Messages.json";
        assert_eq!(settings.endpoint.as_str(), path);
        let shown = format!("{settings:?} {:?}", Sms::new(&settings).unwrap());
        assert!(!shown.contains("ecret"), "{shown}");
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_at_start() {
        use SettingsError::{Authority, Clear, Credentials, Scheme, Sender};
        let from = "+15005550006";
        assert!(settings("http://AC1:t@localhost:1", from).is_ok());
        assert!(matches!(settings("http://AC1:t@api.example.ca", from), Err(Clear)));
        assert!(matches!(settings("smtp://AC1:t@api.example.ca", from), Err(Scheme(_))));
        for url in [
            "https://api.example.ca",
            "https://AC1@api.example.ca",
            "https://:t@api.example.ca",
            "https://AC1:%ff@x.ca",
        ] {
            assert!(matches!(settings(url, from), Err(Credentials)), "{url}");
        }
        for from in ["", "4165550199", "+1 416 555 0199", "MG", "CLINIC"] {
            assert!(
                matches!(settings("https://AC1:t@api.example.ca", from), Err(Sender)),
                "{from}"
            );
        }
        let url = Url::parse("https://AC1:t@api.example.ca").unwrap();
        assert!(matches!(
            SmsSettings::new(&url, Some(from.to_owned()), Some(b"no PEM".to_vec())),
            Err(Authority)
        ));
    }
}
