-- Who may write: a training's checkpoints the attempt with the largest term, a candidate's result the workflow run that took it
-- up last.
ALTER TABLE "candidates" ADD COLUMN "held_by" TEXT;

CREATE TABLE "trainings" (
    "name" TEXT NOT NULL,
    "term" INTEGER NOT NULL DEFAULT 1,
    "holder" TEXT NOT NULL,
    "checkpoints_written" INTEGER NOT NULL DEFAULT 0,
    "taken_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "trainings_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "checkpoints" (
    "training" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "artifact_hash" TEXT NOT NULL,

    CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("training", "epoch")
);

ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_training_fkey" FOREIGN KEY ("training") REFERENCES "trainings"("name") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_artifact_hash_fkey" FOREIGN KEY ("artifact_hash") REFERENCES "artifacts"("hash") ON DELETE RESTRICT ON UPDATE CASCADE;
