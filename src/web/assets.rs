//! Styles, scripts and pictures: in the binary, under names that change with their content.

use std::collections::BTreeMap;

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;

use super::kept::{Keep, Kept};
use super::{Policy, Routes};
use crate::app::App;
use crate::store::hex;
use crate::{Error, Result};

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Built;

/// The files by the names under which they are served, and those names by the names under which they were written.
pub struct Assets {
    files: BTreeMap<String, Kept>,
    paths: BTreeMap<String, String>,
}

impl Assets {
    /// Every built file, and the council's own colours as one more.
    pub fn load(theme: String) -> Result<Self> {
        let manifest = Built::get("manifest.json").ok_or(Error::Corrupt("asset list"))?;
        let names: BTreeMap<String, String> = serde_json::from_slice(&manifest.data)
            .map_err(|_unreadable| Error::Corrupt("asset list"))?;
        let mut found = Self { files: BTreeMap::new(), paths: BTreeMap::new() };
        for (written, served) in names {
            let file = Built::get(&served).ok_or(Error::Corrupt("asset list"))?;
            let kept = Kept::new(content_type(&served), Keep::ForEver, file.data.into_owned());
            found.add(written, served, kept);
        }
        let hash = short_hash(&theme);
        let kept = Kept::new("text/css; charset=utf-8", Keep::ForEver, theme);
        found.add("theme.css".to_owned(), format!("theme-{hash}.css"), kept);
        Ok(found)
    }

    fn add(&mut self, written: String, served: String, kept: Kept) {
        self.paths.insert(written, format!("/assets/{served}"));
        self.files.insert(served, kept);
    }

    /// The addresses by the names that templates use.
    pub fn paths(&self) -> &BTreeMap<String, String> {
        &self.paths
    }
}

/// A short name for a text: the first eight characters of its SHA-256.
fn short_hash(text: &str) -> String {
    use sha2::Digest;
    hex(sha2::Sha256::digest(text).into_iter().take(4))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    }
}

/// The one route of this file.
pub fn routes() -> Routes {
    Routes::new().get("/assets/{file}", Policy::Public, file)
}

async fn file(app: App, name: Path<String>, request: HttpRequest) -> Result<HttpResponse> {
    let kept = app.assets.files.get(name.as_str()).ok_or(Error::NotFound)?;
    Ok(kept.answer(&request))
}
