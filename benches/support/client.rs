//! A client that only measures: HTTP/1.1 over kept connections, one request at a time on each, on the loopback.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// One kept connection.
pub struct Connection {
    stream: TcpStream,
    key: Option<String>,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects; with a key, every request carries it.
    pub fn open(address: SocketAddr, key: Option<&str>) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            stream,
            key: key.map(str::to_owned),
            buffer: Vec::with_capacity(1 << 20),
        })
    }

    /// Asks for a path with its query: the status and the body.
    pub fn get(&mut self, path: &str) -> std::io::Result<(u16, &[u8])> {
        let key = self
            .key
            .as_ref()
            .map(|key| format!("Authorization: Bearer {key}\r\n"))
            .unwrap_or_default();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: identity\r\n{key}\r\n");
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        let mut chunk = vec![0; 65_536];
        let mut head: Option<(usize, usize)> = None;
        loop {
            if let Some((start, length)) = head
                && self.buffer.len() >= start + length
            {
                let status = std::str::from_utf8(&self.buffer[9..12])
                    .ok()
                    .and_then(|code| code.parse().ok());
                return Ok((status.unwrap_or(0), &self.buffer[start..start + length]));
            }
            let read = self.stream.read(&mut chunk)?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&chunk[..read]);
            if head.is_none() {
                head = header(&self.buffer);
            }
        }
    }
}

/// Where the body begins, and its length.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = text.split("\r\n").filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Some((end + 4, length?.1.parse().ok()?))
}

/// What a load took: the time of each request, and the whole time.
#[derive(Default)]
pub struct Taken {
    each: Vec<Duration>,
    whole: Duration,
}

impl Taken {
    /// Adds another round.
    pub fn add(&mut self, other: Self) {
        self.each.extend(other.each);
        self.whole += other.whole;
    }

    /// Requests.
    pub fn count(&self) -> f64 {
        u32::try_from(self.each.len()).map_or(0.0, f64::from)
    }

    /// Requests in a second.
    pub fn rate(&self) -> f64 {
        self.count() / self.whole.as_secs_f64()
    }

    /// The time within which so many percent of the requests were answered, in milliseconds.
    pub fn percentile(&mut self, percent: usize) -> f64 {
        self.each.sort_unstable();
        let at = self.each.len().saturating_sub(1) * percent / 100;
        self.each
            .get(at)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// Asks for `paths` in turn over `connections` connections for some time.
pub fn load(
    address: SocketAddr,
    key: Option<&str>,
    paths: &[String],
    connections: usize,
    time: Duration,
) -> Taken {
    let started = Instant::now();
    let one = |first: usize| {
        let mut connection = Connection::open(address, key).unwrap();
        let mut each = Vec::new();
        // Each connection begins elsewhere in the list.
        for path in paths.iter().cycle().skip(first * paths.len() / connections) {
            let asked = Instant::now();
            if asked - started >= time {
                break;
            }
            let (status, _) = connection.get(path).unwrap();
            assert_eq!(status, 200, "{path}");
            each.push(asked.elapsed());
        }
        each
    };
    let each = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|first| scope.spawn(move || one(first)))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    Taken {
        each,
        whole: started.elapsed(),
    }
}
