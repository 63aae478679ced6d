//! The tables, as diesel sees them. Equal on both engines.

diesel::table! { areas (id) { id -> BigInt, code -> Text, name -> Text, edition -> Text, from_on -> Date, until_on -> Nullable<Date>, outline -> Text, } }
diesel::table! { teams (id) { id -> Text, name -> Text, } }
diesel::table! { team_areas (id) { id -> BigInt, team_id -> Text, area_code -> Text, from_on -> Date, until_on -> Nullable<Date>, } }
diesel::table! { postcodes (postcode) { postcode -> Text, easting -> Integer, northing -> Integer, } }
diesel::table! { schools (urn) { urn -> Integer, name -> Text, phase -> Text, postcode -> Nullable<Text>, easting -> Nullable<Integer>, northing -> Nullable<Integer>, area_code -> Nullable<Text>, authority -> Text, closed_on -> Nullable<Date>, is_open -> Bool, } }
diesel::table! { meetings (id) { id -> Text, team_id -> Text, starts_at -> Timestamp, cut_off_at -> Timestamp, venue -> Text, chair -> Text, cancelled_at -> Nullable<Timestamp>, } }
diesel::table! { accounts (id) { id -> Text, email -> Text, name -> Text, folded -> Text, password_hash -> Text, created_at -> Timestamp, } }
diesel::table! { posts (id) { id -> Text, account_id -> Text, role -> Text, school_urn -> Nullable<Integer>, team_id -> Nullable<Text>, from_on -> Date, until_on -> Nullable<Date>, } }
diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        id -> Text,
        account_id -> Text,
        stage -> Text,
        started_at -> Timestamp,
        seen_at -> Timestamp,
        proved_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        device -> Text,
        name -> Nullable<Text>,
    }
}
diesel::table! { help_lines (gate) { gate -> Text, sentence -> Text, telephone -> Text, checked_on -> Date, } }
diesel::table! { gate_counts (gate, counted_on) { gate -> Text, counted_on -> Date, count -> Integer, } }
diesel::table! { drafts (id) { id -> Text, account_id -> Text, school_urn -> Integer, answers -> Text, begun_at -> Timestamp, saved_at -> Timestamp, } }
diesel::table! {
    concerns (id) {
        id -> Text,
        reference -> Text,
        draft_id -> Text,
        school_urn -> Integer,
        team_id -> Text,
        area_code -> Text,
        area_edition -> Text,
        raised_by -> Text,
        raised_at -> Timestamp,
        arrived_at -> Timestamp,
        changed_at -> Timestamp,
        status -> Text,
        kind -> Text,
        main_harm -> Text,
        urgency -> Text,
        easting -> Nullable<Integer>,
        northing -> Nullable<Integer>,
        answers -> Text,
        held_at -> Nullable<Timestamp>,
    }
}
diesel::table! { concern_steps (id) { id -> BigInt, concern_id -> Text, at -> Timestamp, account_id -> Text, team_id -> Text, status -> Text, words -> Nullable<Text>, meeting_id -> Nullable<Text>, } }
diesel::table! { contexts (id) { id -> Text, reference -> Text, team_id -> Text, kind -> Text, label -> Text, state -> Text, opened_at -> Timestamp, changed_at -> Timestamp, held_at -> Nullable<Timestamp>, outcome -> Nullable<Text>, merged_into -> Nullable<Text>, } }
diesel::table! { context_steps (id) { id -> BigInt, context_id -> Text, at -> Timestamp, account_id -> Text, state -> Text, words -> Nullable<Text>, } }
diesel::table! { context_concerns (concern_id) { concern_id -> Text, context_id -> Text, linked_at -> Timestamp, } }
diesel::table! { goals (id) { id -> Text, context_id -> Text, words -> Text, standing -> Text, set_at -> Timestamp, changed_at -> Timestamp, } }
diesel::table! { responses (id) { id -> Text, goal_id -> Text, what -> Text, owner -> Text, kind -> Text, from_on -> Date, until_on -> Nullable<Date>, done_on -> Nullable<Date>, } }
diesel::table! { measures (id) { id -> Text, goal_id -> Text, what -> Text, unit -> Text, wanted -> Text, set_at -> Timestamp, } }
diesel::table! { measure_values (measure_id, taken_on) { measure_id -> Text, taken_on -> Date, amount -> BigInt, } }
diesel::table! { assessments (id) { id -> Text, context_id -> Text, side -> Text, words -> Text, version -> BigInt, account_id -> Text, changed_at -> Timestamp, } }
diesel::table! {
    letters (id) {
        id -> Text,
        kind -> Text,
        account_id -> Text,
        period -> Text,
        facts -> Text,
        queued_at -> Timestamp,
        due_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        lease -> Nullable<Text>,
        tries -> Integer,
        recipient -> Nullable<Text>,
        subject -> Nullable<Text>,
        text -> Nullable<Text>,
        html -> Nullable<Text>,
        sent_at -> Nullable<Timestamp>,
        stopped_at -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
    }
}
diesel::table! { tickets (id) { id -> Text, kind -> Text, account_id -> Text, token_hash -> Text, made_at -> Timestamp, ends_at -> Timestamp, used_at -> Nullable<Timestamp>, replaced_at -> Nullable<Timestamp>, } }
diesel::table! { forgotten (id) { id -> Text, address -> Text, asked_at -> Timestamp, } }
diesel::table! { rhythms (account_id) { account_id -> Text, rhythm -> Text, } }
diesel::table! { factors (id) { id -> Text, account_id -> Text, kind -> Text, name -> Text, secret -> Text, last_step -> BigInt, begun_in -> Nullable<Text>, added_at -> Timestamp, confirmed_at -> Nullable<Timestamp>, used_at -> Nullable<Timestamp>, } }
diesel::table! { recovery_codes (code_hash) { code_hash -> Text, account_id -> Text, used_at -> Nullable<Timestamp>, } }
diesel::table! { ceremonies (id) { id -> Text, session_id -> Text, purpose -> Text, state -> Text, until_at -> Timestamp, } }
diesel::table! { recoveries (id) { id -> Text, account_id -> Text, asked_at -> Timestamp, admin_id -> Nullable<Text>, colleague_id -> Nullable<Text>, second_id -> Nullable<Text>, ended_at -> Nullable<Timestamp>, outcome -> Nullable<Text>, } }
diesel::table! { identities (issuer, subject) { issuer -> Text, subject -> Text, account_id -> Text, linked_at -> Timestamp, } }
diesel::table! { sign_ons (state_hash) { state_hash -> Text, browser_hash -> Text, secrets -> Text, errand -> Text, account_id -> Nullable<Text>, ticket_id -> Nullable<Text>, back -> Text, begun_at -> Timestamp, } }
diesel::table! { holds (id) { id -> Text, kind -> Text, record_id -> Text, reason -> Text, put_by -> Text, put_at -> Timestamp, lift_asked_by -> Nullable<Text>, lift_asked_at -> Nullable<Timestamp>, lifted_by -> Nullable<Text>, lifted_at -> Nullable<Timestamp>, } }
diesel::table! { warnings (record_id) { record_id -> Text, team_id -> Text, warned_at -> Timestamp, period -> Text, told_at -> Nullable<Timestamp>, } }
diesel::table! { tombstones (id) { id -> BigInt, kind -> Text, record_id -> Nullable<Text>, reference -> Nullable<Text>, team_id -> Nullable<Text>, begun_in -> Nullable<Integer>, outcome -> Text, rule -> Text, deleted_on -> Date, count -> Integer, } }
diesel::table! { subject_requests (id) { id -> Text, account_id -> Text, asked_at -> Timestamp, reference -> Text, reason -> Text, found -> Integer, unread -> Integer, included -> Nullable<Integer>, bundled_at -> Nullable<Timestamp>, choice -> Nullable<Text>, } }
diesel::table! { audit (id) { id -> BigInt, chain -> Text, place -> BigInt, at -> Timestamp, account_id -> Text, event -> Text, subject -> Text, hash -> Text, } }
diesel::table! { audit_heads (chain) { chain -> Text, place -> BigInt, hash -> Text, } }
diesel::table! { audit_starts (chain) { chain -> Text, place -> BigInt, hash -> Text, before_on -> Date, } }
diesel::table! { reconciliations (host) { host -> Text, at -> Timestamp, full_at -> Timestamp, records -> BigInt, added -> BigInt, lacking -> BigInt, damaged -> BigInt, } }
diesel::table! { tries (who) { who -> Text, free_at -> Timestamp, } }
diesel::table! { journal_clearings (host) { host -> Text, taken_out -> BigInt, at -> Timestamp, } }
diesel::table! { sent_again (concern_id) { concern_id -> Text, again_id -> Text, at -> Timestamp, } }
diesel::table! { heartbeats (name) { name -> Text, beat_at -> Timestamp, } }
diesel::table! { backups (file) { file -> Text, made_at -> Timestamp, folder -> Text, bytes -> BigInt, } }

