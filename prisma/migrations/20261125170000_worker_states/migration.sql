-- What a worker says of itself, and what it is asked.
ALTER TABLE "workers"
  ADD COLUMN "state" TEXT NOT NULL DEFAULT 'ready',
  ADD COLUMN "reason" TEXT,
  ADD COLUMN "busy" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "drain" BOOLEAN NOT NULL DEFAULT false;
