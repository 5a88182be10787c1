-- A record of the audit log is written once. It goes only from the oldest end: first the anchor of its team's head moves over it,
-- keeping the hash of the last one that goes, so that what stays can still be verified.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_events' THEN
    IF EXISTS (SELECT FROM "audit_heads" h WHERE h."team_id" = OLD."team_id" AND OLD."seq" <= h."pruned_seq") THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END
$$;

CREATE TRIGGER "audit_events_immutable" BEFORE UPDATE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_events_append_only" BEFORE DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_events_no_truncate" BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_heads_kept" BEFORE DELETE ON "audit_heads" FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_heads_no_truncate" BEFORE TRUNCATE ON "audit_heads" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

-- A head goes forward: by one record at a time, or its anchor over records that are there, with the hash of the last of them.
CREATE FUNCTION "refuse_audit_rewind"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."team_id" = OLD."team_id"
    AND (NEW."seq", NEW."hash") IN ((OLD."seq", OLD."hash"), (OLD."seq" + 1, NEW."hash"))
    AND ((NEW."pruned_seq", NEW."pruned_hash") = (OLD."pruned_seq", OLD."pruned_hash")
      OR NEW."pruned_seq" > OLD."pruned_seq" AND EXISTS (
        SELECT FROM "audit_events" e
        WHERE e."team_id" = NEW."team_id" AND e."seq" = NEW."pruned_seq" AND e."hash" = NEW."pruned_hash"))
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the head of an audit log only goes forward' USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END
$$;

CREATE TRIGGER "audit_heads_forward" BEFORE UPDATE ON "audit_heads" FOR EACH ROW EXECUTE FUNCTION "refuse_audit_rewind"();
