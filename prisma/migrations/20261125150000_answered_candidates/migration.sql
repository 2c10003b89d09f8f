-- What a candidate's network is determined by, so that the same work is done once.
ALTER TABLE "candidates" ADD COLUMN "work_hash" TEXT, ADD COLUMN "answered_by" UUID;

CREATE INDEX "candidates_work_hash_idx" ON "candidates"("work_hash");
