-- AlterTable
ALTER TABLE "candidates" ADD COLUMN "rung" INTEGER;

-- CreateTable
CREATE TABLE "rung_results" (
    "candidate_id" UUID NOT NULL,
    "rung" INTEGER NOT NULL,
    "epochs" INTEGER NOT NULL,
    "accuracy" DOUBLE PRECISION NOT NULL,
    "energy" DOUBLE PRECISION NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rung_results_pkey" PRIMARY KEY ("candidate_id","rung")
);

-- AddForeignKey
ALTER TABLE "rung_results" ADD CONSTRAINT "rung_results_candidate_id_fkey" FOREIGN KEY ("candidate_id") REFERENCES "candidates"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "rung_results"
  ADD CONSTRAINT "rung_results_from_zero" CHECK ("rung" >= 0 AND "epochs" >= 0),
  ADD CONSTRAINT "rung_results_accuracy_in_range" CHECK ("accuracy" BETWEEN 0 AND 1),
  ADD CONSTRAINT "rung_results_energy_is_positive" CHECK ("energy" > 0);

-- A candidate that went on from a rung keeps the result of that rung until it has another, whatever becomes of it.
ALTER TABLE "candidates"
  DROP CONSTRAINT "candidates_end_when_final",
  DROP CONSTRAINT "candidates_complete_with_a_result",
  DROP CONSTRAINT "candidates_told_when_final",
  ADD CONSTRAINT "candidates_end_when_final" CHECK (
    ("state" IN ('completed', 'stopped', 'diverged', 'failed', 'cancelled')) = ("finished_at" IS NOT NULL)),
  ADD CONSTRAINT "candidates_complete_with_a_result" CHECK (
    num_nonnulls("accuracy", "energy", "weights_left", "artifact_hash") =
      CASE WHEN "state" IN ('completed', 'stopped') OR coalesce("rung", 0) > 0 THEN 4 ELSE 0 END),
  ADD CONSTRAINT "candidates_stop_in_a_rung" CHECK ("state" <> 'stopped' OR "rung" IS NOT NULL),
  ADD CONSTRAINT "candidates_told_when_final" CHECK (
    "told_order" IS NULL OR "state" IN ('completed', 'stopped', 'diverged', 'failed', 'cancelled') OR coalesce("rung", 0) > 0);
