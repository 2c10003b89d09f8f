-- For campaigns that want the least latency. Results from before have none, and their campaigns wanted the least energy.
ALTER TABLE "rung_results" ADD COLUMN "latency" DOUBLE PRECISION;
ALTER TABLE "replicates" ADD COLUMN "latency" DOUBLE PRECISION;
