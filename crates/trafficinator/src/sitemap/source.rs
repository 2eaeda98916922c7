//! Where sitemaps are: in files or behind URLs, gzipped or not. Nothing here prints the credentials of a URL.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use engine::target::{BasicAuth, Secret, Target, Trust};
use engine::transport::{Client, Fetched};
use flate2::read::MultiGzDecoder;
use url::Url;

use super::Fetching;

/// A sitemap holds at most so much text (50 MB by the protocol, and some grace), all of them together this.
const MOST_BYTES: u64 = 52 << 20;
const MOST_BYTES_IN_ALL: u64 = 512 << 20;

/// Where a sitemap is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    File(PathBuf),
    Url(Url),
}

impl Place {
    /// A file, unless the text begins like a URL. The error does not repeat the text, which may hold credentials.
    pub(crate) fn parse(text: &str) -> Result<Place, String> {
        let Some((scheme, _)) = text.split_once("://") else { return Ok(Place::File(text.into())) };
        if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
            return Err("it is neither a file nor an http:// or https:// URL".to_owned());
        }
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err("it has no host".to_owned());
        }
        Ok(Place::Url(url))
    }

    /// The sitemap that this one, an index, names: for a file the one of the same name beside it, where there is one.
    pub(super) fn named(&self, loc: &str) -> Result<Place, String> {
        let url = Url::parse(loc)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
        if let Place::File(index) = self {
            let path = url.as_ref().map_or(loc, |url| url.path());
            let name = path.rsplit('/').next().unwrap_or_default();
            let decoded = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
            let name = Path::new(decoded.as_ref()).file_name();
            let beside = name.map(|name| index.parent().unwrap_or(Path::new("")).join(name));
            if let Some(file) = beside.filter(|file| file != index && file.is_file()) {
                return Ok(Place::File(file));
            }
        }
        let mut url =
            url.ok_or_else(|| format!("{loc:?} is neither a file beside this one nor an http or https URL"))?;
        if let Place::Url(index) = self
            && index.origin() == url.origin()
            && url.username().is_empty()
        {
            let _same_scheme_and_host =
                (url.set_username(index.username()), url.set_password(index.password()));
        }
        Ok(Place::Url(url))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) => write!(f, "{}", path.display()),
            Place::Url(url) => {
                let (shown, _) = without_credentials(url);
                f.write_str(shown.as_str())
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

fn without_credentials(url: &Url) -> (Url, Option<BasicAuth>) {
    let decoded =
        |text: &str| Secret::new(percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned());
    let auth = (!url.username().is_empty() || url.password().is_some()).then(|| BasicAuth {
        user: decoded(url.username()),
        password: decoded(url.password().unwrap_or_default()),
    });
    let mut bare = url.clone();
    let _http_can_have_none = (bare.set_username(""), bare.set_password(None));
    bare.set_fragment(None);
    (bare, auth)
}

/// How much text was read so far.
#[derive(Debug, Default)]
pub(super) struct Whole(u64);

/// Reads sitemaps.
pub(super) struct Reader<'a> {
    fetching: &'a Fetching,
    /// Only where something is fetched.
    runtime: Option<std::io::Result<tokio::runtime::Runtime>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(fetching: &'a Fetching) -> Reader<'a> {
        Reader { fetching, runtime: None }
    }

    /// The text of a sitemap.
    pub(super) fn text(&mut self, place: &Place, whole: &mut Whole) -> Result<String, String> {
        let bytes = match place {
            Place::File(path) => read_file(path)?,
            Place::Url(url) => self.fetch(url)?,
        };
        let bytes = if bytes.starts_with(&[0x1f, 0x8b]) { unpack(&bytes)? } else { bytes };
        whole.0 += bytes.len() as u64;
        if bytes.len() as u64 > MOST_BYTES || whole.0 > MOST_BYTES_IN_ALL {
            return Err(too_large());
        }
        text(bytes)
    }

    fn fetch(&mut self, url: &Url) -> Result<Vec<u8>, String> {
        let (address, auth) = without_credentials(url);
        let trust = self.fetching.ca_file.clone().map_or(Trust::Roots, Trust::RootsAnd);
        let path =
            address.query().map_or(address.path().to_owned(), |query| format!("{}?{query}", address.path()));
        let timeout = self.fetching.timeout;
        let client = Client::new(Target::new(address, auth.as_ref(), None, trust, timeout))
            .map_err(|error| format!("TRAFFICINATOR_CA_FILE: {error}"))?;
        let runtime = self
            .runtime
            .get_or_insert_with(|| tokio::runtime::Builder::new_current_thread().enable_all().build())
            .as_ref()
            .map_err(|error| format!("it cannot be fetched: {error}"))?;
        let answer = runtime.block_on(client.fetch(&path, None, timeout)).map_err(|error| {
            format!("it is not reached: {error}; is the address right, and does it open in a browser?")
        })?;
        match answer {
            Fetched { status: 200, body, .. } => Ok(body.to_vec()),
            answer => Err(doubt(&answer)),
        }
    }
}

/// What is wrong with an answer that is no sitemap.
fn doubt(answer: &Fetched) -> String {
    match (answer.status, &answer.location) {
        (status @ 300..=399, Some(location)) => {
            let location =
                Url::parse(location).map_or_else(|_| location.clone(), |url| Place::Url(url).to_string());
            format!(
                "it answers {status} and points to {location}; redirects are not followed, give that address"
            )
        }
        (401 | 403, _) => format!(
            "it answers {}; give user and password as https://user:password@host/, or a file",
            answer.status
        ),
        (404 | 410, _) => {
            format!(
                "it answers {}; is the address right? /robots.txt of most sites names their sitemap",
                answer.status
            )
        }
        (status, _) => format!("it answers {status} instead of 200; try again later, or give a file"),
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let cannot = |error: std::io::Error| format!("it cannot be read: {error}");
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

/// The text of a sitemap in a file, however it is packed.
pub(super) fn opened(bytes: &[u8]) -> Result<String, String> {
    text(if bytes.starts_with(&[0x1f, 0x8b]) { unpack(bytes)? } else { bytes.to_vec() })
}

/// Unpacks gzip, never more than a sitemap may hold: a few kilobytes can claim to be gigabytes.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(MOST_BYTES + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| format!("it begins like gzip and cannot be unpacked ({error}); is it whole?"))?;
    Ok(unpacked)
}

fn too_large() -> String {
    format!(
        "it is larger than the {} MB a sitemap may have, or with it all are larger than {} MB; split it, or give a part of it",
        MOST_BYTES >> 20,
        MOST_BYTES_IN_ALL >> 20
    )
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16; sitemaps are UTF-8, save it as that".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        format!("the text of line {line} is not UTF-8; save it as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..60 {
            packed.write_all(&zeros).unwrap();
        }
        let packed = packed.finish().unwrap();
        assert!(packed.len() < 100_000);
        assert_eq!(unpack(&packed).unwrap().len() as u64, MOST_BYTES + 1);
        assert!(unpack(&packed[..packed.len() / 2]).unwrap_err().contains("is it whole"));
    }

    #[test]
    fn what_a_place_says_of_itself_holds_no_credentials() {
        let place = Place::parse("https://me:s3cret@a.example/map.xml?page=2").unwrap();
        assert_eq!(place.to_string(), "https://a.example/map.xml?page=2");
        assert!(!format!("{place:?}").contains("s3cret"));
        for bad in ["ftp://me:s3cret@a.example/", "https://me:s3cret@/"] {
            let message = Place::parse(bad).unwrap_err();
            assert!(!message.contains("s3cret"), "{message}");
        }
        assert_eq!(Place::parse("maps/a.xml").unwrap(), Place::File("maps/a.xml".into()));
    }

    #[test]
    fn credentials_go_to_the_same_host_only() {
        let index = Place::parse("https://me:s3cret@a.example/index.xml").unwrap();
        let next = |loc: &str| match index.named(loc).unwrap() {
            Place::Url(url) => url.password().map(str::to_owned),
            Place::File(_) => None,
        };
        assert_eq!(next("https://a.example/1.xml").as_deref(), Some("s3cret"));
        assert_eq!(next("https://b.example/1.xml"), None);
        assert_eq!(next("http://a.example/1.xml"), None);
        assert!(index.named("1.xml").is_err());
    }
}
