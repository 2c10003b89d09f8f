-- Put away by its owner: kept, and no longer listed.
ALTER TABLE "campaigns" ADD COLUMN "archived_at" TIMESTAMPTZ(3);
