//! A small HTTP server that says exactly what a test wants it to say, and remembers what it heard.
//!
//! It exists for what real servers cannot be made to do: break off, never end, lie about lengths,
//! refuse, redirect elsewhere. One thread a connection, one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What to answer.
pub(crate) enum Say {
    /// Status, headers, body.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes, head and all.
    Raw(Vec<u8>),
    /// A body that promises more than it holds.
    Cut(Vec<u8>),
    /// The beginning of a body, and this for ever after.
    Endless(&'static str, &'static str),
    /// Nothing, but the connection stays open until the server goes.
    Silence,
    /// Nothing: the connection is closed.
    Close,
}

impl Say {
    pub(crate) fn json(value: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::Answer(200, headers, value.to_string().into_bytes())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Answer(status, Vec::new(), Vec::new())
    }
}

/// A server, stopped when dropped.
pub(crate) struct Server {
    /// Host and port.
    pub(crate) host: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Starts a server; what it answers may depend on what it hears and on how often it heard.
    pub(crate) fn start(say: impl Fn(&Heard) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (heard, stopped) = (Arc::<Mutex<Vec<Heard>>>::default(), Arc::default());
        let server = Self { host, heard: Arc::clone(&heard), stopped: Arc::clone(&stopped) };
        let say = Arc::new(say);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Acquire) {
                    return;
                }
                let (say, heard) = (Arc::clone(&say), Arc::clone(&heard));
                let stopped = Arc::clone(&stopped);
                std::thread::spawn(move || {
                    // A client that goes away in the middle is what half of these tests are about.
                    let _ = serve(&stream.unwrap(), &*say, &heard, &stopped);
                });
            }
        });
        server
    }

    /// Returns what was heard so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Returns what was heard as `METHOD target`.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.heard().iter().map(|heard| format!("{} {}", heard.method, heard.target)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // Wakes the listener up, so that it sees that it is over.
        let _ = TcpStream::connect(&self.host);
    }
}

fn serve(
    stream: &TcpStream,
    say: &dyn Fn(&Heard) -> Say,
    heard: &Mutex<Vec<Heard>>,
    stopped: &AtomicBool,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(()) };
    let (method, target) = (method.to_owned(), target.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body)?;
    let request = Heard { method, target, headers, body };
    heard.lock().unwrap().push(request.clone());
    let mut stream = stream;
    match say(&request) {
        Say::Answer(status, headers, body) => {
            write!(stream, "HTTP/1.1 {status} X\r\nconnection: close\r\n")?;
            for (name, value) in headers {
                write!(stream, "{name}: {value}\r\n")?;
            }
            if status != 304 {
                write!(stream, "content-length: {}\r\n", body.len())?;
            }
            stream.write_all(b"\r\n")?;
            if request.method != "HEAD" {
                stream.write_all(&body)?;
            }
        }
        Say::Raw(answer) => stream.write_all(&answer)?,
        Say::Cut(body) => {
            let length = body.len() + 100;
            write!(stream, "HTTP/1.1 200 X\r\ncontent-length: {length}\r\n\r\n")?;
            stream.write_all(&body)?;
        }
        Say::Endless(start, more) => {
            write!(stream, "HTTP/1.1 200 X\r\nconnection: close\r\n\r\n{start}")?;
            let more = more.repeat(64 * 1024 / more.len());
            while !stopped.load(Ordering::Acquire) {
                stream.write_all(more.as_bytes())?;
            }
        }
        Say::Silence => {
            // Until the client goes or the server is dropped.
            stream.set_read_timeout(Some(std::time::Duration::from_millis(50)))?;
            while !stopped.load(Ordering::Acquire) {
                match reader.read(&mut [0; 1]) {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Say::Close => {}
    }
    stream.flush()
}
