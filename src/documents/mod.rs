//! One tree of blocks, and the writers that turn it into pages and files.
//!
//! Text is parsed once (`markdown`). The tree that comes out holds words and structure and no
//! markup of any language, so no writer can be talked into running a text as code.

pub mod html;
pub mod lesson;
pub mod markdown;
pub mod pack;
pub mod pdf;
pub mod sheet;
pub mod subject;

use serde::Serialize;

/// What stands on its own lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    /// `id` is unique in its document and safe in an address; `line` is that of the source.
    Heading {
        level: u8,
        id: String,
        line: usize,
        content: Vec<Inline>,
    },
    Paragraph {
        content: Vec<Inline>,
    },
    /// `start` is the first number; a list without one has bullets.
    List {
        start: Option<usize>,
        items: Vec<Vec<Block>>,
    },
    Table {
        header: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Quote {
        blocks: Vec<Block>,
    },
    Code {
        text: String,
    },
    Rule,
}

/// What stands within a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Inline {
    Text {
        text: String,
    },
    Strong {
        content: Vec<Inline>,
    },
    Emphasis {
        content: Vec<Inline>,
    },
    Code {
        text: String,
    },
    Link {
        to: String,
        content: Vec<Inline>,
    },
    /// `alt` says in words what the picture shows.
    Picture {
        src: String,
        alt: String,
    },
    Break,
}

impl Block {
    /// A paragraph of plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Paragraph { content: vec![Inline::Text { text: text.into() }] }
    }

    /// The words alone, each text that stands by itself as one string.
    pub fn passages(blocks: &[Self]) -> Vec<String> {
        let mut found = Vec::new();
        for block in blocks {
            block.gather(&mut found);
        }
        found
    }

    fn gather(&self, found: &mut Vec<String>) {
        match self {
            Self::Heading { content, .. } | Self::Paragraph { content } => {
                found.push(Inline::words(content));
            }
            Self::List { items, .. } => items.iter().flatten().for_each(|it| it.gather(found)),
            Self::Table { header, rows } => {
                found
                    .extend(header.iter().chain(rows.iter().flatten()).map(|it| Inline::words(it)));
            }
            Self::Quote { blocks } => blocks.iter().for_each(|it| it.gather(found)),
            Self::Code { text } => found.push(text.clone()),
            Self::Rule => {}
        }
    }

    /// Changes every link of the tree in place.
    pub fn relink(blocks: &mut [Self], change: &impl Fn(&str) -> Option<String>) {
        for block in blocks {
            match block {
                Self::Heading { content, .. } | Self::Paragraph { content } => {
                    Inline::relink(content, change);
                }
                Self::List { items, .. } => {
                    for item in items {
                        Self::relink(item, change);
                    }
                }
                Self::Table { header, rows } => {
                    let cells = header.iter_mut().chain(rows.iter_mut().flatten());
                    cells.for_each(|it| Inline::relink(it, change));
                }
                Self::Quote { blocks } => Self::relink(blocks, change),
                Self::Code { .. } | Self::Rule => {}
            }
        }
    }
}

impl Inline {
    pub fn words(content: &[Self]) -> String {
        let mut text = String::new();
        for inline in content {
            match inline {
                Self::Text { text: more } | Self::Code { text: more } => text.push_str(more),
                Self::Strong { content } | Self::Emphasis { content } => {
                    text.push_str(&Self::words(content));
                }
                Self::Link { content, .. } => text.push_str(&Self::words(content)),
                Self::Picture { alt, .. } => text.push_str(alt),
                Self::Break => text.push(' '),
            }
        }
        text
    }

    fn relink(content: &mut [Self], change: &impl Fn(&str) -> Option<String>) {
        for inline in content {
            match inline {
                Self::Link { to, content } => {
                    if let Some(new) = change(to) {
                        *to = new;
                    }
                    Self::relink(content, change);
                }
                Self::Strong { content } | Self::Emphasis { content } => {
                    Self::relink(content, change);
                }
                Self::Text { .. } | Self::Code { .. } | Self::Picture { .. } | Self::Break => {}
            }
        }
    }
}
