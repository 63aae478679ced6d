//! The tree as HTML. Everything is escaped; nothing passes through raw.

use std::fmt::Write;

use super::{Block, Inline};

/// Writes `blocks` with headings moved `deeper` levels down (0 leaves them as they are).
pub fn write(blocks: &[Block], deeper: u8) -> String {
    let mut page = String::new();
    for it in blocks {
        block(&mut page, it, deeper);
    }
    page
}

fn block(page: &mut String, it: &Block, deeper: u8) {
    match it {
        Block::Heading { level, id, content, .. } => {
            let level = level.saturating_add(deeper).min(6);
            // Writing to a String cannot fail.
            let _ = write!(page, "<h{level} id=\"{}\">", escape(id));
            inlines(page, content);
            let _ = writeln!(page, "</h{level}>");
        }
        Block::Paragraph { content } => wrap(page, "p", |page| inlines(page, content)),
        Block::List { start, items } => list(page, *start, items, deeper),
        Block::Table { header, rows } => table(page, header, rows),
        Block::Quote { blocks } => wrap(page, "blockquote", |page| {
            for it in blocks {
                block(page, it, deeper);
            }
        }),
        Block::Code { text } => wrap(page, "pre", |page| page.push_str(&escape(text))),
        Block::Rule => page.push_str("<hr>\n"),
    }
}

fn list(page: &mut String, start: Option<usize>, items: &[Vec<Block>], deeper: u8) {
    let end = match start {
        None => "ul",
        Some(_) => "ol",
    };
    match start {
        None => page.push_str("<ul>\n"),
        Some(1) => page.push_str("<ol>\n"),
        Some(number) => {
            let _ = writeln!(page, "<ol start=\"{number}\">");
        }
    }
    for item in items {
        page.push_str("<li>");
        match item.as_slice() {
            [Block::Paragraph { content }, rest @ ..]
                if rest.iter().all(|it| matches!(it, Block::List { .. })) =>
            {
                inlines(page, content);
                for it in rest {
                    block(page, it, deeper);
                }
            }
            other => other.iter().for_each(|it| block(page, it, deeper)),
        }
        page.push_str("</li>\n");
    }
    let _ = writeln!(page, "</{end}>");
}

fn table(page: &mut String, header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) {
    // Wider than a telephone, it moves in a frame of its own, which a keyboard can reach.
    let name = header.iter().map(|it| Inline::words(it)).collect::<Vec<_>>().join(", ");
    let _ = write!(
        page,
        "<div class=\"e4s-scroll\" role=\"group\" aria-label=\"{}\" tabindex=\"0\">",
        escape(&name)
    );
    page.push_str("<table>\n<thead><tr>");
    for cell in header {
        page.push_str("<th scope=\"col\">");
        inlines(page, cell);
        page.push_str("</th>");
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        page.push_str("<tr>");
        for cell in row {
            page.push_str("<td>");
            inlines(page, cell);
            page.push_str("</td>");
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table></div>\n");
}

fn inlines(page: &mut String, content: &[Inline]) {
    for it in content {
        match it {
            Inline::Text { text } => page.push_str(&escape(text)),
            Inline::Strong { content } => tag(page, "strong", |page| inlines(page, content)),
            Inline::Emphasis { content } => tag(page, "em", |page| inlines(page, content)),
            Inline::Code { text } => tag(page, "code", |page| page.push_str(&escape(text))),
            Inline::Link { to, content } if is_safe(to) => {
                let _ = write!(page, "<a href=\"{}\">", escape(to));
                inlines(page, content);
                page.push_str("</a>");
            }
            Inline::Link { content, .. } => inlines(page, content),
            Inline::Picture { src, alt } if is_safe(src) => {
                let _ = write!(page, "<img src=\"{}\" alt=\"{}\">", escape(src), escape(alt));
            }
            Inline::Picture { alt, .. } => page.push_str(&escape(alt)),
            Inline::Break => page.push_str("<br>"),
        }
    }
}

/// Our own pages and encrypted ones: nothing that runs, nothing that another host can read.
fn is_safe(to: &str) -> bool {
    to.starts_with("https://")
        || to.starts_with('#')
        || (to.starts_with('/') && !to.starts_with("//"))
}

fn wrap(page: &mut String, name: &str, inside: impl FnOnce(&mut String)) {
    tag(page, name, inside);
    page.push('\n');
}

fn tag(page: &mut String, name: &str, inside: impl FnOnce(&mut String)) {
    let _ = write!(page, "<{name}>");
    inside(page);
    let _ = write!(page, "</{name}>");
}

/// Text as it may stand in HTML, in an attribute too.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
