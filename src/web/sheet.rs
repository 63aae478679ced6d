//! Files for spreadsheets.

/// A text that a spreadsheet shows and does not work out: one that begins like a formula gets an apostrophe before it.
pub fn guarded(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(guarded("=1+1".to_owned()), "'=1+1");
        assert_eq!(guarded("@sum".to_owned()), "'@sum");
        assert_eq!(guarded("\r=1+1".to_owned()), "'\r=1+1");
        assert_eq!(guarded("A lead".to_owned()), "A lead");
    }
}
