//! A meeting as a calendar file (RFC 5545), for people's own calendars. It says when and where, and nothing of what for.

use chrono::NaiveDateTime;

use super::look::Seen;
use super::policy::Sight;
use crate::calendar;
use crate::districts::possessive;

/// A line is at most so long, in bytes, before it is folded (RFC 5545 §3.1).
const LINE_MAX: usize = 75;

/// The calendar file of a meeting. `base_url`: where its page is.
pub fn calendar_file(seen: &Seen, base_url: &str, now: NaiveDateTime) -> String {
    let meeting = &seen.meeting;
    let host = base_url.split_once("://").map_or(base_url, |(_, it)| it);
    let papers = format!("Papers close on {}.", calendar::moment(meeting.cut_off_at));
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//E4S//Meetings//EN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@{}", meeting.id, escaped(host)),
        format!("DTSTAMP:{}", utc(now)),
        format!("DTSTART:{}", utc(meeting.starts_at)),
        format!("SUMMARY:{}", escaped(&format!("{} meeting", possessive(&seen.team)))),
        format!("DESCRIPTION:{}", escaped(&papers)),
        format!("URL:{base_url}/meetings/{}", meeting.id),
    ];
    if seen.sight != Sight::Date {
        lines.push(format!("LOCATION:{}", escaped(&meeting.venue)));
    }
    if meeting.cancelled_at.is_some() {
        lines.push("STATUS:CANCELLED".to_owned());
    }
    lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    lines.iter().map(|it| folded(it)).collect()
}

fn utc(at: NaiveDateTime) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A text value (RFC 5545 §3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A line with its end, in pieces that fit, never cut within a character.
fn folded(line: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for letter in line.chars() {
        if width + letter.len_utf8() > LINE_MAX {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(letter);
        width += letter.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters_and_signs_are_escaped() {
        let line = format!("LOCATION:{}", escaped(&"Café, Hall; \\ \n".repeat(20)));
        let folded = folded(&line);
        assert!(folded.ends_with("\r\n"));
        assert!(folded.split("\r\n").all(|it| it.len() <= LINE_MAX), "{folded}");
        assert_eq!(folded.replace("\r\n ", "").trim_end(), line);
        assert!(line.contains("Café\\, Hall\\; \\\\ \\n"), "{line}");
    }
}
