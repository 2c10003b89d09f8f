-- Results that a campaign's strategy is told of before any of its own, and that no campaign here has.
CREATE TABLE "prior_results" (
    "campaign_id" UUID NOT NULL,
    "results" JSONB NOT NULL,

    CONSTRAINT "prior_results_pkey" PRIMARY KEY ("campaign_id")
);

ALTER TABLE "prior_results" ADD CONSTRAINT "prior_results_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;
