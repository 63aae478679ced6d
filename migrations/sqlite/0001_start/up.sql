-- Areas, teams and which team serves which area: data with dates.
CREATE TABLE areas (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    edition TEXT NOT NULL,
    from_on DATE NOT NULL,
    until_on DATE,
    outline TEXT NOT NULL,
    UNIQUE (code, from_on)
);
CREATE TABLE teams (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE team_areas (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    team_id TEXT NOT NULL REFERENCES teams (id),
    area_code TEXT NOT NULL,
    from_on DATE NOT NULL,
    until_on DATE,
    UNIQUE (area_code, from_on)
);
CREATE TABLE postcodes (
    postcode TEXT PRIMARY KEY NOT NULL,
    easting INTEGER NOT NULL,
    northing INTEGER NOT NULL
);
CREATE TABLE schools (
    urn INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    phase TEXT NOT NULL,
    postcode TEXT,
    easting INTEGER,
    northing INTEGER,
    area_code TEXT,
    authority TEXT NOT NULL,
    closed_on DATE,
    is_open BOOLEAN NOT NULL
);
-- When a team sits, and until when it takes new items.
CREATE TABLE meetings (
    id TEXT PRIMARY KEY NOT NULL,
    team_id TEXT NOT NULL REFERENCES teams (id),
    starts_at TIMESTAMP NOT NULL,
    cut_off_at TIMESTAMP NOT NULL,
    venue TEXT NOT NULL,
    chair TEXT NOT NULL,
    cancelled_at TIMESTAMP
);
CREATE INDEX meetings_of_team ON meetings (team_id, starts_at);

-- People, and the posts that give them access.
CREATE TABLE accounts (
    id TEXT PRIMARY KEY NOT NULL,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Name and address without capitals and accents: what lists are ordered by and searched in.
    folded TEXT NOT NULL,
    -- Empty until the person has chosen one.
    password_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX accounts_by_name ON accounts (folded);
CREATE TABLE posts (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    role TEXT NOT NULL,
    school_urn INTEGER REFERENCES schools (urn),
    team_id TEXT REFERENCES teams (id),
    from_on DATE NOT NULL,
    until_on DATE
);
CREATE INDEX posts_of_account ON posts (account_id);
CREATE INDEX posts_of_team ON posts (team_id);
CREATE INDEX posts_of_school ON posts (school_urn);
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    stage TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    proved_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    device TEXT NOT NULL,
    name TEXT
);
CREATE INDEX sessions_of_account ON sessions (account_id);

-- The gate: where else a worry belongs, and how often it was sent there.
CREATE TABLE help_lines (
    gate TEXT PRIMARY KEY NOT NULL,
    sentence TEXT NOT NULL,
    telephone TEXT NOT NULL,
    checked_on DATE NOT NULL
);
-- The whole country's numbers. A council enters its own: until then the gate says that it has not.
INSERT INTO help_lines (gate, sentence, telephone, checked_on) VALUES
    ('danger', 'Call the police now. Come back here afterwards, if there is also a place or a group to tell the team about.', '999', '2026-11-02'),
    ('named_child', 'Tell the Integrated Front Door about the child, on the same day.', '', '2026-11-02'),
    ('adult_allegation', 'Tell your head teacher and the local authority designated officer (LADO) on the same day. If it is about the head teacher, tell the chair of governors.', '', '2026-11-02'),
    ('crime', 'Tell the police, or Crimestoppers without giving your name.', '101, or Crimestoppers 0800 555 111', '2026-11-02'),
    ('radicalisation', 'Tell the Prevent team. If somebody may act soon, call 999.', '', '2026-11-02'),
    ('missing_child', 'Tell the police: on 999 if the child may be in danger, otherwise on 101.', '999 or 101', '2026-11-02');
CREATE TABLE gate_counts (
    gate TEXT NOT NULL,
    counted_on DATE NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (gate, counted_on)
);

-- Free text is sealed: `answers`, `words` and `label` here and below. Words that nobody said are NULL.
CREATE TABLE drafts (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    school_urn INTEGER NOT NULL REFERENCES schools (urn),
    answers TEXT NOT NULL,
    begun_at TIMESTAMP NOT NULL,
    saved_at TIMESTAMP NOT NULL
);
CREATE INDEX drafts_of_account ON drafts (account_id);
CREATE INDEX drafts_by_age ON drafts (saved_at);
CREATE TABLE concerns (
    id TEXT PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    draft_id TEXT NOT NULL UNIQUE,
    school_urn INTEGER NOT NULL REFERENCES schools (urn),
    team_id TEXT NOT NULL REFERENCES teams (id),
    area_code TEXT NOT NULL,
    area_edition TEXT NOT NULL,
    raised_by TEXT NOT NULL REFERENCES accounts (id),
    raised_at TIMESTAMP NOT NULL,
    arrived_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    main_harm TEXT NOT NULL,
    urgency TEXT NOT NULL,
    easting INTEGER,
    northing INTEGER,
    answers TEXT NOT NULL,
    held_at TIMESTAMP
);
CREATE INDEX concerns_of_team ON concerns (team_id, raised_at, id);
CREATE INDEX concerns_of_team_by_status ON concerns (team_id, status, raised_at, id);
CREATE INDEX concerns_of_school ON concerns (school_urn, raised_at, id);
CREATE INDEX concerns_by_age ON concerns (raised_at, id);
-- What is still to be dealt with, urgent first: the list that a team works from, and the county's.
CREATE INDEX open_concerns_of_team ON concerns (team_id, urgency, raised_at, id) WHERE status <> 'linked';
CREATE INDEX open_concerns ON concerns (urgency, raised_at, id) WHERE status <> 'linked';
CREATE INDEX untouched_concerns ON concerns (changed_at, id) WHERE status <> 'linked';
-- Each step of a concern's life, with the words that its reporter reads.
CREATE TABLE concern_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    concern_id TEXT NOT NULL REFERENCES concerns (id),
    at TIMESTAMP NOT NULL,
    account_id TEXT NOT NULL,
    team_id TEXT NOT NULL,
    status TEXT NOT NULL,
    words TEXT,
    -- The meeting that it comes from, if it is what a meeting decided.
    meeting_id TEXT
);
CREATE INDEX steps_of_concern ON concern_steps (concern_id, id);

