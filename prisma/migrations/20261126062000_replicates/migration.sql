-- Members of a front that are pruned and trained again with other seeds.
CREATE TABLE "replicates" (
    "candidate_id" UUID NOT NULL,
    "replicate" INTEGER NOT NULL,
    "validation_accuracy" DOUBLE PRECISION,
    "test_accuracy" DOUBLE PRECISION,
    "energy" DOUBLE PRECISION,
    "failure" JSONB,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "replicates_pkey" PRIMARY KEY ("candidate_id","replicate")
);

ALTER TABLE "replicates" ADD CONSTRAINT "replicates_candidate_id_fkey" FOREIGN KEY ("candidate_id") REFERENCES "candidates"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "replicates"
  ADD CONSTRAINT "replicates_from_one" CHECK ("replicate" >= 1),
  ADD CONSTRAINT "replicates_accuracies_in_range" CHECK ("validation_accuracy" BETWEEN 0 AND 1 AND "test_accuracy" BETWEEN 0 AND 1),
  ADD CONSTRAINT "replicates_end_with_a_result_or_a_failure" CHECK (
    num_nonnulls("validation_accuracy", "test_accuracy", "energy") =
      CASE WHEN "finished_at" IS NOT NULL AND "failure" IS NULL THEN 3 ELSE 0 END
    AND ("failure" IS NULL OR "finished_at" IS NOT NULL));
