-- What a campaign began with is no use of its budget, and is counted at each ask.
CREATE INDEX "candidates_imported_idx" ON "candidates" ("campaign_id") WHERE (lineage ->> 'origin' = 'imported');