CREATE TABLE contexts (
    id TEXT PRIMARY KEY NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    team_id TEXT NOT NULL REFERENCES teams (id),
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    held_at TIMESTAMP,
    -- What a closed one ended with, and the one that it was merged into.
    outcome TEXT,
    merged_into TEXT
);
CREATE INDEX contexts_of_team ON contexts (team_id, changed_at, id);
CREATE INDEX contexts_of_team_by_age ON contexts (team_id, opened_at, id);
CREATE INDEX contexts_by_age ON contexts (opened_at, id);
CREATE INDEX closed_contexts ON contexts (changed_at, id) WHERE state = 'closed';
CREATE TABLE context_concerns (
    concern_id TEXT PRIMARY KEY NOT NULL REFERENCES concerns (id),
    context_id TEXT NOT NULL REFERENCES contexts (id),
    linked_at TIMESTAMP NOT NULL
);
CREATE INDEX concerns_of_context ON context_concerns (context_id);
CREATE TABLE context_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    context_id TEXT NOT NULL REFERENCES contexts (id),
    at TIMESTAMP NOT NULL,
    account_id TEXT NOT NULL,
    state TEXT NOT NULL,
    words TEXT
);
CREATE INDEX steps_of_context ON context_steps (context_id, id);

-- Letters: written in the transaction that makes them due, sent by the worker.
CREATE TABLE letters (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    period TEXT NOT NULL,
    facts TEXT NOT NULL,
    queued_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    leased_until TIMESTAMP,
    lease TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    recipient TEXT,
    subject TEXT,
    text TEXT,
    html TEXT,
    sent_at TIMESTAMP,
    stopped_at TIMESTAMP,
    failure TEXT,
    UNIQUE (kind, account_id, period)
);
CREATE INDEX letters_due ON letters (due_at) WHERE sent_at IS NULL AND stopped_at IS NULL;
CREATE INDEX letters_of_account ON letters (account_id, queued_at);
CREATE INDEX letters_by_kind ON letters (kind, queued_at);
CREATE INDEX letters_by_age ON letters (queued_at);
CREATE TABLE rhythms (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
    rhythm TEXT NOT NULL
);

