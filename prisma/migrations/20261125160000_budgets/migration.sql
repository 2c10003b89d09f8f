-- The hypervolume of the front after a candidate's result, to see when it no longer rises, and how long devices were at work.
ALTER TABLE "candidates" ADD COLUMN "hypervolume" DOUBLE PRECISION;

CREATE TABLE "device_uses" (
    "attempt" TEXT NOT NULL,
    "campaign_id" UUID NOT NULL,
    "worker" TEXT NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "device_uses_pkey" PRIMARY KEY ("attempt")
);

CREATE INDEX "device_uses_campaign_id_idx" ON "device_uses"("campaign_id");
ALTER TABLE "device_uses" ADD CONSTRAINT "device_uses_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- It is in the spec, with the other budgets.
ALTER TABLE "campaigns" DROP COLUMN "candidates_budget";
