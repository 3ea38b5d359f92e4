-- What pgbench's transaction writes to: the least that any ticket system stores when it opens a ticket.
CREATE SEQUENCE ticket_number;

CREATE TABLE tickets (
    number bigint NOT NULL PRIMARY KEY,
    facts  text   NOT NULL
);

CREATE TABLE events (
    position bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number   bigint NOT NULL,
    stored   text   NOT NULL
);