-- How long records are kept: legal holds, warnings, what is left of what was deleted, and the clock that deletion goes by.
CREATE TABLE holds (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    put_by TEXT NOT NULL,
    put_at TIMESTAMP NOT NULL,
    lift_asked_by TEXT,
    lift_asked_at TIMESTAMP,
    lifted_by TEXT,
    lifted_at TIMESTAMP
);
CREATE UNIQUE INDEX one_hold_of_a_record ON holds (record_id) WHERE lifted_at IS NULL;
CREATE TABLE warnings (
    record_id TEXT PRIMARY KEY NOT NULL,
    team_id TEXT NOT NULL REFERENCES teams (id),
    warned_at TIMESTAMP NOT NULL,
    -- Of the letters that say it; and when the first of them was sent.
    period TEXT NOT NULL,
    told_at TIMESTAMP
);
CREATE INDEX warnings_of_team ON warnings (team_id, warned_at);
-- One row a record that had a reference or a name; of drafts and letters only how many.
CREATE TABLE tombstones (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    record_id TEXT UNIQUE,
    reference TEXT,
    team_id TEXT,
    begun_in INTEGER,
    outcome TEXT NOT NULL,
    rule TEXT NOT NULL,
    deleted_on DATE NOT NULL,
    count INTEGER NOT NULL
);
CREATE INDEX tombstones_by_day ON tombstones (deleted_on);
CREATE INDEX tombstones_by_reference ON tombstones (reference);
-- Requests of people to see what is kept about them: counts, and the words that were looked for only in `choice`.
CREATE TABLE subject_requests (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    reference TEXT NOT NULL,
    reason TEXT NOT NULL,
    found INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    included INTEGER,
    bundled_at TIMESTAMP,
    -- What was chosen for the file, sealed, for as long as it may be downloaded.
    choice TEXT
);
CREATE INDEX subject_requests_by_age ON subject_requests (asked_at, id);

-- Second factors: apps and passkeys (sealed), the codes on paper (hashed), passkey ceremonies under way (sealed), and
-- what people ask for who have lost theirs.
CREATE TABLE factors (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    -- The session in which an app was begun: nobody else is shown its secret.
    begun_in TEXT,
    added_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    used_at TIMESTAMP
);
CREATE INDEX factors_of_account ON factors (account_id);
CREATE TABLE recovery_codes (
    code_hash TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    used_at TIMESTAMP
);
CREATE INDEX recovery_codes_of_account ON recovery_codes (account_id);
CREATE TABLE ceremonies (
    id TEXT PRIMARY KEY NOT NULL,
    session_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    until_at TIMESTAMP NOT NULL
);
CREATE TABLE recoveries (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    asked_at TIMESTAMP NOT NULL,
    admin_id TEXT REFERENCES accounts (id),
    colleague_id TEXT REFERENCES accounts (id),
    second_id TEXT REFERENCES accounts (id),
    ended_at TIMESTAMP,
    outcome TEXT
);
CREATE INDEX recoveries_of_account ON recoveries (account_id);
CREATE INDEX open_recoveries ON recoveries (asked_at, id) WHERE ended_at IS NULL;

-- The council's sign-on: who is who there, and journeys to it that have not come back yet.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    linked_at TIMESTAMP NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (account_id, issuer)
);
CREATE TABLE sign_ons (
    state_hash TEXT PRIMARY KEY NOT NULL,
    browser_hash TEXT NOT NULL,
    secrets TEXT NOT NULL,
    errand TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    ticket_id TEXT,
    back TEXT NOT NULL,
    begun_at TIMESTAMP NOT NULL
);
CREATE INDEX sign_ons_by_age ON sign_ons (begun_at);
-- How the journal of concerns and the database last compared, for each machine that has a journal.
CREATE TABLE reconciliations (
    host TEXT PRIMARY KEY NOT NULL,
    at TIMESTAMP NOT NULL,
    full_at TIMESTAMP NOT NULL,
    records BIGINT NOT NULL,
    added BIGINT NOT NULL,
    lacking BIGINT NOT NULL,
    damaged BIGINT NOT NULL
);
-- How many records of deleted concerns were taken out of each machine's journal.
CREATE TABLE journal_clearings (
    host TEXT PRIMARY KEY NOT NULL,
    taken_out BIGINT NOT NULL,
    at TIMESTAMP NOT NULL
);
-- Concerns of the journal that the database lost, and whose report was sent again as another: nothing is missing.
CREATE TABLE sent_again (
    concern_id TEXT PRIMARY KEY NOT NULL,
    again_id TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);

