-- A team is never without an agent unless somebody deletes it: every team, however it is founded, gets a default one here.
-- lib/db/migrations.db.test.ts names each of these.

CREATE UNIQUE INDEX "agents_one_default_idx" ON "agents" ("team_id") WHERE "is_default";

-- An id as lib/ids.ts makes it: 48 bits of milliseconds and 48 random bits in a UUIDv7 whose last 26 bits are zero.
CREATE FUNCTION "new_id"() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(r.hex, 1, 3)
    || to_hex((B'10' || ('x' || substr(r.hex, 4, 9))::bit(36) || 0::bit(26))::bit(64)::bigint))::uuid
  FROM (SELECT replace(gen_random_uuid()::text, '-', '') AS hex) r
$$;

CREATE FUNCTION "make_default_agent"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "agents" ("id", "team_id", "name", "is_default") VALUES ("new_id"(), NEW."id", 'Default agent', true);
  RETURN NULL;
END
$$;

CREATE TRIGGER "teams_default_agent" AFTER INSERT ON "teams" FOR EACH ROW EXECUTE FUNCTION "make_default_agent"();

INSERT INTO "agents" ("id", "team_id", "name", "is_default") SELECT "new_id"(), "id", 'Default agent', true FROM "teams";
