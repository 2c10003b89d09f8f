-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "campaign_state" AS ENUM ('pending', 'running', 'paused', 'completed', 'cancelled', 'failed');

-- CreateEnum
CREATE TYPE "candidate_state" AS ENUM ('asked', 'running', 'completed', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "split" AS ENUM ('validation', 'test');

-- CreateTable
CREATE TABLE "campaigns" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" "campaign_state" NOT NULL DEFAULT 'pending',
    "spec" JSONB NOT NULL,
    "spec_hash" TEXT NOT NULL,
    "idempotency_key" TEXT,
    "candidates_budget" INTEGER NOT NULL,
    "dense_model_id" UUID,
    "failure" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "campaigns_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dense_models" (
    "id" UUID NOT NULL,
    "task_hash" TEXT NOT NULL,
    "artifact_hash" TEXT NOT NULL,
    "validation_accuracy" DOUBLE PRECISION NOT NULL,
    "test_accuracy" DOUBLE PRECISION NOT NULL,
    "profile" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dense_models_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "candidates" (
    "id" UUID NOT NULL,
    "campaign_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "state" "candidate_state" NOT NULL DEFAULT 'asked',
    "schedule" JSONB NOT NULL,
    "lineage" JSONB NOT NULL,
    "artifact_hash" TEXT,
    "accuracy" DOUBLE PRECISION,
    "energy" DOUBLE PRECISION,
    "weights_left" DOUBLE PRECISION,
    "failure" JSONB,
    "told_order" INTEGER,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "candidates_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evaluations" (
    "id" UUID NOT NULL,
    "candidate_id" UUID NOT NULL,
    "split" "split" NOT NULL,
    "accuracy" DOUBLE PRECISION NOT NULL,
    "loss" DOUBLE PRECISION NOT NULL,
    "images" INTEGER NOT NULL,
    "profile" JSONB NOT NULL,
    "energy_report" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evaluations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fronts" (
    "campaign_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "hypervolume" DOUBLE PRECISION NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fronts_pkey" PRIMARY KEY ("campaign_id")
);

-- CreateTable
CREATE TABLE "front_points" (
    "candidate_id" UUID NOT NULL,
    "campaign_id" UUID NOT NULL,

    CONSTRAINT "front_points_pkey" PRIMARY KEY ("candidate_id")
);

-- CreateTable
CREATE TABLE "artifacts" (
    "hash" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifacts_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "campaign_id" UUID NOT NULL,
    "candidate_id" UUID,
    "kind" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "device_class" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "slots" INTEGER NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "campaigns_name_key" ON "campaigns"("name");

-- CreateIndex
CREATE UNIQUE INDEX "campaigns_idempotency_key_key" ON "campaigns"("idempotency_key");

-- CreateIndex
CREATE INDEX "campaigns_state_idx" ON "campaigns"("state");

-- CreateIndex
CREATE UNIQUE INDEX "dense_models_task_hash_key" ON "dense_models"("task_hash");

-- CreateIndex
CREATE INDEX "candidates_campaign_id_state_idx" ON "candidates"("campaign_id", "state");

-- CreateIndex
CREATE INDEX "candidates_campaign_id_accuracy_number_idx" ON "candidates"("campaign_id", "accuracy", "number");

-- CreateIndex
CREATE INDEX "candidates_campaign_id_energy_number_idx" ON "candidates"("campaign_id", "energy", "number");

-- CreateIndex
CREATE UNIQUE INDEX "candidates_campaign_id_number_key" ON "candidates"("campaign_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "candidates_campaign_id_told_order_key" ON "candidates"("campaign_id", "told_order");

-- CreateIndex
CREATE UNIQUE INDEX "evaluations_candidate_id_split_key" ON "evaluations"("candidate_id", "split");

-- CreateIndex
CREATE INDEX "front_points_campaign_id_idx" ON "front_points"("campaign_id");

-- CreateIndex
CREATE INDEX "events_campaign_id_id_idx" ON "events"("campaign_id", "id");

-- AddForeignKey
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_dense_model_id_fkey" FOREIGN KEY ("dense_model_id") REFERENCES "dense_models"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dense_models" ADD CONSTRAINT "dense_models_artifact_hash_fkey" FOREIGN KEY ("artifact_hash") REFERENCES "artifacts"("hash") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "candidates" ADD CONSTRAINT "candidates_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "candidates" ADD CONSTRAINT "candidates_artifact_hash_fkey" FOREIGN KEY ("artifact_hash") REFERENCES "artifacts"("hash") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_candidate_id_fkey" FOREIGN KEY ("candidate_id") REFERENCES "candidates"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fronts" ADD CONSTRAINT "fronts_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "front_points" ADD CONSTRAINT "front_points_candidate_id_fkey" FOREIGN KEY ("candidate_id") REFERENCES "candidates"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "front_points" ADD CONSTRAINT "front_points_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "fronts"("campaign_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What must never happen, whatever a program does.
ALTER TABLE "campaigns"
  ADD CONSTRAINT "campaigns_budget_is_positive" CHECK ("candidates_budget" >= 1),
  ADD CONSTRAINT "campaigns_end_when_final" CHECK (("state" IN ('completed', 'cancelled', 'failed')) = ("finished_at" IS NOT NULL)),
  ADD CONSTRAINT "campaigns_fail_with_a_reason" CHECK ("state" <> 'failed' OR "failure" IS NOT NULL);

ALTER TABLE "candidates"
  ADD CONSTRAINT "candidates_number_from_zero" CHECK ("number" >= 0),
  ADD CONSTRAINT "candidates_accuracy_in_range" CHECK ("accuracy" BETWEEN 0 AND 1),
  ADD CONSTRAINT "candidates_energy_is_positive" CHECK ("energy" > 0),
  ADD CONSTRAINT "candidates_weights_left_in_range" CHECK ("weights_left" BETWEEN 0 AND 1),
  ADD CONSTRAINT "candidates_end_when_final" CHECK (("state" IN ('completed', 'failed', 'cancelled')) = ("finished_at" IS NOT NULL)),
  ADD CONSTRAINT "candidates_complete_with_a_result" CHECK (
    ("state" = 'completed') = ("accuracy" IS NOT NULL AND "energy" IS NOT NULL AND "weights_left" IS NOT NULL AND "artifact_hash" IS NOT NULL)),
  ADD CONSTRAINT "candidates_fail_with_a_reason" CHECK ("state" <> 'failed' OR "failure" IS NOT NULL),
  ADD CONSTRAINT "candidates_told_when_final" CHECK ("told_order" IS NULL OR "state" IN ('completed', 'failed', 'cancelled'));

ALTER TABLE "evaluations"
  ADD CONSTRAINT "evaluations_accuracy_in_range" CHECK ("accuracy" BETWEEN 0 AND 1),
  ADD CONSTRAINT "evaluations_of_images" CHECK ("images" >= 1);

ALTER TABLE "fronts"
  ADD CONSTRAINT "fronts_hypervolume_in_range" CHECK ("hypervolume" BETWEEN 0 AND 1);

ALTER TABLE "artifacts"
  ADD CONSTRAINT "artifacts_named_by_hash" CHECK ("hash" ~ '^[0-9a-f]{64}$' AND "bytes" > 0);

ALTER TABLE "workers"
  ADD CONSTRAINT "workers_have_slots" CHECK ("slots" >= 1);
