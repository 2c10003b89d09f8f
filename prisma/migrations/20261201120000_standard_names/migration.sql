-- Columns, states and events get the names that the code and the API use (docs/glossary.md). No value is lost.
ALTER TYPE "candidate_state" RENAME VALUE 'asked' TO 'pending';
ALTER TABLE "candidates" RENAME COLUMN "held_by" TO "claimed_by";
ALTER TABLE "candidates" RENAME COLUMN "work_hash" TO "deduplication_key";
ALTER TABLE "candidates" RENAME COLUMN "answered_by" TO "reused_from";
ALTER TABLE "candidates" RENAME COLUMN "told_order" TO "observation_order";
ALTER TABLE "candidates" RENAME COLUMN "asked_at" TO "proposed_at";
UPDATE "events" SET "kind" = 'candidate-promoted' WHERE "kind" = 'candidate-went-on';
UPDATE "events" SET "kind" = 'budget-exhausted' WHERE "kind" = 'budget-spent';
UPDATE "events" SET "kind" = 'reevaluation-requested' WHERE "kind" = 'reevaluation-asked';
UPDATE "events" SET "detail" = ("detail" - 'answeredBy') || jsonb_build_object('reusedFrom', "detail" -> 'answeredBy')
  WHERE "detail" ? 'answeredBy';
ALTER INDEX "candidates_campaign_id_told_order_key" RENAME TO "candidates_campaign_id_observation_order_key";
ALTER INDEX "candidates_work_hash_idx" RENAME TO "candidates_deduplication_key_idx";
ALTER TABLE "candidates" RENAME CONSTRAINT "candidates_told_when_final" TO "candidates_observed_when_finished";
