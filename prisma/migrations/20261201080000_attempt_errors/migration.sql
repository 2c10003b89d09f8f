-- What attempts at jobs failed of, so that an error that repeats itself is told from one of the moment, by any worker.
CREATE TABLE "attempt_errors" (
    "attempt" TEXT NOT NULL,
    "campaign_id" UUID NOT NULL,
    "signature" TEXT NOT NULL,

    CONSTRAINT "attempt_errors_pkey" PRIMARY KEY ("attempt")
);
CREATE INDEX "attempt_errors_campaign_id_idx" ON "attempt_errors"("campaign_id");
ALTER TABLE "attempt_errors" ADD CONSTRAINT "attempt_errors_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;
