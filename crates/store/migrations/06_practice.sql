-- What the practice says of itself. There is one row, once somebody has said something.
CREATE TABLE practice (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    logo TEXT,
    colour TEXT,
    email TEXT,
    phone TEXT,
    website TEXT,
    welcome TEXT,
    zone TEXT,
    door TEXT NOT NULL,
    ring_for BIGINT,
    directory TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- Other providers where the practice meets people.
CREATE TABLE meeting_places (
    name TEXT PRIMARY KEY,
    template TEXT NOT NULL,
    ordinal BIGINT NOT NULL
);

-- Wall time in the practitioner's zone, in minutes of the day.
CREATE TABLE shifts (
    practitioner TEXT NOT NULL REFERENCES people (id),
    weekday TEXT NOT NULL,
    opens BIGINT NOT NULL,
    closes BIGINT NOT NULL,
    PRIMARY KEY (practitioner, weekday, opens)
);

CREATE TABLE absences (
    practitioner TEXT NOT NULL REFERENCES people (id),
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    PRIMARY KEY (practitioner, first_day)
);

-- What our pages keep for somebody from one device to the next.
CREATE TABLE preferences (
    person TEXT PRIMARY KEY REFERENCES people (id),
    json TEXT NOT NULL
);
