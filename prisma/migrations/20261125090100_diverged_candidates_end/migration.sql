-- A migration of its own, since a transaction cannot use a value that it added.
ALTER TABLE "candidates"
  DROP CONSTRAINT "candidates_end_when_final",
  DROP CONSTRAINT "candidates_fail_with_a_reason",
  DROP CONSTRAINT "candidates_told_when_final",
  ADD CONSTRAINT "candidates_end_when_final" CHECK (("state" IN ('completed', 'diverged', 'failed', 'cancelled')) = ("finished_at" IS NOT NULL)),
  ADD CONSTRAINT "candidates_fail_with_a_reason" CHECK ("state" NOT IN ('diverged', 'failed') OR "failure" IS NOT NULL),
  ADD CONSTRAINT "candidates_told_when_final" CHECK ("told_order" IS NULL OR "state" IN ('completed', 'diverged', 'failed', 'cancelled'));
