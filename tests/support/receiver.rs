//! A receiver of webhooks: it listens on this machine, keeps what it gets, and answers as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Got {
    /// Its headers, by names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Got {
    /// The event in it, once its signature was found to be that of `secret`.
    pub fn event(&self, secret: &str) -> Value {
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let (id, at) = (
            &self.headers["webhook-id"],
            &self.headers["webhook-timestamp"],
        );
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(&self.body);
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(self.headers["webhook-signature"], signature);
        let event: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(event["id"], id.as_str());
        event
    }
}

#[derive(Default)]
struct Inner {
    got: Mutex<Vec<Got>>,
    answers: Mutex<VecDeque<u16>>,
}

/// A receiver at work.
pub struct Receiver {
    /// Its address.
    pub url: String,
    inner: Arc<Inner>,
}

impl Receiver {
    /// Listens on a free port, and answers 204.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let inner = Arc::new(Inner::default());
        let own = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let own = Arc::clone(&own);
                std::thread::spawn(move || while serve(&stream, &own).is_some() {});
            }
        });
        Self { url, inner }
    }

    /// Answers the next requests with these statuses.
    pub fn answer(&self, statuses: &[u16]) {
        self.inner.answers.lock().unwrap().extend(statuses);
    }

    /// All that came so far.
    pub fn got(&self) -> Vec<Got> {
        self.inner.got.lock().unwrap().clone()
    }

    /// All that came since this was asked last.
    pub fn take(&self) -> Vec<Got> {
        std::mem::take(&mut *self.inner.got.lock().unwrap())
    }
}

/// Reads one request and answers it; none where the connection ends.
fn serve(mut stream: &TcpStream, inner: &Inner) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    assert_eq!(lines[0], "POST /hooks HTTP/1.1");
    let headers: BTreeMap<String, String> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body).ok()?;
    inner.got.lock().unwrap().push(Got { headers, body });
    let status = inner.answers.lock().unwrap().pop_front().unwrap_or(204);
    let length = if status == 204 {
        ""
    } else {
        "content-length: 2\r\n"
    };
    let body = if status == 204 { "" } else { "no" };
    let more = if status == 302 {
        "location: http://127.0.0.1:1/elsewhere\r\n"
    } else {
        ""
    };
    write!(stream, "HTTP/1.1 {status} Told\r\n{length}{more}\r\n{body}").ok()
}
