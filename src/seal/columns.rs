//! Every column that holds a sealed text. What is not on the list is not renewed when the keys are.

/// A column of sealed texts, and the column that its rows are known by.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub table: &'static str,
    pub column: &'static str,
    pub key: &'static str,
    /// True if the key is a number.
    pub is_numbered: bool,
}

const fn column(table: &'static str, column: &'static str) -> Column {
    Column { table, column, key: "id", is_numbered: false }
}

/// Every column into which somebody's words go.
pub const COLUMNS: &[Column] = &[
    // Everything that a lead types into a report. The house's until it is sent, then the team's.
    column("drafts", "answers"),
    column("concerns", "answers"),
    // Questions, answers, reasons. The team's.
    Column { is_numbered: true, ..column("concern_steps", "words") },
    column("contexts", "label"),
    Column { is_numbered: true, ..column("context_steps", "words") },
    // What a team plans and counts in a context, and how it sees it. The team's.
    column("goals", "words"),
    column("responses", "what"),
    column("responses", "owner"),
    column("measures", "what"),
    column("measures", "unit"),
    column("assessments", "words"),
    // What partners are told of a context, and which schools agreed to be named. The team's.
    Column { key: "context_id", ..column("context_shares", "words") },
    // Who was at a meeting, what was said there, and what schools are told of it. The team's.
    Column { key: "meeting_id", ..column("sittings", "attendance") },
    column("agenda_items", "said"),
    column("agenda_items", "told"),
    // Secrets of second factors, ceremonies under way, and what people call their sessions. The house's.
    column("factors", "secret"),
    column("ceremonies", "state"),
    column("sessions", "name"),
    // For minutes only, the house's: whose password is forgotten, and a journey through the council's sign-on.
    column("forgotten", "address"),
    Column { key: "state_hash", ..column("sign_ons", "secrets") },
    // Why something is on legal hold, and for which request somebody was searched for. The house's. What was chosen for the
    // file stands there for hours only.
    column("holds", "reason"),
    column("subject_requests", "reference"),
    column("subject_requests", "reason"),
    column("subject_requests", "choice"),
];
