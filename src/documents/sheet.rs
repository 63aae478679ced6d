//! Files for a spreadsheet: what somebody typed is shown there and never worked out.

/// A cell as text: one that begins like a formula gets an apostrophe before it (OWASP, "CSV injection").
pub fn cell(text: impl Into<String>) -> String {
    let text = text.into();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        for text in ["A lead", "", "C-7KQ4-M2", "'=1"] {
            assert_eq!(cell(text), text);
        }
    }
}
