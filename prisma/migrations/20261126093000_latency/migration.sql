-- Cycles that a batch takes on the chip, for campaigns that limit it. Results from before have none, and their campaigns no limit.
ALTER TABLE "candidates" ADD COLUMN "latency" DOUBLE PRECISION;
