//! Pages and files that are the same for everybody: made once, compressed once, kept in memory.

use std::io::Write;
use std::sync::OnceLock;

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue,
    IF_NONE_MATCH, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use crate::store::hex;

/// For how long browsers may keep something without asking again.
#[derive(Debug, Clone, Copy)]
pub enum Keep {
    /// For ever: its name has a hash of its content in it.
    ForEver,
    /// Ask each time; the answer is short when nothing has changed.
    Ask,
}

impl Keep {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::ForEver => "public, max-age=31536000, immutable",
            Self::Ask => "public, no-cache",
        })
    }
}

/// Something to serve, with the compressed forms that were asked for so far.
pub struct Kept {
    content_type: HeaderValue,
    keep: Keep,
    etag: HeaderValue,
    plain: Bytes,
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

impl Kept {
    /// Keeps `content`, which is of a type such as `text/html; charset=utf-8`.
    pub fn new(content_type: &'static str, keep: Keep, content: impl Into<Bytes>) -> Self {
        let plain = content.into();
        let hash = Sha256::digest(&plain);
        let tag = hex(hash.into_iter().take(12));
        let etag = HeaderValue::from_str(&format!("\"{tag}\""));
        Self {
            content_type: HeaderValue::from_static(content_type),
            keep,
            etag: etag.unwrap_or_else(|_| HeaderValue::from_static("\"0\"")),
            plain,
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
        }
    }

    /// Its size without compression, in bytes.
    pub fn size(&self) -> usize {
        self.plain.len()
    }

    /// The answer to a request for it: compressed if the browser can take it, and short if the browser has it.
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let header =
            |name| request.headers().get(name).and_then(|it: &HeaderValue| it.to_str().ok());
        let mut response = HttpResponse::Ok();
        response
            .insert_header((CACHE_CONTROL, self.keep.header()))
            .insert_header((ETAG, self.etag.clone()))
            .insert_header((VARY, HeaderValue::from_static("accept-encoding")));
        let tags = header(IF_NONE_MATCH).unwrap_or_default();
        if tags.split(',').any(|it| it.trim().trim_start_matches("W/") == self.etag) {
            return response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish();
        }
        response.insert_header((CONTENT_TYPE, self.content_type.clone()));
        let accepted = header(ACCEPT_ENCODING).unwrap_or_default();
        let takes = |name: &str| accepted.split(',').any(|it| it.trim() == name);
        if takes("br")
            && let Some(body) = self.brotli.get_or_init(|| self.compressed(brotli))
        {
            let encoding = HeaderValue::from_static("br");
            return response.insert_header((CONTENT_ENCODING, encoding)).body(body.clone());
        }
        if takes("gzip")
            && let Some(body) = self.gzip.get_or_init(|| self.compressed(gzip))
        {
            let encoding = HeaderValue::from_static("gzip");
            return response.insert_header((CONTENT_ENCODING, encoding)).body(body.clone());
        }
        response.body(self.plain.clone())
    }

    /// The compressed form, if it is smaller by at least a tenth.
    fn compressed(&self, how: fn(&[u8]) -> std::io::Result<Vec<u8>>) -> Option<Bytes> {
        let smaller = how(&self.plain).unwrap_or_default();
        let pays = !smaller.is_empty() && smaller.len() * 10 < self.plain.len() * 9;
        pays.then(|| Bytes::from(smaller))
    }
}

fn brotli(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut smaller = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 9, ..Default::default() };
    brotli::BrotliCompress(&mut &*plain, &mut smaller, &params)?;
    Ok(smaller)
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(plain)?;
    writer.finish()
}
