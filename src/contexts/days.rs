//! Days as forms send them: three fields each.

use chrono::NaiveDate;

use crate::web::FormErrors;

/// A day, or nothing with its fault added. Three empty fields are a fault only if `needed` says one.
pub(super) fn day(
    errors: &mut FormErrors,
    field: &'static str,
    parts: [&str; 3],
    needed: &'static str,
) -> Option<NaiveDate> {
    if parts.iter().all(|it| it.trim().is_empty()) {
        if !needed.is_empty() {
            errors.add(field, needed);
        }
        return None;
    }
    let found = real(parts);
    if found.is_none() {
        errors.add(field, "Enter a real date, such as 3 12 2026");
    }
    found
}

fn real([day, month, year]: [&str; 3]) -> Option<NaiveDate> {
    let year = year.trim().parse().ok().filter(|it| (2000..=2200).contains(it))?;
    NaiveDate::from_ymd_opt(year, month.trim().parse().ok()?, day.trim().parse().ok()?)
}
