//! Markdown, parsed once into the tree of blocks, with what is wrong in it and where.

use std::collections::BTreeSet;

use comrak::nodes::{ListType, Node, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::{Block, Inline};

/// A text as a tree, with everything that a check needs to name a line.
#[derive(Debug, Default)]
pub struct Parsed {
    pub blocks: Vec<Block>,
    pub oddities: Vec<Oddity>,
    pub links: Vec<Link>,
}

/// Something that must not stand in a text.
#[derive(Debug)]
pub struct Oddity {
    pub line: usize,
    pub message: String,
}

#[derive(Debug)]
pub struct Link {
    pub line: usize,
    pub to: String,
    pub is_picture: bool,
}

/// Parses `text`, the first line of which is line `first_line` of its file.
pub fn parse(text: &str, first_line: usize) -> Parsed {
    let mut options = Options::default();
    options.extension.table = true;
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options);
    let mut reader = Reader { first_line, ids: BTreeSet::new(), parsed: Parsed::default() };
    let blocks = reader.blocks(root);
    Parsed { blocks, ..reader.parsed }
}

struct Reader {
    first_line: usize,
    ids: BTreeSet<String>,
    parsed: Parsed,
}

impl Reader {
    fn line(&self, node: Node<'_>) -> usize {
        (self.first_line + node.data().sourcepos.start.line).saturating_sub(1)
    }

    fn odd(&mut self, node: Node<'_>, message: impl Into<String>) {
        let line = self.line(node);
        self.parsed.oddities.push(Oddity { line, message: message.into() });
    }

    fn blocks(&mut self, parent: Node<'_>) -> Vec<Block> {
        parent.children().filter_map(|it| self.block(it)).collect()
    }

    fn block(&mut self, node: Node<'_>) -> Option<Block> {
        let value = node.data().value.clone();
        Some(match value {
            NodeValue::Heading(heading) => {
                if heading.setext {
                    self.odd(node, "put an empty line before `---`, or it makes a heading");
                }
                let content = self.inlines(node);
                let id = self.new_id(&Inline::words(&content));
                Block::Heading { level: heading.level, id, line: self.line(node), content }
            }
            NodeValue::Paragraph => {
                let content = self.inlines(node);
                if Inline::words(&content).trim_start().starts_with('|') {
                    self.odd(node, "a table without a header row (or its `|---|` line)");
                }
                Block::Paragraph { content }
            }
            NodeValue::List(list) => Block::List {
                start: (list.list_type == ListType::Ordered).then_some(list.start),
                items: node.children().map(|it| self.blocks(it)).collect(),
            },
            NodeValue::Table(_) => self.table(node),
            NodeValue::BlockQuote => Block::Quote { blocks: self.blocks(node) },
            NodeValue::CodeBlock(code) => Block::Code { text: code.literal.trim_end().to_owned() },
            NodeValue::ThematicBreak => Block::Rule,
            NodeValue::HtmlBlock(html) => {
                self.odd(node, format!("raw HTML: {}", brief(&html.literal)));
                Block::Code { text: html.literal }
            }
            _ => {
                self.odd(node, "a kind of Markdown that lessons do not use");
                return None;
            }
        })
    }

    fn table(&mut self, node: Node<'_>) -> Block {
        let mut rows: Vec<Vec<Vec<Inline>>> = node
            .children()
            .map(|row| row.children().map(|it| self.inlines(it)).collect())
            .collect();
        let header = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
        if header.iter().any(|it| Inline::words(it).trim().is_empty()) {
            self.odd(node, "a table without a header: each column needs a heading");
        }
        Block::Table { header, rows }
    }

    fn inlines(&mut self, parent: Node<'_>) -> Vec<Inline> {
        let mut found = Vec::new();
        for node in parent.children() {
            let Some(inline) = self.inline(node) else { continue };
            match (found.last_mut(), inline) {
                (Some(Inline::Text { text }), Inline::Text { text: more }) => text.push_str(&more),
                (_, inline) => found.push(inline),
            }
        }
        found
    }

    fn inline(&mut self, node: Node<'_>) -> Option<Inline> {
        let value = node.data().value.clone();
        Some(match value {
            NodeValue::Text(text) => Inline::Text { text: text.into_owned() },
            NodeValue::SoftBreak => Inline::Text { text: " ".to_owned() },
            NodeValue::LineBreak => Inline::Break,
            NodeValue::Code(code) => Inline::Code { text: code.literal },
            NodeValue::Strong => Inline::Strong { content: self.inlines(node) },
            NodeValue::Emph => Inline::Emphasis { content: self.inlines(node) },
            NodeValue::Link(link) => {
                self.goes_to(node, &link.url, false);
                Inline::Link { to: link.url, content: self.inlines(node) }
            }
            NodeValue::Image(link) => {
                let alt = Inline::words(&self.inlines(node));
                if alt.trim().is_empty() {
                    self.odd(node, "a picture without alternative text");
                }
                self.goes_to(node, &link.url, true);
                Inline::Picture { src: link.url, alt }
            }
            NodeValue::HtmlInline(html) => {
                self.odd(node, format!("raw HTML: {}", brief(&html)));
                Inline::Text { text: html }
            }
            _ => {
                self.odd(node, "a kind of Markdown that lessons do not use");
                return None;
            }
        })
    }

    fn goes_to(&mut self, node: Node<'_>, to: &str, is_picture: bool) {
        let line = self.line(node);
        self.parsed.links.push(Link { line, to: to.to_owned(), is_picture });
    }

    fn new_id(&mut self, text: &str) -> String {
        let base = slug(text);
        let mut id = base.clone();
        let mut count = 1;
        while !self.ids.insert(id.clone()) {
            count += 1;
            id = format!("{base}-{count}");
        }
        id
    }
}

/// A text as part of an address: lower-case words joined by hyphens.
pub fn slug(text: &str) -> String {
    let letters = text.to_lowercase().replace(['\'', '’'], "");
    let words = letters.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    if slug.is_empty() { "section".to_owned() } else { slug }
}

fn brief(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    line.chars().take(40).collect()
}