diesel::table! {
    sittings (meeting_id) {
        meeting_id -> Text,
        agenda_version -> BigInt,
        attendance_version -> BigInt,
        is_quorate -> Bool,
        attendance -> Nullable<Text>,
        published_at -> Nullable<Timestamp>,
        published_by -> Nullable<Text>,
    }
}
diesel::table! { attendances (meeting_id, account_id) { meeting_id -> Text, account_id -> Text, } }
diesel::table! {
    agenda_items (id) {
        id -> Text,
        meeting_id -> Text,
        context_id -> Text,
        place -> Integer,
        minutes -> Integer,
        added_at -> Timestamp,
        is_carried -> Bool,
        version -> BigInt,
        decision -> Nullable<Text>,
        said -> Nullable<Text>,
        told -> Nullable<Text>,
    }
}
diesel::table! { agenda_concerns (item_id, concern_id) { item_id -> Text, concern_id -> Text, } }
diesel::table! { context_shares (context_id) { context_id -> Text, is_named -> Bool, has_plan -> Bool, words -> Nullable<Text>, version -> BigInt, account_id -> Text, changed_at -> Timestamp, } }

diesel::joinable!(team_areas -> teams (team_id));
diesel::joinable!(meetings -> teams (team_id));
diesel::joinable!(posts -> accounts (account_id));
diesel::joinable!(posts -> schools (school_urn));
diesel::joinable!(posts -> teams (team_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(drafts -> schools (school_urn));
diesel::joinable!(concerns -> schools (school_urn));
diesel::joinable!(concerns -> teams (team_id));
diesel::joinable!(concern_steps -> concerns (concern_id));
diesel::joinable!(contexts -> teams (team_id));
diesel::joinable!(context_concerns -> concerns (concern_id));
diesel::joinable!(context_concerns -> contexts (context_id));
diesel::joinable!(context_steps -> contexts (context_id));
diesel::joinable!(goals -> contexts (context_id));
diesel::joinable!(responses -> goals (goal_id));
diesel::joinable!(measures -> goals (goal_id));
diesel::joinable!(measure_values -> measures (measure_id));
diesel::joinable!(sittings -> meetings (meeting_id));
diesel::joinable!(attendances -> meetings (meeting_id));
diesel::joinable!(agenda_items -> meetings (meeting_id));
diesel::joinable!(agenda_items -> contexts (context_id));
diesel::joinable!(agenda_concerns -> agenda_items (item_id));
diesel::joinable!(agenda_concerns -> concerns (concern_id));
diesel::joinable!(letters -> accounts (account_id));
diesel::joinable!(tickets -> accounts (account_id));
diesel::joinable!(factors -> accounts (account_id));
diesel::joinable!(recoveries -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(
    areas,
    teams,
    team_areas,
    postcodes,
    schools,
    meetings,
    accounts,
    posts,
    sessions,
    help_lines,
    gate_counts,
    drafts,
    concerns,
    concern_steps,
    contexts,
    context_concerns,
    context_steps,
    goals,
    responses,
    measures,
    measure_values,
    assessments,
    sittings,
    attendances,
    agenda_items,
    agenda_concerns,
    context_shares,
    letters,
    tickets,
    forgotten,
    rhythms,
    reconciliations,
    journal_clearings,
    sent_again,
    heartbeats,
    backups,
    factors,
    recovery_codes,
    ceremonies,
    recoveries,
    identities,
    sign_ons,
    tries,
    holds,
    warnings,
    tombstones,
    subject_requests,
    audit,
    audit_heads,
    audit_starts,
);