-- What a letter carries so that its reader may choose a password, once. Of the token itself only a hash is kept.
CREATE TABLE tickets (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    token_hash TEXT NOT NULL UNIQUE,
    made_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    replaced_at TIMESTAMP
);
CREATE INDEX tickets_of_account ON tickets (account_id, made_at);
-- Addresses, sealed, whose owners say that they have forgotten their password. The worker answers and removes them.
CREATE TABLE forgotten (
    id TEXT PRIMARY KEY NOT NULL,
    address TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL
);
-- What the service says of its own running: when its worker last lived, when deletion last looked at the clock and last
-- ran (`store/hearts.rs`), and the backups that were made.
CREATE TABLE heartbeats (
    name TEXT PRIMARY KEY NOT NULL,
    beat_at TIMESTAMP NOT NULL
);
CREATE TABLE backups (
    file TEXT PRIMARY KEY NOT NULL,
    made_at TIMESTAMP NOT NULL,
    folder TEXT NOT NULL,
    bytes BIGINT NOT NULL
);

-- How often somebody has tried of late: `who` is a hash of what is counted and for whom, and at `free_at` all is forgotten.
CREATE TABLE tries (
    who TEXT PRIMARY KEY NOT NULL,
    free_at TIMESTAMP NOT NULL
);
CREATE INDEX tries_by_age ON tries (free_at);

-- What a team works towards in a context: goals, what is done for them, how change is known, and the sides of the
-- assessment. What people type is sealed; amounts are hundredths.
CREATE TABLE goals (
    id TEXT PRIMARY KEY NOT NULL,
    context_id TEXT NOT NULL REFERENCES contexts (id),
    words TEXT NOT NULL,
    standing TEXT NOT NULL,
    set_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
CREATE INDEX goals_of_context ON goals (context_id, set_at, id);
CREATE TABLE responses (
    id TEXT PRIMARY KEY NOT NULL,
    goal_id TEXT NOT NULL REFERENCES goals (id),
    what TEXT NOT NULL,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_on DATE NOT NULL,
    until_on DATE,
    done_on DATE
);
CREATE INDEX responses_of_goal ON responses (goal_id, from_on, id);
CREATE TABLE measures (
    id TEXT PRIMARY KEY NOT NULL,
    goal_id TEXT NOT NULL REFERENCES goals (id),
    what TEXT NOT NULL,
    unit TEXT NOT NULL,
    wanted TEXT NOT NULL,
    set_at TIMESTAMP NOT NULL
);
CREATE INDEX measures_of_goal ON measures (goal_id, set_at, id);
CREATE TABLE measure_values (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    taken_on DATE NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (measure_id, taken_on)
);
CREATE TABLE assessments (
    id TEXT PRIMARY KEY NOT NULL,
    context_id TEXT NOT NULL REFERENCES contexts (id),
    side TEXT NOT NULL,
    words TEXT NOT NULL,
    version BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    UNIQUE (context_id, side)
);
-- What a meeting discusses, in its order, and what was said and decided of each item. A meeting has a sitting once it has an
-- agenda or minutes; the versions go up with each change, so that a form is held against what its page showed.
CREATE TABLE sittings (
    meeting_id TEXT PRIMARY KEY NOT NULL REFERENCES meetings (id),
    agenda_version BIGINT NOT NULL,
    attendance_version BIGINT NOT NULL,
    is_quorate BOOLEAN NOT NULL,
    attendance TEXT,
    published_at TIMESTAMP,
    published_by TEXT
);
CREATE TABLE attendances (
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    account_id TEXT NOT NULL,
    PRIMARY KEY (meeting_id, account_id)
);
CREATE TABLE agenda_items (
    id TEXT PRIMARY KEY NOT NULL,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    context_id TEXT NOT NULL,
    place INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    added_at TIMESTAMP NOT NULL,
    is_carried BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    decision TEXT,
    said TEXT,
    told TEXT,
    UNIQUE (meeting_id, context_id)
);
CREATE INDEX agenda_items_of_context ON agenda_items (context_id);
-- Which concerns a context had when it came onto the agenda.
CREATE TABLE agenda_concerns (
    item_id TEXT NOT NULL REFERENCES agenda_items (id),
    concern_id TEXT NOT NULL,
    PRIMARY KEY (item_id, concern_id)
);

-- Meetings for everybody who comes: what partners are told of a context, which is nothing but what a coordinator gives out.
CREATE TABLE context_shares (
    context_id TEXT PRIMARY KEY NOT NULL REFERENCES contexts (id),
    is_named BOOLEAN NOT NULL,
    has_plan BOOLEAN NOT NULL,
    words TEXT,
    version BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

-- Who did what to which record. Never changed, and never deleted before its time. A chain is a team's id, or `house`; each
-- line's hash covers the line and the hash before it, and the chain's head says where it ends. Of what was removed when its
-- time was over, `audit_starts` keeps the last line's place and hash: what is left follows on that.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    chain TEXT NOT NULL,
    place BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    account_id TEXT NOT NULL,
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (chain, place)
);
CREATE TABLE audit_heads (
    chain TEXT PRIMARY KEY NOT NULL,
    place BIGINT NOT NULL,
    hash TEXT NOT NULL
);
CREATE TABLE audit_starts (
    chain TEXT PRIMARY KEY NOT NULL,
    place BIGINT NOT NULL,
    hash TEXT NOT NULL,
    -- Every line that was removed was written before this day.
    before_on DATE NOT NULL
);
-- One for each thing that the log is filtered by, in the order in which it is shown.
CREATE INDEX audit_by_age ON audit (at, id);
CREATE INDEX audit_of_account ON audit (account_id, at, id);
CREATE INDEX audit_of_account_by_event ON audit (account_id, event, at, id);
CREATE INDEX audit_of_event ON audit (event, at, id);
CREATE INDEX audit_of_chain ON audit (chain, at, id);
CREATE INDEX audit_of_chain_by_event ON audit (chain, event, at, id);
CREATE INDEX audit_of_subject ON audit (subject, at, id);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
    WHEN NOT EXISTS (SELECT 1 FROM audit_starts WHERE chain = OLD.chain AND place >= OLD.place)
    BEGIN SELECT RAISE(ABORT, 'the audit log is not deleted'); END;
CREATE TRIGGER audit_does_not_come_back BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit_starts WHERE chain = NEW.chain AND place >= NEW.place)
    BEGIN SELECT RAISE(ABORT, 'what was removed from the audit log does not come back'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM audit WHERE chain = NEW.chain AND place = NEW.place)
    BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER audit_heads_are_not_deleted BEFORE DELETE ON audit_heads BEGIN SELECT RAISE(ABORT, 'the heads of the audit log are not deleted'); END;
