//! What a mail server and a provider of texts hear on the wire, read once for all the servers of the stories.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpSocket, TcpStream};

/// Serves each connection to a port of its own, which it answers.
pub(crate) fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> u16
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let socket = TcpSocket::new_v4().unwrap();
    // With so little room each segment is acknowledged at once; else the end of a mail would wait for that, 40 ms.
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(16).unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}

/// The mail that follows upon DATA, to its last dot.
pub(crate) async fn read_mail(
    lines: &mut Lines<BufReader<OwnedReadHalf>>,
) -> std::io::Result<String> {
    let mut mail = String::new();
    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
        mail.push_str(line.strip_prefix('.').unwrap_or(&line));
        mail.push_str("\r\n");
    }
    Ok(mail)
}

/// The row of the ledger that a mail is, from its Message-ID.
pub(crate) fn row_of(mail: &str) -> String {
    mail.split("Message-ID: <").nth(1).unwrap().split('@').next().unwrap().to_owned()
}

/// A text as its provider is asked to send it.
pub(crate) struct TextPost {
    /// The row of the ledger: its key.
    pub(crate) row: String,
    pub(crate) to: String,
    pub(crate) body: String,
}

/// Reads what is asked of the provider; nothing where the connection ended before.
pub(crate) async fn read_text(stream: &mut TcpStream) -> std::io::Result<Option<TextPost>> {
    let mut read = Vec::new();
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let header =
            |name| head.split(name).nth(1).and_then(|rest| rest.lines().next()).map(str::to_owned);
        if header("content-length: ").and_then(|length| length.parse().ok()) != Some(body.len()) {
            continue;
        }
        let mut form: BTreeMap<_, _> =
            url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        return Ok(Some(TextPost {
            row: header("idempotency-key: ").unwrap(),
            to: form.remove("To").unwrap(),
            body: form.remove("Body").unwrap(),
        }));
    }
}

/// What the provider says to the text of a row that it takes.
pub(crate) fn sid_of(row: &str) -> String {
    format!("{{\"sid\": \"SM{}\"}}", row.replace('-', ""))
}

/// Answers as the provider does, and hangs up.
pub(crate) async fn answer_json(
    stream: &mut TcpStream,
    status: &str,
    json: &str,
) -> std::io::Result<()> {
    let length = json.len();
    let answer =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{json}");
    stream.write_all(answer.as_bytes()).await
}