CREATE TRIGGER audit_heads_are_not_replaced BEFORE INSERT ON audit_heads
    WHEN EXISTS (SELECT 1 FROM audit_heads WHERE chain = NEW.chain)
    BEGIN SELECT RAISE(ABORT, 'the heads of the audit log are not replaced'); END;
CREATE TRIGGER audit_heads_go_one_on BEFORE UPDATE ON audit_heads
    WHEN NEW.chain <> OLD.chain OR NEW.place <> OLD.place + 1
    BEGIN SELECT RAISE(ABORT, 'the heads of the audit log go on one at a time'); END;
-- A start is moved on only to a line that is there and over a year old, by the hash that it has, and after a line of its
-- own chain that says so.
CREATE TRIGGER audit_starts_are_said BEFORE INSERT ON audit_starts
    WHEN EXISTS (SELECT 1 FROM audit_starts WHERE chain = NEW.chain)
    OR NOT EXISTS (SELECT 1 FROM audit AS last JOIN audit AS said ON said.chain = last.chain
        WHERE last.chain = NEW.chain AND last.place = NEW.place AND last.hash = NEW.hash AND last.at < NEW.before_on
        AND said.subject = NEW.place || '/' || NEW.hash || '/' || NEW.before_on
        AND said.event = 'log-shortened' AND said.place > last.place AND NEW.before_on <= date(said.at, '-1 year'))
    BEGIN SELECT RAISE(ABORT, 'the audit log is not shortened without a line that says so'); END;
CREATE TRIGGER audit_starts_go_on BEFORE UPDATE ON audit_starts
    WHEN NEW.chain <> OLD.chain OR NEW.place <= OLD.place
    OR NOT EXISTS (SELECT 1 FROM audit AS last JOIN audit AS said ON said.chain = last.chain
        WHERE last.chain = NEW.chain AND last.place = NEW.place AND last.hash = NEW.hash AND last.at < NEW.before_on
        AND said.subject = NEW.place || '/' || NEW.hash || '/' || NEW.before_on
        AND said.event = 'log-shortened' AND said.place > last.place AND NEW.before_on <= date(said.at, '-1 year'))
    BEGIN SELECT RAISE(ABORT, 'the audit log is not shortened without a line that says so'); END;
CREATE TRIGGER audit_starts_are_not_deleted BEFORE DELETE ON audit_starts BEGIN SELECT RAISE(ABORT, 'the starts of the audit log are not deleted'); END;
